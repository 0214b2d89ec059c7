#include "attempt_state.h"

#include "coded_payloads.h"
#include "wire.h"

namespace baton::detail {

AttemptState::AttemptState(v1::ActivityTask* task, HeartbeatSink& heartbeats,
                           const PayloadCodec* codec)
    : token_(std::move(*task->mutable_task_token())),
      activity_id_(std::move(*task->mutable_activity_id())),
      idempotency_key_(std::move(*task->mutable_idempotency_key())),
      execution_{std::move(*task->mutable_workflow_execution()->mutable_workflow_id()),
                 std::move(*task->mutable_workflow_execution()->mutable_run_id())},
      type_{std::move(*task->mutable_activity_type()->mutable_name()),
            std::move(*task->mutable_activity_type()->mutable_version())},
      number_(task->attempt()),
      heartbeats_(heartbeats),
      codec_(codec) {
  if (task->has_input()) input_ = take(task->mutable_input());
  if (task->has_start_to_close_timeout()) {
    start_to_close_ = to_duration(task->start_to_close_timeout());
  }
  for (auto& [key, value] : *task->mutable_headers()) headers_[key] = take(&value);
}

void AttemptState::decode() {
  if (codec_ == nullptr) return;
  if (input_) input_ = decoded(*codec_, *std::move(input_));
  for (auto& [key, value] : headers_) value = decoded(*codec_, std::move(value));
}

}  // namespace baton::detail
