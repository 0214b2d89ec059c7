// What the stream, the handler and its threads share of one attempt. Private.
#pragma once

#include <atomic>
#include <optional>
#include <stop_token>
#include <string>

#include "baton/names.h"
#include "baton/payload.h"
#include "baton/payload_codec.h"
#include "baton/timeout.h"
#include "baton/v1/worker_service.pb.h"

namespace baton::detail {

// Where details of heartbeats go; any thread.
class HeartbeatSink {
 public:
  virtual void beat(const std::string& token, const Payload& details) = 0;

 protected:
  ~HeartbeatSink() = default;
};

// What it is about is written once, here; the rest is safe from any thread.
class AttemptState {
 public:
  // Takes what handlers may ask for out of the task, so that one that runs for long does not keep
  // the whole frame. `heartbeats` and `codec` (null: none) must outlive it.
  AttemptState(v1::ActivityTask* task, HeartbeatSink& heartbeats,
               const PayloadCodec* codec = nullptr);

  // Makes what came readable; before anything else is asked for, on the handler's thread. Throws
  // PayloadError.
  void decode();

  const std::string& token() const { return token_; }
  const std::string& activity_id() const { return activity_id_; }
  const std::string& idempotency_key() const { return idempotency_key_; }
  const Execution& execution() const { return execution_; }
  const TypeName& type() const { return type_; }
  int number() const { return number_; }
  const std::optional<Payload>& input() const { return input_; }
  std::optional<Duration> start_to_close() const { return start_to_close_; }
  const Headers& headers() const { return headers_; }

  // The workflow asked for cancellation.
  void request_cancel() {
    canceled_ = true;
    stop_.request_stop();
  }
  // It is over without our answer.
  void close() {
    closed_ = true;
    stop_.request_stop();
  }
  // The worker ends.
  void abandon() {
    abandoned_ = true;
    stop_.request_stop();
  }
  bool canceled() const { return canceled_; }
  bool closed() const { return closed_; }
  bool abandoned() const { return abandoned_; }
  std::stop_token stop_token() const { return stop_.get_token(); }

  // Null: none.
  const PayloadCodec* codec() const { return codec_; }
  // `details`: as they are sent.
  void beat(const Payload& details) { heartbeats_.beat(token(), details); }

 private:
  const std::string token_;
  const std::string activity_id_;
  const std::string idempotency_key_;
  const Execution execution_;
  const TypeName type_;
  const int number_;
  std::optional<Payload> input_;
  std::optional<Duration> start_to_close_;
  Headers headers_;
  HeartbeatSink& heartbeats_;
  const PayloadCodec* const codec_;
  std::stop_source stop_;
  std::atomic<bool> canceled_ = false;
  std::atomic<bool> closed_ = false;
  std::atomic<bool> abandoned_ = false;
};

}  // namespace baton::detail
