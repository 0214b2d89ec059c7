#include "replay/signal_channel.h"

#include "wire.h"

namespace baton::detail {

void SignalChannel::push(std::optional<Payload> value, Headers headers, Scheduler& scheduler) {
  messages_.push_back({std::move(value), std::move(headers)});
  if (wake_one(scheduler)) {
    ++reserved_;
    return;
  }
  set_ready(true);
  wake(scheduler);
}

std::optional<Payload> SignalChannel::pop(bool reserved) {
  const size_t index = reserved ? 0 : reserved_;
  Message message = std::move(messages_[index]);
  messages_.erase(messages_.begin() + static_cast<std::ptrdiff_t>(index));
  if (reserved) --reserved_;
  set_ready(messages_.size() > reserved_);
  last_headers_ = std::move(message.headers);
  return std::move(message.value);
}

SignalChannel* SignalChannels::get(std::string_view name) {
  for (const auto& channel : channels_) {
    if (channel->name() == name) return channel.get();
  }
  channels_.push_back(std::make_unique<SignalChannel>(std::string(name)));
  return channels_.back().get();
}

void SignalChannels::signaled(const v1::HistoryEvent& event) {
  const auto& attributes = event.workflow_execution_signaled();
  std::optional<Payload> message;
  if (attributes.has_input()) message = from_wire(attributes.input());
  get(attributes.signal_name())->push(std::move(message), from_wire(attributes.headers()),
                                       scheduler_);
}

}  // namespace baton::detail
