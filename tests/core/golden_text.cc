#include "tests/core/golden_text.h"

#include <google/protobuf/text_format.h>

#include <sstream>

#include "coordinator/core/fault.h"

namespace baton::core {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Every moment in `message`, since the start.
void make_relative(Message& message, int64_t start_ms) {
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const bool is_moment = field->name() == "time_ms" || field->name() == "deadline_ms" || field->name() == "parked_until_ms";
    if (is_moment) reflection.SetInt64(&message, field, reflection.GetInt64(message, field) - start_ms);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_repeated()) {
      make_relative(*reflection.MutableMessage(&message, field), start_ms);
    }
  }
}

std::string on_one_line(const Message& message) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  std::string text;
  printer.PrintToString(message, &text);
  while (text.ends_with(' ')) text.pop_back();
  return text.empty() ? text : " " + text;
}

// The message that is set in the only oneof of `message`.
const Message& set_one(const Message& message) {
  const auto* field = message.GetReflection()->GetOneofFieldDescriptor(message, message.GetDescriptor()->oneof_decl(0));
  return message.GetReflection()->GetMessage(message, field);
}

std::string name_of(const Message& message) {
  std::string name = message.GetDescriptor()->name();
  const std::string tail = "Attributes";
  if (name.ends_with(tail)) name.resize(name.size() - tail.size());
  return name;
}

void tell(std::ostream& out, const journal::Record& kept, int64_t& event_id, int64_t start_ms) {
  journal::Record record = kept;
  make_relative(record, start_ms);
  if (!record.has_event()) {
    out << "  - " << name_of(set_one(record)) << on_one_line(set_one(record)) << "\n";
    return;
  }
  const Message& attributes = set_one(record.event());
  out << "  " << event_id++ << " @" << record.event().time_ms() << " " << name_of(attributes) << on_one_line(attributes) << "\n";
}

const char* text_of(TaskKind kind) {
  if (kind == TaskKind::kFunction) return "function";
  return kind == TaskKind::kDecision ? "decision" : "activity";
}

struct ReplyText {
  std::string operator()(const EmptyReply&) const { return "done"; }
  std::string operator()(const StartReply&) const { return "started"; }
  std::string operator()(const HeartbeatReply& reply) const { return reply.cancel_requested ? "alive, cancel requested" : "alive"; }
  std::string operator()(const OfferReply& reply) const {
    std::string text = std::string("offered ") + text_of(reply.kind) + " " + std::to_string(reply.scheduled_event_id) + "." +
                       std::to_string(reply.delivery) + (reply.attempt > 1 ? " of attempt " + std::to_string(reply.attempt) : "");
    return reply.started_event_id == 0 ? text : text + ", started " + std::to_string(reply.started_event_id);
  }
  std::string operator()(const RepeatReply&) const { return "as before"; }
  std::string operator()(const ContinuedReply&) const { return "continued as new: for the open run"; }
  std::string operator()(const CloseRefusedReply&) const { return "close refused"; }
};

void tell(std::ostream& out, const EndedTask& ended) {
  out << "  > " << (ended.superseded ? "superseded " : "ended ") << text_of(ended.kind) << " " << ended.scheduled_event_id;
  if (ended.was_waiting) out << ", was waiting";
  if (ended.held_delivery != 0) out << ", held as delivery " << ended.held_delivery;
  if (ended.answered_by_holder) out << " by who answered";
  out << "\n";
}

void tell_work(std::ostream& out, const RunCommit& run, int64_t start_ms) {
  for (const EndedTask& ended : run.ended) tell(out, ended);
  for (const WaitingTask& waiting : run.waiting) {
    out << "  > waits " << text_of(waiting.kind) << " " << waiting.scheduled_event_id << " on " << waiting.task_list;
    if (waiting.priority != 0) out << ", priority " << waiting.priority;
    if (!waiting.preferred_instance.empty()) out << ", rather for " << waiting.preferred_instance;
    out << "\n";
  }
  for (const CancelNotice& notice : run.cancel_notices) {
    out << "  > tell of cancel " << notice.scheduled_event_id << "." << notice.delivery << "\n";
  }
  for (const OutgoingMessage& sent : run.messages) {
    journal::Message message = *sent.message;
    make_relative(message, start_ms);
    out << "  > sends " << static_cast<int>(sent.key.kind) << "/" << sent.key.subject << on_one_line(message) << "\n";
  }
  if (run.visibility.opened) out << "  > visible: opened\n";
  for (const AnsweredUpdate& answered : run.answered_updates) {
    out << "  > answers update " << answered.update_id << ": " << answered.reply->ShortDebugString() << "\n";
  }
  if (run.visibility.attributes_changed && !run.visibility.opened) out << "  > visible: search attributes changed\n";
  if (run.visibility.cancel_requested) out << "  > visible: cancel requested\n";
  if (run.visibility.closed) out << "  > visible: closed as " << journal::CloseStatus_Name(run.after.close_status) << "\n";
  if (run.deadline_ms) out << "  > deadline " << *run.deadline_ms - start_ms << "\n";
}

}  // namespace

std::string text_of_refusal(const absl::Status& refusal) {
  std::ostringstream out;
  out << "refused " << absl::StatusCodeToString(refusal.code()) << " " << baton::v1::Fault_Name(fault_of(refusal)) << " about "
      << subject_of(refusal) << (rests_on_registry(refusal) ? ", as the registry says" : "") << "\n  " << refusal.message() << "\n";
  return out.str();
}

std::string text_of_commit(const Commit& commit, int64_t first_event_id, int64_t start_ms) {
  std::ostringstream out;
  out << std::visit(ReplyText{}, commit.reply) << (commit.rests_on_registry ? ", as the registry says" : "") << "\n";
  for (const RunCommit& run : commit.runs) {
    if (&run != &commit.runs.front()) {
      out << "  and run " << run.run_id.view() << "\n";
      first_event_id = 1;
    }
    for (const journal::Record* record : run.records) tell(out, *record, first_event_id, start_ms);
    tell_work(out, run, start_ms);
  }
  return out.str();
}

}  // namespace baton::core
