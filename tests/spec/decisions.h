// The decisions of an answer, as short as a rule tells them. `fields` are more fields of the decision's attributes in protobuf's text
// form; a field given twice has the later value.
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "baton/v1/decision.pb.h"

namespace baton::testing {

// Adds fields in protobuf's text form.
void merge(const std::string& fields, google::protobuf::Message* message);

// Of activity type charge 1 unless `fields` say otherwise.
v1::Decision schedule(const std::string& activity_id, const std::string& fields = "");
v1::Decision request_cancel(const std::string& activity_id);
v1::Decision start_timer(const std::string& timer_id, int64_t milliseconds = 3'600'000, const std::string& fields = "");
v1::Decision cancel_timer(const std::string& timer_id);
v1::Decision record_marker(const std::string& marker_name, const std::string& fields = "");
// Of workflow type process 1 unless `fields` say otherwise.
v1::Decision start_child(const std::string& workflow_id, const std::string& fields = "");
v1::Decision signal_external(const std::string& workflow_id, const std::string& fields = "");  // signal "news"
v1::Decision request_cancel_external(const std::string& workflow_id, const std::string& fields = "");
// Of function "resize" unless `fields` say otherwise.
v1::Decision call_function(const std::string& id, const std::string& fields = "");
// With the result "done" unless `reply` says otherwise.
v1::Decision answer_update(const std::string& update_id, const std::string& reply = "completed { result { data: 'done' } }");
v1::Decision complete(const std::string& fields = "");
v1::Decision fail(const std::string& fields = "");
v1::Decision cancel(const std::string& fields = "");
v1::Decision continue_as_new(const std::string& fields = "");

// "after { seconds: 1 nanos: 500000000 }"
std::string after_ms(int64_t milliseconds);

}  // namespace baton::testing
