// One attempt at an activity, as its handler sees it.
//
//   worker.on(charge_card, [&bank](baton::Attempt& attempt, Charge charge) {
//     attempt.heartbeat("authorizing");
//     return bank.charge(charge, attempt.idempotency_key());
//   });
#pragma once

#include <concepts>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>

#include "baton/conversion.h"
#include "baton/failure_cause.h"
#include "baton/names.h"
#include "baton/payload.h"
#include "baton/timeout.h"

namespace baton {

namespace detail {
class AttemptState;
}

// Valid while its handler runs; during that, safe to use from any thread.
//
// The worker tells the coordinator by itself, at a third of the heartbeat timeout, that the
// activity is alive; heartbeat() is for details.
class Attempt {
 public:
  explicit Attempt(detail::AttemptState& state) : state_(state) {}
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  // --- what it is ---
  Execution execution() const;
  TypeName activity() const;
  const std::string& activity_id() const;
  // Unique per run and activity, the same for every attempt: the key to give to an outside system
  // that can deduplicate, since an activity may run again after a lost attempt.
  const std::string& idempotency_key() const;
  // From 1; more than 1 only under a retry policy.
  int number() const;
  // Proves the right to answer, for a unary call of WorkerService from elsewhere. Opaque.
  const std::string& task_token() const;
  // Nothing: no limit.
  std::optional<Duration> start_to_close() const;
  // Context that the starter of the execution passed along (see payload.h), all of it and by key.
  // Nothing: no such header.
  const Headers& headers() const;
  std::optional<Payload> header(const std::string& key) const;

  // --- how far it is ---
  // Kept by the coordinator and shown if the attempt times out: the latest details count, and may
  // be sent with a little delay. At most 2,048 bytes, as a codec leaves them: more is a PayloadError.
  void heartbeat(const Payload& details);
  void heartbeat(std::string_view text) {
    heartbeat(Payload{std::string(text), std::string(kTextType), {}, {}});
  }
  template <class T>
    requires(!std::convertible_to<const T&, std::string_view>)
  void heartbeat(const T& details) {
    heartbeat(to_payload(details).value_or(Payload{}));
  }

  // --- whether it is still wanted ---
  // True: stop soon. Either the workflow asked for cancellation (throw Canceled; a result is taken
  // too), or the task is over without this handler's answer, or the worker ends and its time to
  // finish is over (throw Canceled: the attempt fails for the reason "WORKER_STOPPED", which a
  // workflow may take for a lost attempt).
  bool cancel_requested() const;
  // The task is over without this handler's answer (the execution closed, or it timed out):
  // whatever the handler returns is dropped.
  bool closed() const;
  // Tells the same as cancel_requested(), for std::condition_variable_any and std::stop_callback.
  std::stop_token stop_token() const;
  // Blocks for `duration`, or until cancel_requested(), which it returns.
  bool wait(Duration duration) const;

 private:
  detail::AttemptState& state_;
};

// Thrown by a handler to end the attempt as failed with its own words. Any other exception fails it
// too: the reason is what() then. `reason`: at most 256 characters, more are cut. A retry policy
// compares it with its non-retryable reasons. Workflow code sees the type of the failure and what
// caused it as well (ActivityFailed; failure_cause.h): of any exception its class, and what
// std::throw_with_nested() put inside.
class AttemptFailed : public std::runtime_error, public detail::ExplainedException {
 public:
  // `type`: what kind of failure it is; empty: the name of the class, if that is one of yours.
  explicit AttemptFailed(std::string reason, std::optional<Payload> details = std::nullopt,
                         std::string type = {})
      : std::runtime_error(reason),
        reason_(std::move(reason)),
        details_(std::move(details)),
        type_(std::move(type)) {}
  const std::string& reason() const { return reason_; }
  const std::optional<Payload>& details() const { return details_; }
  std::string type() const {
    return type_.empty() ? detail::type_of(*this, &typeid(AttemptFailed)) : type_;
  }

  void explain(FailureCauses* causes) const override {
    detail::explain(*this, {type(), reason_, details_}, causes);
  }

 private:
  std::string reason_;
  std::optional<Payload> details_;
  std::string type_;
};

}  // namespace baton
