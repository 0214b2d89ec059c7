// The frames of the stream: what goes into the next one, and what stays until it is confirmed.
#include "activity_stream.h"
#include "frame_filler.h"
#include "wire.h"

namespace baton::detail {

// Everything that waits, up to the bound of a frame; the rest goes with the next one. False:
// nothing waits.
bool ActivityStream::fill_frame() {
  FrameFiller filler;
  if (std::exchange(open_frame_due_, false)) {
    auto* const open = frame_.mutable_open();
    open->set_domain(connection_->domain());
    open->mutable_task_list()->set_name(options_.task_list);
    open->set_identity(connection_->options().identity);
    open->set_instance_id(instance_id_);
    open->set_slots(static_cast<int>(call_slots_));
    open->set_functions(options_.functions);
    filler.added(open->ByteSizeLong());
    if (!filler.move(to_name_, *open->mutable_held_task_tokens())) return true;
  }
  // These come before anything else.
  if (!filler.move(to_name_, *frame_.mutable_held_task_tokens())) return true;
  if (std::exchange(drain_due_, false)) {
    frame_.set_draining(true);
    filler.added(2);
  }
  filler.move(to_acknowledge_, *frame_.mutable_acknowledged_task_tokens());
  filler.move(returned_, *frame_.mutable_returned_task_tokens());
  filler.each(beats_, [&](const std::string& token) {
    const auto place = held_.find(token);
    if (place == held_.end() || place->second->finished || place->second->closed) return true;
    const auto& details = place->second->details;
    if (!filler.add(token.size() + (details ? details->data.size() + 64 : 0))) return false;
    auto* const heartbeat = frame_.add_heartbeats();
    heartbeat->set_task_token(token);
    if (details) to_wire(*details, heartbeat->mutable_details());
    return true;
  });
  filler.each(answered_, [&](const std::shared_ptr<Held>& held) {
    if (held->over) return true;
    if (!filler.add(held->answer->ByteSizeLong())) return false;
    held->sent = held->reported = true;
    frame_.mutable_answers()->UnsafeArenaAddAllocated(held->answer.get());
    in_frame_.push_back(held->answer);
    return true;
  });
  return filler.any();
}

// The frame is out, or the call is broken. Its answers were never its own.
void ActivityStream::written(bool ok) {
  Attempts acknowledged;
  {
    const HookedLock lock(mutex_, hooks_);
    while (!frame_.answers().empty()) frame_.mutable_answers()->UnsafeArenaReleaseLast();
    in_frame_.clear();
    frame_.Clear();
    writing_ = false;
    // What came while the frame was written is still in one of these.
    if (ok && to_acknowledge_.empty() && to_name_.empty()) acknowledged.swap(to_begin_);
    write();
    if (stopping_) call_ended_.notify_all();
  }
  if (!acknowledged.empty()) sink_.take(std::move(acknowledged));
}

}  // namespace baton::detail
