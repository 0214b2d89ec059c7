#include "replay/signal_channel.h"

#include "wire.h"

namespace baton::detail {

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
