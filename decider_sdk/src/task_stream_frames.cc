// What goes into the frames of a stream of decision tasks.
#include "frame_filler.h"
#include "task_stream.h"

namespace baton::detail {

// Everything that waits, up to the bound of a frame; the rest goes with the next one. False:
// nothing waits.
bool TaskStream::fill_frame() {
  FrameFiller filler;
  if (std::exchange(open_frame_due_, false)) fill_open(filler);
  // These come before anything else.
  if (!filler.move(to_name_, *frame_.mutable_held_task_tokens())) return true;
  if (std::exchange(drain_due_, false)) {
    frame_.set_draining(true);
    filler.added(0);
  }
  filler.move(acknowledged_, *frame_.mutable_acknowledged_task_tokens());
  filler.each(evicted_, [&](Execution& run) {
    if (!filler.add(run.workflow_id.size() + run.run_id.size())) return false;
    auto* const forget = frame_.add_forget();
    forget->set_workflow_id(std::move(run.workflow_id));
    forget->set_run_id(std::move(run.run_id));
    return true;
  });
  filler.each(replies_, [&](v1::QueryAnswer& reply) {
    if (!filler.add(reply.ByteSizeLong())) return false;
    *frame_.add_query_answers() = std::move(reply);
    return true;
  });
  filler.each(answered_, [&](std::shared_ptr<Answer>& answer) {
    const auto place = held_.find(token_of(*answer));
    if (place == held_.end() || place->second.answer != answer) return true;
    if (!filler.add(answer->ByteSizeLong())) return false;
    frame_.mutable_answers()->UnsafeArenaAddAllocated(answer.get());
    place->second.reported = true;
    in_frame_.push_back(std::move(answer));
    return true;
  });
  return filler.any();
}

// As many of the held tasks as fit are named at once.
void TaskStream::fill_open(FrameFiller& filler) {
  auto* const open = frame_.mutable_open();
  open->set_domain(connection_->domain());
  open->mutable_task_list()->set_name(options_.task_list);
  open->set_identity(connection_->options().identity);
  open->set_instance_id(instance_id_);
  open->set_slots(options_.slots);
  open->set_answers_queries(true);
  filler.added(open->ByteSizeLong());
  filler.move(to_name_, *open->mutable_held_task_tokens());
}

}  // namespace baton::detail
