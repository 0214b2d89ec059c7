// Every field of a request by the way to it, and requests that are filled as the table of bounds says.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/api/field_bounds.h"

namespace baton::testing {

// From the request on, through messages, elements and entries of maps.
struct FieldPath {
  std::vector<const google::protobuf::FieldDescriptor*> steps;
  const google::protobuf::OneofDescriptor* oneof = nullptr;  // set: that oneof of the last step's message (or of the request), as a whole

  const google::protobuf::FieldDescriptor* field() const { return steps.back(); }
  // What the table may know it by, the longest first: "StartTimerAttributes.timer_id".
  std::vector<std::string> keys() const;
  // For people: "StartWorkflowExecutionRequest.workflow_type.name".
  std::string text() const { return keys().front(); }
  bool is_member_of_oneof() const;
};

// Every field and every oneof that a request of this type may have, each message before what it holds.
std::vector<FieldPath> fields_of(const google::protobuf::Descriptor& request);

// The row that holds for the field, and its key; nullptr: there is none.
struct Row {
  std::string key;
  const Bound* bound = nullptr;
};
Row row_of(const FieldPath& path);

// Gives the message every field that its place requires.
void complete(google::protobuf::Message& message, const FieldPath& place, Samples& samples);
// A request that has what is required.
std::unique_ptr<google::protobuf::Message> base_request(const google::protobuf::Descriptor& type, Samples& samples);
// The message that holds the field, made and completed on the way.
google::protobuf::Message& parent_of(google::protobuf::Message& request, const FieldPath& path, Samples& samples);
// Makes it `count` elements, each one completed and all different.
void fill(google::protobuf::Message& parent, const FieldPath& path, int count, Samples& samples);
// As an error names the field in this request: "decisions[0].start_timer.timer_id".
std::string name_of(const google::protobuf::Message& request, const FieldPath& path, bool of_element);

}  // namespace baton::testing
