// Queries, answered from the run that is cached, or from one that is replayed just for that.
#include "coded_payloads.h"
#include "deciding.h"
#include "replies.h"
#include "wire.h"

namespace baton::detail {
namespace {

// More than any domain takes; much more would break the stream.
constexpr size_t kReplyBytes = 512 * 1024;

Reply to_reply(const DecisionFailure& failure) {
  return failed_reply(failure.reason, failure.message);
}

TypeName type_of(const v1::QueryTask& task) {
  return {task.workflow_type().name(), task.workflow_type().version()};
}
std::string to_text(const TypeName& type) { return type.name + "/" + type.version; }

std::optional<Payload> input_of(const v1::QueryTask& task) {
  if (!task.has_input()) return std::nullopt;
  return from_wire(task.input());
}

// What the code says and throws may quote payloads. The rest stays readable for people without a key.
bool quotes_code(const Reply& reply) {
  return !reply.failed || reply.reason == "EXCEPTION" || reply.reason == "PAYLOAD_ERROR";
}

}  // namespace

void Deciding::answer(const v1::QueryTask& task, v1::QueryAnswer* answer) {
  answer->set_query_token(task.query_token());
  const auto say = [answer](Reply reply) {
    answer->clear_reply();
    to_wire(std::move(reply), answer->mutable_reply());
  };
  try {
    v1::QueryTask asked = task;  // its frame is shared
    decode_payloads(codec_, &asked);
    Reply reply = reply_to(asked);
    const bool quotes = quotes_code(reply);
    say(std::move(reply));
    if (quotes) encode_payloads(codec_, answer);
  } catch (const PayloadError& error) {  // nothing may leave that is not encoded
    say(failed_reply("PAYLOAD_ERROR", error.what()));
  }
  const size_t bytes = answer->ByteSizeLong();
  if (bytes <= kReplyBytes) return;
  say(failed_reply("INVALID_REPLY",
                   "the answer to query " + task.query_name() + " has " + std::to_string(bytes) +
                       " bytes; at most 32,768 are taken, unless the domain says otherwise"));
}

Reply Deciding::reply_to(const v1::QueryTask& task) {
  const TypeName type = type_of(task);
  const auto* const function = workflows_.find(type);
  if (function == nullptr) {
    return failed_reply("UNKNOWN_WORKFLOW_TYPE",
                        "this decider does not know workflow type " + to_text(type));
  }
  if (!task.has_state()) {
    return failed_reply("NOT_DECIDED_YET", "the run has been started, and nothing is decided yet");
  }
  const auto* const workflow = std::get_if<WorkflowFunction>(function);
  return workflow != nullptr ? ask_workflow(*workflow, task) : ask_plainly(task);
}

Reply Deciding::ask_workflow(const WorkflowFunction& function, const v1::QueryTask& task) {
  const Execution execution = from_wire(task.workflow_execution());
  if (CachedRun* const cached = cache_.find(execution.run_id);
      cached != nullptr && cached->is_base(task.state())) {
    return cached->replayer.query(task.query_name(), input_of(task));
  }
  Replayer replayer(function, execution, type_of(task));
  replayer.stop_after(task.state().started_event_id());
  const auto take_in = [&](const HistoryPage& page, std::shared_ptr<const void> owner) {
    replayer.add(page, std::move(owner));
  };
  if (const auto unread = take_pages(execution, task.last_event_id(), take_in)) {
    return to_reply(*unread);
  }
  if (const auto lost = replayer.catch_up()) return to_reply(*lost);
  Reply reply = replayer.query(task.query_name(), input_of(task));
  // The last decision is compared only now: what came after it is not for the code that answered.
  const auto differs = replayer.check();
  return differs ? to_reply(*differs) : reply;
}

Reply Deciding::ask_plainly(const v1::QueryTask& task) {
  const TypeName type = type_of(task);
  const AnswerFunction* const function = workflows_.find_answers(type);
  if (function == nullptr) {
    return failed_reply("UNKNOWN_QUERY",
                        "workflow type " + to_text(type) +
                            " is decided by a plain function, and nothing answers for it: give "
                            "Decider::on_query() one that does");
  }
  auto pages = std::make_shared<std::vector<std::shared_ptr<const void>>>();
  std::vector<HistoryEvent> events;
  bool cancel_requested = false;
  const auto take_in = [&](const HistoryPage& page, std::shared_ptr<const void> owner) {
    for (const auto& event : page) {
      events.emplace_back(&event);
      cancel_requested = cancel_requested || event.has_workflow_execution_cancel_requested();
    }
    pages->push_back(std::move(owner));
  };
  const Execution execution = from_wire(task.workflow_execution());
  if (const auto unread = take_pages(execution, task.last_event_id(), take_in)) {
    return to_reply(*unread);
  }
  const DecisionTask view{execution,
                          type,
                          History(std::move(pages), std::move(events)),
                          0,
                          task.state().started_event_id(),
                          cancel_requested};
  return reply_of([&] { return (*function)(view, task.query_name(), input_of(task)); });
}

}  // namespace baton::detail
