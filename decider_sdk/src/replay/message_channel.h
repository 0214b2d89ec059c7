// What others send to a run under one name: kept in order of arrival until the code takes it.
#pragma once

#include <deque>
#include <string>
#include <utility>

#include "baton/handles.h"
#include "baton/payload.h"

namespace baton::detail {

// All that is known of one without the type of its messages.
class MessageChannel : public Waitable {
 public:
  explicit MessageChannel(std::string name) : name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  // Of the message that was taken last.
  const Headers& last_headers() const { return last_headers_; }

 protected:
  ~MessageChannel() = default;
  Headers last_headers_;

 private:
  const std::string name_;
};

// Ready while a message waits that is not set aside for a coroutine.
template <class Content>
class ChannelOf : public MessageChannel {
 public:
  using MessageChannel::MessageChannel;

  void push(Content content, Headers headers, Scheduler& scheduler) {
    messages_.push_back({std::move(content), std::move(headers)});
    if (wake_one(scheduler)) {
      ++reserved_;
      return;
    }
    set_ready(true);
    wake(scheduler);
  }
  // Takes the oldest one that is set aside, or the oldest one that is not.
  Content pop(bool reserved) {
    const size_t index = reserved ? 0 : reserved_;
    Message message = std::move(messages_[index]);
    messages_.erase(messages_.begin() + static_cast<std::ptrdiff_t>(index));
    if (reserved) --reserved_;
    set_ready(messages_.size() > reserved_);
    last_headers_ = std::move(message.headers);
    return std::move(message.content);
  }
  // Takes out those that `is_unfit` says so of. Only while no coroutine has ever waited.
  template <class IsUnfit>
  void remove_if(IsUnfit is_unfit) {
    std::erase_if(messages_, [&](const Message& message) { return is_unfit(message.content); });
    set_ready(!messages_.empty());
  }

 private:
  struct Message {
    Content content;
    Headers headers;
  };

  std::deque<Message> messages_;
  size_t reserved_ = 0;  // the first so many are set aside, each for one woken coroutine
};

}  // namespace baton::detail
