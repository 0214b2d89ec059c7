#include "tests/store/tcp_proxy.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

#include "absl/strings/str_cat.h"

namespace baton::store {
namespace {

constexpr size_t kReadBytes = 64 * 1024;

void close_end(int& socket) {
  if (socket >= 0) ::close(socket);
  socket = -1;
}

void send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // closed by the other side; its end is read next
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

// What can be read now; empty at the end.
std::string receive(int socket) {
  std::string bytes(kReadBytes, '\0');
  const ssize_t received = ::recv(socket, bytes.data(), bytes.size(), 0);
  bytes.resize(received > 0 ? static_cast<size_t>(received) : 0);
  return bytes;
}

// Until the server is ready for the next query: what was sent has had its effect, committed or not.
void swallow_answer(int server) {
  std::string answer;
  for (;;) {
    const std::string bytes = receive(server);
    if (bytes.empty()) return;
    answer += bytes;
    // ReadyForQuery: 'Z', the length 5, the state of the transaction.
    if (answer.size() >= 6 && std::string_view(answer).substr(answer.size() - 6, 5) == std::string_view("Z\0\0\0\5", 5)) return;
  }
}

int connect_to(const std::string& host, const std::string& port) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (::getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) return -1;
  int socket = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(socket, found->ai_addr, found->ai_addrlen) != 0) close_end(socket);
  ::freeaddrinfo(found);
  return socket;
}

}  // namespace

TcpProxy::TcpProxy(const std::string& server_url) {
  const size_t scheme = server_url.find("://"), at = server_url.find('@'), slash = server_url.find('/', scheme + 3);
  const size_t begin = at == std::string::npos ? scheme + 3 : at + 1;
  const std::string address = server_url.substr(begin, slash - begin);
  const size_t colon = address.rfind(':');
  server_host_ = address.substr(0, colon);
  server_port_ = colon == std::string::npos ? "5432" : address.substr(colon + 1);

  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in own{};
  own.sin_family = AF_INET;
  own.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof own;
  EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&own), size), 0);
  EXPECT_EQ(::listen(listener_, 64), 0);
  EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&own), &size), 0);
  EXPECT_EQ(::pipe(wake_pipe_), 0);
  url_ = absl::StrCat(server_url.substr(0, begin), "127.0.0.1:", ::ntohs(own.sin_port), server_url.substr(slash));
  thread_ = std::thread([this] { run(); });
}

TcpProxy::~TcpProxy() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake();
  thread_.join();
  for (Link& link : links_) {
    close_end(link.client);
    close_end(link.server);
  }
  for (int* socket : {&listener_, &wake_pipe_[0], &wake_pipe_[1]}) close_end(*socket);
}

void TcpProxy::wake() { EXPECT_EQ(::write(wake_pipe_[1], "!", 1), 1); }

void TcpProxy::arm(std::string pattern, Fault fault, std::function<void()> then) {
  const std::lock_guard lock(mutex_);
  armed_ = Armed{std::move(pattern), fault, std::move(then)};
  ++faults_wanted_;
}

bool TcpProxy::wait_for_fault() {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(30), [&] { return faults_ == faults_wanted_; });
}

void TcpProxy::release() {
  {
    const std::lock_guard lock(mutex_);
    release_ = true;
  }
  wake();
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(30), [&] { return !release_; }));
}

void TcpProxy::set_reach(Reach reach) {
  {
    const std::lock_guard lock(mutex_);
    reach_ = reach;
  }
  wake();
}

void TcpProxy::on_server_bytes(std::function<void(std::string&)> look) {
  const std::lock_guard lock(mutex_);
  look_ = std::move(look);
}

// What the test asked for since the last time; false: to stop.
bool TcpProxy::obey() {
  bool release;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    silent_ = reach_ == Reach::kSilent;
    refusing_ = reach_ == Reach::kRefusing;
    release = release_;
  }
  for (Link& link : links_) {
    if (refusing_) {
      close_end(link.client);
      close_end(link.server);
    }
    if (release && !link.held.empty()) {
      send_all(link.server, link.held);
      swallow_answer(link.server);
      close_end(link.server);
    }
  }
  links_.remove_if([](const Link& link) { return link.client < 0 && link.server < 0; });
  if (release) {
    const std::lock_guard lock(mutex_);
    release_ = false;
    changed_.notify_all();
  }
  return true;
}

void TcpProxy::run() {
  while (obey()) {
    std::vector<pollfd> polled = {{wake_pipe_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
    std::vector<std::pair<Link*, bool>> ends;  // true: the client's
    for (Link& link : links_) {
      if (link.stalled || !link.held.empty() || silent_) continue;
      ends.push_back({&link, true});
      polled.push_back({link.client, POLLIN, 0});
      ends.push_back({&link, false});
      polled.push_back({link.server, POLLIN, 0});
    }
    if (::poll(polled.data(), polled.size(), -1) < 0) continue;
    if (char woken[64]; polled[0].revents != 0 && ::read(wake_pipe_[0], woken, sizeof woken) <= 0) return;
    if (polled[1].revents != 0) accept_one();
    for (size_t i = 0; i < ends.size(); ++i) {
      if (polled[i + 2].revents == 0) continue;
      auto& [link, is_client] = ends[i];
      if (link->client < 0 || link->server < 0 || link->stalled) continue;  // broken a moment ago
      if (is_client) {
        from_client(*link);
      } else {
        from_server(*link);
      }
    }
  }
}

void TcpProxy::accept_one() {
  Link link;
  link.client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (link.client < 0) return;
  if (refusing_) return close_end(link.client);
  link.server = connect_to(server_host_, server_port_);
  if (link.server < 0) return close_end(link.client);
  links_.push_back(std::move(link));
}

void TcpProxy::from_client(Link& link) {
  std::string bytes = receive(link.client);
  if (bytes.empty()) {
    close_end(link.client);
    close_end(link.server);
    return;
  }
  std::optional<Armed> armed;
  {
    const std::lock_guard lock(mutex_);
    if (armed_ && bytes.find(armed_->pattern) != std::string::npos) armed_.swap(armed);
  }
  if (armed) {
    break_link(link, std::move(bytes), *armed);
  } else {
    send_all(link.server, bytes);
  }
}

void TcpProxy::break_link(Link& link, std::string bytes, const Armed& armed) {
  switch (armed.fault) {
    case Fault::kCutBefore:
      close_end(link.server);
      break;
    case Fault::kCutAfter:
      send_all(link.server, bytes);
      swallow_answer(link.server);
      close_end(link.server);
      break;
    case Fault::kHold:
      link.held = std::move(bytes);
      break;
    case Fault::kStall:
      link.stalled = true;
      break;
  }
  if (armed.then) armed.then();
  if (armed.fault != Fault::kStall) close_end(link.client);
  const std::lock_guard lock(mutex_);
  ++faults_;
  changed_.notify_all();
}

void TcpProxy::from_server(Link& link) {
  std::string bytes = receive(link.server);
  if (bytes.empty()) {
    close_end(link.client);
    close_end(link.server);
    return;
  }
  std::function<void(std::string&)> look;
  {
    const std::lock_guard lock(mutex_);
    look = look_;
  }
  if (look) look(bytes);
  send_all(link.client, bytes);
}

}  // namespace baton::store
