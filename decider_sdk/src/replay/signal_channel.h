// Signals of a run: kept in order of arrival until the code takes them.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "baton/handles.h"
#include "baton/payload.h"
#include "baton/v1/history_event.pb.h"

namespace baton::detail {

// The signals of one name. Ready while one waits that is not set aside for a coroutine.
class SignalChannel : public Waitable {
 public:
  explicit SignalChannel(std::string name) : name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  void push(std::optional<Payload> value, Headers headers, Scheduler& scheduler);
  // Takes the oldest one that is set aside, or the oldest one that is not.
  std::optional<Payload> pop(bool reserved);
  // Of the one that was taken last.
  const Headers& last_headers() const { return last_headers_; }

 private:
  struct Message {
    std::optional<Payload> value;
    Headers headers;
  };

  std::string name_;
  std::deque<Message> messages_;
  Headers last_headers_;
  size_t reserved_ = 0;  // the first so many are set aside, each for one woken coroutine
};

// All names; owned by the run.
class SignalChannels {
 public:
  explicit SignalChannels(Scheduler& scheduler) : scheduler_(scheduler) {}

  SignalChannel* get(std::string_view name);
  void signaled(const v1::HistoryEvent& event);

 private:
  Scheduler& scheduler_;
  std::vector<std::unique_ptr<SignalChannel>> channels_;
};

}  // namespace baton::detail
