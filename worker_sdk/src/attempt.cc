#include "baton/attempt.h"

#include <condition_variable>
#include <mutex>

#include "attempt_state.h"
#include "coded_payloads.h"

namespace baton {
namespace {

constexpr size_t kMostHeartbeatBytes = 2048;

}  // namespace

Execution Attempt::execution() const { return state_.execution(); }
TypeName Attempt::activity() const { return state_.type(); }
const std::string& Attempt::activity_id() const { return state_.activity_id(); }
const std::string& Attempt::idempotency_key() const { return state_.idempotency_key(); }
int Attempt::number() const { return state_.number(); }
const std::string& Attempt::task_token() const { return state_.token(); }
std::optional<Duration> Attempt::start_to_close() const { return state_.start_to_close(); }

const Headers& Attempt::headers() const { return state_.headers(); }

std::optional<Payload> Attempt::header(const std::string& key) const {
  const auto found = state_.headers().find(key);
  if (found == state_.headers().end()) return std::nullopt;
  return found->second;
}

void Attempt::heartbeat(const Payload& details) {
  const PayloadCodec* const codec = state_.codec();
  const Payload sent = codec == nullptr ? details : encoded(*codec, details);
  if (sent.data.size() > kMostHeartbeatBytes) {
    throw PayloadError("details of a heartbeat have " + std::to_string(sent.data.size()) +
                       " bytes" + (codec == nullptr ? "" : " when encoded") + ", and may have " +
                       std::to_string(kMostHeartbeatBytes));
  }
  state_.beat(sent);
}

bool Attempt::cancel_requested() const { return state_.stop_token().stop_requested(); }
bool Attempt::closed() const { return state_.closed(); }
std::stop_token Attempt::stop_token() const { return state_.stop_token(); }

bool Attempt::wait(Duration duration) const {
  std::mutex mutex;
  std::condition_variable_any nobody;
  std::unique_lock lock(mutex);
  nobody.wait_for(lock, state_.stop_token(), duration, [] { return false; });
  return cancel_requested();
}

}  // namespace baton
