// A fault keeps its code, its number and its subject on the way through absl::Status.
#include "coordinator/core/fault.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace baton::core {
namespace {

using absl::StatusCode;
using baton::v1::Fault;

struct Row {
  Fault fault;
  StatusCode code;
};
// The codes in brackets in errors.proto.
constexpr Row kCodes[] = {
    {Fault::UNKNOWN_RESOURCE, StatusCode::kNotFound},
    {Fault::OPERATION_NOT_PERMITTED, StatusCode::kPermissionDenied},
    {Fault::LIMIT_EXCEEDED, StatusCode::kResourceExhausted},
    {Fault::DOMAIN_ALREADY_EXISTS, StatusCode::kAlreadyExists},
    {Fault::DOMAIN_DEPRECATED, StatusCode::kFailedPrecondition},
    {Fault::TYPE_ALREADY_EXISTS, StatusCode::kAlreadyExists},
    {Fault::TYPE_DEPRECATED, StatusCode::kFailedPrecondition},
    {Fault::TYPE_NOT_DEPRECATED, StatusCode::kFailedPrecondition},
    {Fault::WORKFLOW_EXECUTION_ALREADY_STARTED, StatusCode::kAlreadyExists},
    {Fault::DEFAULT_UNDEFINED, StatusCode::kInvalidArgument},
    {Fault::TOO_MANY_TAGS, StatusCode::kResourceExhausted},
    {Fault::VALIDATION, StatusCode::kInvalidArgument},
    {Fault::THROTTLING, StatusCode::kResourceExhausted},
    {Fault::SUPERSEDED, StatusCode::kNotFound},
    {Fault::UNHANDLED_DECISION, StatusCode::kAborted},
    {Fault::INVALID_TOKEN, StatusCode::kInvalidArgument},
    {Fault::NOT_IMPLEMENTED, StatusCode::kUnimplemented},
    {Fault::EXECUTION_PAUSED, StatusCode::kFailedPrecondition},
    {Fault::EXECUTION_NOT_PAUSED, StatusCode::kFailedPrecondition},
    {Fault::SCHEDULE_ALREADY_EXISTS, StatusCode::kAlreadyExists},
    {Fault::UPDATE_UNANSWERED, StatusCode::kFailedPrecondition},
    {Fault::QUERY_UNANSWERED, StatusCode::kFailedPrecondition},
    {Fault::CANCEL_NOT_REQUESTED, StatusCode::kFailedPrecondition},
    {Fault::STORE_UNAVAILABLE, StatusCode::kUnavailable},
};

TEST(Fault, has_the_code_that_the_contract_gives_it) {
  for (const Row& row : kCodes) {
    const absl::Status status = fault(row.fault, "orders", "Unknown domain: orders");
    EXPECT_EQ(status.code(), row.code) << Fault_Name(row.fault);
    EXPECT_EQ(fault_of(status), row.fault) << Fault_Name(row.fault);
    EXPECT_EQ(subject_of(status), "orders");
    EXPECT_EQ(std::string(status.message()), "Unknown domain: orders");
    EXPECT_FALSE(retry_after_ms(status).has_value());
    EXPECT_FALSE(rests_on_registry(status));
  }
}

TEST(Fault, every_one_of_the_contract_is_in_the_table_above) {
  std::set<int> told;
  for (const Row& row : kCodes) told.insert(row.fault);
  for (int number = baton::v1::Fault_MIN; number <= baton::v1::Fault_MAX; ++number) {
    if (!baton::v1::Fault_IsValid(number) || number == Fault::FAULT_UNSPECIFIED) continue;
    EXPECT_TRUE(told.contains(number)) << Fault_Name(static_cast<Fault>(number));
  }
}

TEST(Fault, is_not_found_in_a_status_made_otherwise) {
  for (const absl::Status& status : {absl::OkStatus(), absl::NotFoundError("elsewhere")}) {
    EXPECT_EQ(fault_of(status), Fault::FAULT_UNSPECIFIED);
    EXPECT_EQ(subject_of(status), "");
    EXPECT_FALSE(retry_after_ms(status).has_value());
  }
}

TEST(Fault, subject_may_be_empty_or_hold_spaces_and_any_character) {
  for (const std::string subject : {"", "a b", " x ", "WorkflowType=[name=N, version=V]", "ß"}) {
    EXPECT_EQ(subject_of(fault(Fault::UNKNOWN_RESOURCE, subject, "gone")), subject);
  }
}

TEST(Fault, keeps_the_retry_delay_and_the_mark_beside_it) {
  const absl::Status status = mark_rests_on_registry(
      with_retry_after(fault(Fault::THROTTLING, "orders", "Rate exceeded"), 250));
  EXPECT_EQ(retry_after_ms(status), 250);
  EXPECT_TRUE(rests_on_registry(status));
  EXPECT_EQ(fault_of(status), Fault::THROTTLING);
  EXPECT_EQ(subject_of(status), "orders");
}

TEST(InvalidField, names_the_field_in_subject_and_message) {
  const absl::Status status = invalid_field("task_list.name", "is required");
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(fault_of(status), Fault::VALIDATION);
  EXPECT_EQ(subject_of(status), "task_list.name");
  EXPECT_EQ(std::string(status.message()), "task_list.name: is required");
}

}  // namespace
}  // namespace baton::core
