#include "deciding.h"

#include "baton/log.h"
#include "coded_payloads.h"
#include "decisions.h"
#include "passed_headers.h"
#include "wire.h"

namespace baton::detail {
namespace {

constexpr size_t kReasonCharacters = 256;
constexpr size_t kMessageCharacters = 8'000;  // at most 4 bytes each, in 32,768
constexpr size_t kAnswerBytes = 1 << 20;     // more is refused, and much more would break the stream

TypeName type_of(const v1::DecisionTask& task) {
  return {task.workflow_type().name(), task.workflow_type().version()};
}

// Is everything from event 1 (or from the delta's base) to the task in this one message?
bool is_whole(const v1::DecisionTask& task) {
  return task.next_page_token().empty() && !task.events().empty() &&
         task.events().rbegin()->event_id() == task.started_event_id();
}

DecisionFailure unreadable(const std::string& why) {
  return {"HISTORY_UNAVAILABLE", "the history could not be read: " + why};
}

DecisionFailure not_decoded(int64_t event_id, const PayloadError& error) {
  return {"PAYLOAD_ERROR", "event " + std::to_string(event_id) + ": " + error.what()};
}

std::optional<DecisionFailure> decode(const PayloadCodec* codec, HistoryPage* page) {
  if (codec == nullptr) return std::nullopt;
  for (auto& event : *page) {
    try {
      decode_payloads(codec, &event);
    } catch (const PayloadError& error) {
      return not_decoded(event.event_id(), error);
    }
  }
  return std::nullopt;
}

std::optional<DecisionFailure> encode(const PayloadCodec* codec,
                                      v1::RespondDecisionTaskCompletedRequest* answer) {
  try {
    encode_payloads(codec, answer);
    return std::nullopt;
  } catch (const PayloadError& error) {
    return DecisionFailure{"PAYLOAD_ERROR", error.what()};
  }
}

std::optional<DecisionFailure> check_size(const v1::RespondDecisionTaskCompletedRequest& answer) {
  const size_t bytes = answer.ByteSizeLong();
  if (bytes <= kAnswerBytes) return std::nullopt;
  return DecisionFailure{"INVALID_DECISIONS", "the decisions take " + std::to_string(bytes) +
                                                  " bytes, of at most " +
                                                  std::to_string(kAnswerBytes) +
                                                  " in one answer: decide less at a time"};
}

// Only what the code threw may quote payloads. The rest stays readable for people without a key.
bool quotes_code(const DecisionFailure& failure) {
  return failure.reason == "EXCEPTION" || failure.reason == "SIDE_EFFECT_FAILED";
}

void to_failed(const DecisionFailure& failure, const std::string& token, const PayloadCodec* codec,
               v1::RespondDecisionTaskFailedRequest* out) {
  out->set_task_token(token);
  out->set_reason(cut(failure.reason, kReasonCharacters));
  to_wire(Payload{cut(failure.message, kMessageCharacters), std::string(kTextType), {}, {}},
          out->mutable_details());
  if (!quotes_code(failure)) return;
  try {
    encode_payloads(codec, out);
  } catch (const PayloadError&) {  // nothing may leave that is not encoded
    out->clear_details();
  }
}

void log_failure(const v1::DecisionTask& task, const DecisionFailure& failure) {
  const auto& execution = task.workflow_execution();
  log(LogLevel::kError, task.workflow_type().name() + " " + execution.workflow_id() + " (run " +
                            execution.run_id() + ") not decided, tried again later: " +
                            failure.reason + ": " + failure.message);
}

}  // namespace

void Deciding::decide(const Delivery& delivery, v1::DecisionTaskAnswer* answer) {
  const v1::DecisionTask& task = *delivery.task;
  auto* const completed = answer->mutable_completed();
  completed->set_task_token(task.task_token());
  std::optional<DecisionFailure> failure;
  if (const auto* function = workflows_.find(type_of(task)); function == nullptr) {
    failure = {"UNKNOWN_WORKFLOW_TYPE",
               "this decider does not know workflow type " + task.workflow_type().name() + "/" +
                   task.workflow_type().version() +
                   ": give it the code, or start a decider of this task list that has it"};
  } else if (const auto* workflow = std::get_if<WorkflowFunction>(function)) {
    failure = decide_workflow(*workflow, delivery, completed);
  } else {
    failure = decide_plainly(std::get<DecisionFunction>(*function), delivery, completed);
  }
  if (!failure) failure = encode(codec_, completed);
  if (!failure) failure = check_size(*completed);
  if (failure) {
    cache_.drop(task.workflow_execution().run_id());
    log_failure(task, *failure);
    to_failed(*failure, task.task_token(), codec_, answer->mutable_failed());
  }
}

std::optional<DecisionFailure> Deciding::decide_workflow(
    const WorkflowFunction& function, const Delivery& delivery,
    v1::RespondDecisionTaskCompletedRequest* answer) {
  const v1::DecisionTask& task = *delivery.task;
  const Execution execution = from_wire(task.workflow_execution());
  CachedRun* run = task.has_delta_base() ? cache_.find(execution.run_id) : nullptr;
  const bool goes_on = run != nullptr && run->is_base(task.delta_base()) && is_whole(task);
  if (!goes_on) run = cache_.replace(function, execution, type_of(task));
  const auto take_in = [&](const HistoryPage& page, std::shared_ptr<const void> owner) {
    run->replayer.add(page, std::move(owner));
  };
  const auto unread = goes_on ? take_events(delivery, take_in) : take_history(delivery, take_in);
  if (unread) return unread;
  if (auto failure = run->replayer.decide(task.started_event_id(), answer)) return failure;
  pass_on(run->replayer.headers(), answer);
  run->delivery = task.delivery();
  if (run->replayer.ended()) {
    cache_.drop(execution.run_id);
    return std::nullopt;
  }
  answer->set_run_cached(true);
  for (Execution evicted; cache_.evict(&evicted);) evicted_.push_back(evicted);
  return std::nullopt;
}

std::optional<DecisionFailure> Deciding::decide_plainly(
    const DecisionFunction& function, const Delivery& delivery,
    v1::RespondDecisionTaskCompletedRequest* answer) {
  const v1::DecisionTask& task = *delivery.task;
  auto pages = std::make_shared<std::vector<std::shared_ptr<const void>>>();
  std::vector<HistoryEvent> events;
  const auto take_in = [&](const HistoryPage& page, std::shared_ptr<const void> owner) {
    for (const auto& event : page) events.emplace_back(&event);
    pages->push_back(std::move(owner));
  };
  if (auto unread = take_history(delivery, take_in)) return unread;
  const DecisionTask view{from_wire(task.workflow_execution()),
                          type_of(task),
                          History(std::move(pages), std::move(events)),
                          task.started_event_id(),
                          task.previous_started_event_id(),
                          task.cancel_requested()};
  try {
    Decisions decisions = function(view);
    decisions.content().answer.set_task_token(task.task_token());
    *answer = std::move(decisions.content().answer);
    return std::nullopt;
  } catch (const std::exception& error) {
    return DecisionFailure{"EXCEPTION", std::string("the decision function threw: ") + error.what()};
  } catch (...) {
    return DecisionFailure{"EXCEPTION",
                           "the decision function threw something that is no std::exception"};
  }
}

std::optional<DecisionFailure> Deciding::take_events(const Delivery& delivery,
                                                     const TakeIn& take_in) {
  if (codec_ == nullptr) {
    take_in(delivery.task->events(), delivery.owner);
    return std::nullopt;
  }
  const auto page = std::make_shared<HistoryPage>(delivery.task->events());  // the frame is shared
  if (auto failure = decode(codec_, page.get())) return failure;
  take_in(*page, page);
  return std::nullopt;
}

std::optional<DecisionFailure> Deciding::take_history(const Delivery& delivery,
                                                      const TakeIn& take_in) {
  const v1::DecisionTask& task = *delivery.task;
  if (!task.has_delta_base() && is_whole(task)) return take_events(delivery, take_in);
  return take_pages(from_wire(task.workflow_execution()), task.started_event_id(), take_in);
}

std::optional<DecisionFailure> Deciding::take_pages(const Execution& execution,
                                                    int64_t last_event_id, const TakeIn& take_in) {
  std::optional<DecisionFailure> failure;
  std::string why;
  const auto on_page = [&](std::shared_ptr<HistoryPage> page) {
    int keep = page->size();
    while (keep > 0 && page->Get(keep - 1).event_id() > last_event_id) --keep;
    page->DeleteSubrange(keep, page->size() - keep);
    if (page->empty()) return;
    if (!failure) failure = decode(codec_, page.get());
    if (!failure) take_in(*page, page);
  };
  if (!read_history_(execution, last_event_id, on_page, &why)) return unreadable(why);
  return failure;
}

}  // namespace baton::detail
