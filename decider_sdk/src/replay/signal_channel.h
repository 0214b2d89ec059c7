// Signals of a run.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "baton/v1/history_event.pb.h"
#include "replay/message_channel.h"

namespace baton::detail {

using SignalChannel = ChannelOf<std::optional<Payload>>;

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
