#include "replay/update_machine.h"

#include <stdexcept>

#include "decisions.h"
#include "wire.h"

namespace baton::detail {
namespace {

constexpr auto kKind = DecisionKind::kAnswerUpdate;
constexpr size_t kReasonCharacters = 256;
constexpr size_t kMessageCharacters = 8'000;  // at most 4 bytes each, in 32,768

std::string id_of(const std::string& update_id, bool failed, bool rejected) {
  return update_id + (rejected ? ", rejected" : failed ? ", failed" : ", completed");
}

std::string describe(const UpdateMachine& update) {
  return "update " + update.name() + " (id " + update.id() + ")";
}

}  // namespace

std::string id_of(const v1::WorkflowExecutionUpdateAnsweredAttributes& attributes) {
  const v1::Reply& reply = attributes.reply();
  return id_of(attributes.update_id(), reply.has_failed(), reply.failed().rejected());
}

UpdateMachine::UpdateMachine(Run& run, const v1::HistoryEvent& event)
    : run_(run),
      id_(event.workflow_execution_signaled().update_id()),
      name_(event.workflow_execution_signaled().signal_name()),
      input_(payload_of(event.workflow_execution_signaled().has_input(),
                        event.workflow_execution_signaled().input())) {}

UpdateChannel* Updates::get(std::string_view name) {
  for (const auto& channel : channels_) {
    if (channel->name() == name) return channel.get();
  }
  channels_.push_back(std::make_unique<UpdateChannel>(std::string(name)));
  return channels_.back().get();
}

UpdateChannel* Updates::receive(std::string_view name, ArgumentCheck check,
                                const std::source_location& where) {
  UpdateChannel* const channel = get(name);
  if (channel->received_) return channel;
  channel->received_ = true;
  channel->check_ = check;
  channel->where_ = where;
  channel->remove_if([&](const ArrivedUpdate& update) {
    const auto why = check == nullptr ? std::nullopt : check(update->input());
    if (why) reject(*update, *why, *channel);
    return why.has_value();
  });
  return channel;
}

void Updates::signaled(const v1::HistoryEvent& event) {
  const auto& attributes = event.workflow_execution_signaled();
  auto update = std::make_shared<UpdateMachine>(run_, event);
  UpdateChannel* const channel = get(update->name());
  if (channel->check_ != nullptr) {
    if (auto why = channel->check_(update->input())) {
      return unfit_.push_back({std::move(update), *std::move(why), channel});
    }
  }
  channel->push(std::move(update), from_wire(attributes.headers()), scheduler_);
}

void Updates::reject_unfit() {
  for (const Unfit& unfit : unfit_) reject(*unfit.update, unfit.why, *unfit.channel);
  unfit_.clear();
}

void Updates::reject(UpdateMachine& update, const std::string& why, const UpdateChannel& channel) {
  const std::string text = "the argument of update " + update.name() + ": " + why;
  answer(update,
         {true, true, "PAYLOAD_ERROR",
          Payload{cut(text, kMessageCharacters), std::string(kTextType), {}, {}}},
         channel.where_);
}

void Updates::answer(UpdateMachine& update, Reply reply, const std::source_location& where) {
  if (update.answered()) {
    throw std::logic_error(describe(update) + " is answered at " + to_string(where) +
                           ", and was answered before at " + to_string(*update.answered_at_));
  }
  update.answered_at_ = where;
  reply.reason = cut(reply.reason, kReasonCharacters);
  auto* const attributes =
      log_.add({kKind, nullptr, id_of(update.id(), reply.failed, reply.rejected), where})
          ->mutable_answer_update();
  attributes->set_update_id(update.id());
  to_wire(std::move(reply), attributes->mutable_reply());
}

bool Updates::answered(const v1::HistoryEvent& event) {
  return log_.match(kKind, id_of(event.workflow_execution_update_answered())) != nullptr;
}

bool Updates::refused(const std::string& update_id) {
  const Decided* const next = log_.next(kKind);
  return next != nullptr && next->id.starts_with(update_id + ", ") &&
         log_.match(kKind, next->id) != nullptr;
}

}  // namespace baton::detail
