#include "tests/spec/decisions.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace baton::testing {
namespace {

std::string duration_ms(int64_t milliseconds) {
  return "{ seconds: " + std::to_string(milliseconds / 1000) + " nanos: " + std::to_string(milliseconds % 1000 * 1'000'000) + " }";
}

v1::Decision decision(const std::string& kind, const std::string& fields) {
  v1::Decision made;
  merge(kind + " { " + fields + " }", &made);
  return made;
}

std::string quoted(const std::string& name, const std::string& value) { return name + ": '" + value + "' "; }

}  // namespace

void merge(const std::string& fields, google::protobuf::Message* message) {
  google::protobuf::TextFormat::Parser parser;
  parser.AllowPartialMessage(true);
  EXPECT_TRUE(parser.MergeFromString(fields, message)) << fields;
}

v1::Decision schedule(const std::string& activity_id, const std::string& fields) {
  v1::Decision made =
      decision("schedule_activity_task", quoted("activity_id", activity_id) +
                                             "activity_type { name: 'charge' version: '1' }");
  merge(fields, made.mutable_schedule_activity_task());
  return made;
}
v1::Decision request_cancel(const std::string& activity_id) {
  return decision("request_cancel_activity_task", quoted("activity_id", activity_id));
}
v1::Decision start_timer(const std::string& timer_id, int64_t milliseconds, const std::string& fields) {
  return decision("start_timer", quoted("timer_id", timer_id) + "start_to_fire_timeout " + duration_ms(milliseconds) + fields);
}
v1::Decision cancel_timer(const std::string& timer_id) { return decision("cancel_timer", quoted("timer_id", timer_id)); }
v1::Decision record_marker(const std::string& marker_name, const std::string& fields) {
  return decision("record_marker", quoted("marker_name", marker_name) + fields);
}
v1::Decision start_child(const std::string& workflow_id, const std::string& fields) {
  v1::Decision made = decision("start_child_workflow_execution",
                               quoted("workflow_id", workflow_id) + "workflow_type { name: 'process' version: '1' }");
  merge(fields, made.mutable_start_child_workflow_execution());
  return made;
}
v1::Decision signal_external(const std::string& workflow_id, const std::string& fields) {
  return decision("signal_external_workflow_execution", quoted("workflow_id", workflow_id) + "signal_name: 'news' " + fields);
}
v1::Decision request_cancel_external(const std::string& workflow_id, const std::string& fields) {
  return decision("request_cancel_external_workflow_execution", quoted("workflow_id", workflow_id) + fields);
}
v1::Decision call_function(const std::string& id, const std::string& fields) {
  v1::Decision made = decision("schedule_lambda_function", quoted("id", id) + "name: 'resize'");
  merge(fields, made.mutable_schedule_lambda_function());
  return made;
}
v1::Decision answer_update(const std::string& update_id, const std::string& reply) {
  return decision("answer_update", quoted("update_id", update_id) + "reply { " + reply + " }");
}
v1::Decision complete(const std::string& fields) { return decision("complete_workflow_execution", fields); }
v1::Decision fail(const std::string& fields) { return decision("fail_workflow_execution", fields); }
v1::Decision cancel(const std::string& fields) { return decision("cancel_workflow_execution", fields); }
v1::Decision continue_as_new(const std::string& fields) { return decision("continue_as_new_workflow_execution", fields); }

std::string after_ms(int64_t milliseconds) { return "after " + duration_ms(milliseconds); }

}  // namespace baton::testing
