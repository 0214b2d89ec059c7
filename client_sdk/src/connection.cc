#include "connection.h"

#include <unistd.h>

#include <algorithm>
#include <random>
#include <thread>

namespace baton {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr Duration kFirstRetry{50};
constexpr Duration kLastRetry{5'000};
constexpr Duration kReconnectLook{200};
constexpr int kFirstReconnectMs = 100;
constexpr int kLastReconnectMs = 2'000;

std::mt19937_64& randomness() {
  thread_local std::mt19937_64 engine = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }();
  return engine;
}

std::vector<std::string> split(std::string_view addresses) {
  std::vector<std::string> parts;
  while (!addresses.empty()) {
    const size_t comma = std::min(addresses.find(','), addresses.size());
    const std::string_view part = addresses.substr(0, comma);
    const size_t first = part.find_first_not_of(' ');
    if (first != std::string_view::npos) {
      parts.emplace_back(part.substr(first, part.find_last_not_of(' ') - first + 1));
    }
    addresses.remove_prefix(std::min(comma + 1, addresses.size()));
  }
  return parts;
}

std::string default_identity() {
  char host[200] = "";
  gethostname(host, sizeof host - 1);
  return std::to_string(getpid()) + "@" + host;
}

ClientOptions with_identity(ClientOptions options) {
  if (options.identity.empty()) options.identity = default_identity();
  return options;
}

}  // namespace

Endpoint::Endpoint(const std::string& address) : address(address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstReconnectMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kFirstReconnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kLastReconnectMs);
  channel = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  stubs = {v1::RegistryService::NewStub(channel), v1::WorkflowService::NewStub(channel),
           v1::DeciderService::NewStub(channel), v1::WorkerService::NewStub(channel)};
}

std::string make_request_id() {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string id(32, '0');
  for (size_t half = 0; half < 2; ++half) {
    uint64_t bits = randomness()();
    for (size_t i = 0; i < 16; ++i, bits >>= 4) id[half * 16 + i] = kDigits[bits & 15];
  }
  return id;
}

Duration Backoff::next() {
  const Duration wait = next_;
  next_ = std::min(last_, next_ + next_ / 2 + Duration(1));
  return std::uniform_int_distribution<Duration::rep>(wait.count() / 2,
                                                      wait.count())(randomness()) *
         Duration(1);
}

Connection::Connection(std::string_view addresses, std::string_view domain, ClientOptions options)
    : domain_(domain), options_(with_identity(std::move(options))) {
  for (const std::string& address : split(addresses)) {
    endpoints_.push_back(std::make_shared<Endpoint>(address));
  }
  if (endpoints_.empty()) {
    throw Error(Code::kInvalidArgument, "VALIDATION", "no coordinator address given")
        .about("addresses", "");
  }
}

std::shared_ptr<const Endpoint> Connection::endpoint() const {
  std::lock_guard lock(mutex_);
  return endpoints_[current_];
}

void Connection::avoid(const Endpoint& failed) {
  std::lock_guard lock(mutex_);
  if (endpoints_[current_].get() == &failed) current_ = (current_ + 1) % endpoints_.size();
  reconnecting_.watch(endpoints_[current_]);
}

Reconnecting::~Reconnecting() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Reconnecting::watch(std::shared_ptr<const Endpoint> endpoint) {
  std::lock_guard lock(mutex_);
  if (std::find(watched_.begin(), watched_.end(), endpoint) != watched_.end()) return;
  if (endpoint->channel->GetState(/*try_to_connect=*/false) == GRPC_CHANNEL_READY) return;
  watched_.push_back(std::move(endpoint));
  if (!thread_.joinable()) thread_ = std::thread([this] { loop(); });
  changed_.notify_one();
}

void Reconnecting::loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !watched_.empty(); });
    if (stopping_) return;
    const auto endpoint = watched_.front();
    watched_.erase(watched_.begin());
    lock.unlock();
    const bool connected =
        endpoint->channel->WaitForConnected(std::chrono::system_clock::now() + kReconnectLook);
    lock.lock();
    if (!connected) watched_.push_back(endpoint);
  }
}

std::optional<Error> Connection::repeat(const Attempt& attempt, Duration waits) {
  Backoff backoff(kFirstRetry, kLastRetry);
  const auto give_up = SteadyClock::now() + options_.retry_for;
  for (;;) {
    const auto endpoint = this->endpoint();
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + options_.call_timeout + waits);
    const grpc::Status status = attempt(*endpoint, context);
    if (status.ok()) return std::nullopt;
    Error error = decode(status);
    if (error.maybe_applied()) avoid(*endpoint);
    if (!error.retryable()) return error;
    const Duration wait = std::max(error.retry_after(), backoff.next());
    if (SteadyClock::now() + wait >= give_up) return given_up(error);
    std::this_thread::sleep_for(wait);
  }
}

// What did not come from a coordinator says where one was looked for.
Error Connection::given_up(const Error& error) const {
  if (!error.fault().empty() || !error.maybe_applied()) return error;
  std::string addresses;
  for (const auto& endpoint : endpoints_) {
    addresses += (addresses.empty() ? "" : ",") + endpoint->address;
  }
  return Error(error.code(), "",
               std::string(error.what()) + " (is a coordinator running at " + addresses + "?)");
}

}  // namespace baton
