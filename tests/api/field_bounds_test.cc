// Every field of every request at its bound and one past it, absent where it is required, and with a value that its enum does not have: one error
// that names the field, and nothing done. The bounds are in field_bounds.cc; a field that has no row there fails.
#include <gmock/gmock.h>

#include <set>

#include "tests/api/any_call.h"
#include "tests/api/field_bounds.h"
#include "tests/api/request_fields.h"
#include "tests/spec/schema_of_its_own.h"

namespace baton::testing {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

TEST(FieldBounds, are_known_of_every_field_of_every_request) {
  std::set<std::string> used;
  for (const MethodDescriptor* method : all_calls()) {
    for (const FieldPath& path : fields_of(*method->input_type())) {
      const Row row = row_of(path);
      used.insert(row.key);
      // The members of a oneof that are messages are what the oneof is about.
      const bool covered = row.bound != nullptr || (path.is_member_of_oneof() && path.field()->message_type() != nullptr);
      EXPECT_TRUE(covered) << path.text() << " has no row in field_bounds.cc";
    }
  }
  for (const auto& [key, bound] : field_bounds()) EXPECT_TRUE(used.contains(key)) << key << " is no field of a request any more";
}

class FieldBoundsOnTheWire : private SchemaOfItsOwn, public CoordinatorInProcess, public Samples {
 protected:
  static core::Limits short_polls() {
    core::Limits limits;
    limits.long_poll_ms = 100;
    return limits;
  }
  FieldBoundsOnTheWire() : CoordinatorInProcess("", short_polls(), open_store()), calls_(channel_) {
    set_up_types();
    v1::RegisterDomainRequest spare;
    spare.set_name("spare");
    spare.mutable_workflow_execution_retention_period()->set_none(true);
    EXPECT_EQ(outcome(*registry_, &Registry::RegisterDomain, spare).reason, "OK");
    v1::CreateScheduleRequest yearly;
    yearly.set_domain(kDomain);
    yearly.set_schedule_id("yearly");
    yearly.set_paused(true);
    yearly.mutable_schedule()->mutable_spec()->set_cron("@yearly");
    *yearly.mutable_schedule()->mutable_start()->mutable_workflow_type() = start_request("").workflow_type();
    EXPECT_EQ(outcome(*workflows_, &Workflows::CreateSchedule, yearly).reason, "OK");
  }

  // Of tasks that are held until an answer is recorded.
  std::string decision_token() override {
    if (decision_.task_token().empty()) decision_ = new_decision();
    return decision_.task_token();
  }
  std::string activity_token() override {
    if (activity_.task_token().empty()) activity_ = new_activity();
    return activity_.task_token();
  }
  void let_tasks_go() {
    decision_.Clear();
    activity_.Clear();
  }

  // A run on a list of its own, which nothing hurries.
  v1::DecisionTask new_decision() {
    auto request = start_request(fresh());
    request.mutable_task_list()->set_name(request.workflow_id());
    request.mutable_task_start_to_close_timeout()->set_none(true);
    EXPECT_EQ(outcome(*workflows_, &Workflows::StartWorkflowExecution, request).reason, "OK");
    v1::PollForDecisionTaskRequest poll;
    poll.set_domain(kDomain);
    poll.mutable_task_list()->set_name(request.workflow_id());
    v1::PollForDecisionTaskResponse polled;
    do {
      EXPECT_TRUE(call(*deciders_, &Deciders::PollForDecisionTask, poll, &polled).ok());
    } while (polled.task().task_token().empty() && !HasFailure());
    return polled.task();
  }
  v1::ActivityTask new_activity() {
    v1::Decision decision = schedule_activity("a");
    auto& schedule = *decision.mutable_schedule_activity_task();
    schedule.mutable_task_list()->set_name(fresh());
    for (auto* timeout : {schedule.mutable_schedule_to_start_timeout(), schedule.mutable_schedule_to_close_timeout(),
                          schedule.mutable_start_to_close_timeout()}) {
      timeout->set_none(true);
    }
    EXPECT_TRUE(decide(new_decision(), {decision}).ok());
    v1::PollForActivityTaskRequest poll;
    poll.set_domain(kDomain);
    *poll.mutable_task_list() = schedule.task_list();
    v1::PollForActivityTaskResponse polled;
    do {
      EXPECT_TRUE(call(*workers_, &Workers::PollForActivityTask, poll, &polled).ok());
    } while (polled.task().task_token().empty() && !HasFailure());
    return polled.task();
  }

  void put(Message& request, const FieldPath& path, const Value& value) { value.put(parent_of(request, path, *this), path.field(), *this); }
  std::unique_ptr<Message> base(const MethodDescriptor& method) { return base_request(*method.input_type(), *this); }

  // Everything that a call could have changed, as text.
  std::string everything() {
    std::string text;
    const auto add = [&](auto& stub, auto method, const auto& request, auto response) {
      EXPECT_TRUE(call(stub, method, request, &response).ok());
      text += response.ShortDebugString() + "\n";
    };
    v1::ListDomainsRequest domains;
    domains.set_registration_status(v1::REGISTRATION_STATUS_REGISTERED);
    add(*registry_, &Registry::ListDomains, domains, v1::ListDomainsResponse());
    v1::DescribeDomainRequest spare;
    spare.set_name("spare");
    add(*registry_, &Registry::DescribeDomain, spare, v1::DescribeDomainResponse());
    v1::ListWorkflowTypesRequest workflow_types;
    workflow_types.set_domain(kDomain);
    workflow_types.set_registration_status(v1::REGISTRATION_STATUS_REGISTERED);
    add(*registry_, &Registry::ListWorkflowTypes, workflow_types, v1::ListWorkflowTypesResponse());
    v1::ListActivityTypesRequest activity_types;
    activity_types.set_domain(kDomain);
    activity_types.set_registration_status(v1::REGISTRATION_STATUS_REGISTERED);
    add(*registry_, &Registry::ListActivityTypes, activity_types, v1::ListActivityTypesResponse());
    v1::ListTagsForResourceRequest tags;
    tags.set_resource(std::string("baton:domain/") + kDomain);
    add(*registry_, &Registry::ListTagsForResource, tags, v1::ListTagsForResourceResponse());
    v1::ListSchedulesRequest schedules;
    schedules.set_domain(kDomain);
    add(*workflows_, &Workflows::ListSchedules, schedules, v1::ListSchedulesResponse());
    v1::ListOpenWorkflowExecutionsRequest open;
    open.set_domain(kDomain);
    open.mutable_start_time_filter()->mutable_oldest_date();
    add(*workflows_, &Workflows::ListOpenWorkflowExecutions, open, v1::ListOpenWorkflowExecutionsResponse());
    for (const auto* run : {&decision_.workflow_execution(), &activity_.workflow_execution()}) {
      if (!run->workflow_id().empty()) text += std::to_string(history(run->workflow_id(), run->run_id()).size()) + " events\n";
    }
    return text;
  }

  void expect_refused(const MethodDescriptor& method, const Message& request, const std::string& reason, const std::string& name,
                      const std::string& how) {
    const Outcome outcome = calls_.outcome(method, request);
    // The subject of a call's status; refusals inside an answer have it in their message only.
    const std::string& said = outcome.subject.empty() ? outcome.message : outcome.subject;
    const auto begins = [](const std::string& text, const std::string& with) { return text.compare(0, with.size(), with) == 0; };
    const bool names_it = said == name || begins(said, name + ".") || begins(said, name + ":");
    const auto code = reason == "TOO_MANY_TAGS" ? grpc::StatusCode::RESOURCE_EXHAUSTED : grpc::StatusCode::INVALID_ARGUMENT;
    const bool has_its_code = outcome.code == code || (outcome.subject.empty() && outcome.code == grpc::StatusCode::OK);
    EXPECT_TRUE(outcome.reason == reason && names_it && begins(outcome.message, name) && has_its_code)
        << method.name() << ", " << how << ": expected " << reason << " of " << name << ", got " << outcome.code << " " << outcome.reason
        << " of " << outcome.subject << ": " << outcome.message;
  }
  void expect_not_refused(const MethodDescriptor& method, const Message& request, const std::string& how) {
    const Outcome outcome = calls_.outcome(method, request);
    const bool against_the_field = outcome.reason.empty() || outcome.reason == "VALIDATION" || outcome.reason == "INVALID_TOKEN" ||
                                   outcome.reason == "TOO_MANY_TAGS" || outcome.reason == "THROTTLING";
    EXPECT_FALSE(against_the_field) << method.name() << ", " << how << ": " << outcome.code << " " << outcome.reason << " " << outcome.message;
    if (outcome.reason == "OK" && method.name() != "RecordActivityTaskHeartbeat") let_tasks_go();
  }

  std::string named(const Message& request, const FieldPath& path, const Bound& bound, bool of_element) {
    if (bound.named.empty()) return name_of(request, path, of_element);
    if (bound.named != "^") return bound.named;
    const std::string name = name_of(request, path, of_element);
    return name.substr(0, name.rfind('['));
  }

  void refuse_values(const MethodDescriptor& method, const FieldPath& path, const Bound& bound) {
    for (const Value& value : bound.refused) {
      const auto request = base(method);
      put(*request, path, value);
      expect_refused(method, *request, bound.reason, named(*request, path, bound, true), path.text() + " = " + value.what);
    }
  }
  void refuse_absence(const MethodDescriptor& method, const FieldPath& path, const Bound& bound) {
    if (!bound.required) return;
    const auto request = base(method);
    Message& parent = parent_of(*request, path, *this);
    if (path.oneof != nullptr) {
      parent.GetReflection()->ClearOneof(&parent, path.oneof);
    } else {
      parent.GetReflection()->ClearField(&parent, path.field());
    }
    expect_refused(method, *request, bound.reason, named(*request, path, bound, false), path.text() + " absent");
  }
  void refuse_one_too_many(const MethodDescriptor& method, const FieldPath& path, const Bound& bound) {
    if (bound.most < 0) return;
    const auto request = base(method);
    fill(parent_of(*request, path, *this), path, bound.most + 1, *this);
    const std::string name = bound.named.empty() ? name_of(*request, path, false) : bound.named;
    expect_refused(method, *request, bound.too_many, name, path.text() + " of " + std::to_string(bound.most + 1));
  }

  void expect_answer_refused(const std::vector<v1::Decision>& decisions, const std::string& name, const std::string& how) {
    v1::RespondDecisionTaskCompletedRequest answer;
    answer.set_task_token(decision_token());
    for (const v1::Decision& decision : decisions) *answer.add_decisions() = decision;
    for (const MethodDescriptor* method : all_calls()) {
      if (method->name() == "RespondDecisionTaskCompleted") expect_refused(*method, answer, "VALIDATION", name, how);
      if (method->name() != "PollDecisionTasks") continue;
      const auto frame = base(*method);
      *dynamic_cast<v1::PollDecisionTasksRequest&>(*frame).add_answers()->mutable_completed() = answer;
      expect_refused(*method, *frame, "VALIDATION", name, how);
    }
  }

  AnyCall calls_;
  v1::DecisionTask decision_;
  v1::ActivityTask activity_;
};

TEST_F(FieldBoundsOnTheWire, one_past_them_is_refused_with_an_error_that_names_the_field_and_nothing_is_done) {
  decision_token();
  activity_token();
  std::string before = everything();
  for (const MethodDescriptor* method : all_calls()) {
    for (const FieldPath& path : fields_of(*method->input_type())) {
      const Bound* bound = row_of(path).bound;
      if (bound == nullptr) continue;
      refuse_values(*method, path, *bound);
      refuse_absence(*method, path, *bound);
      refuse_one_too_many(*method, path, *bound);
    }
    const std::string after = everything();
    EXPECT_EQ(after, before) << method->name();
    before = after;
  }
  // The tokens are as good as before.
  EXPECT_TRUE(decide(decision_, {complete_workflow()}).ok());
  v1::RespondActivityTaskCompletedRequest completed;
  completed.set_task_token(activity_.task_token());
  EXPECT_EQ(outcome(*workers_, &Workers::RespondActivityTaskCompleted, completed).reason, "OK");
}

TEST_F(FieldBoundsOnTheWire, at_them_a_field_is_accepted) {
  for (const MethodDescriptor* method : all_calls()) {
    expect_not_refused(*method, *base(*method), "what is required");
    for (const FieldPath& path : fields_of(*method->input_type())) {
      const Bound* bound = row_of(path).bound;
      if (bound == nullptr) continue;
      for (const Value& value : bound->accepted) {
        const auto request = base(*method);
        put(*request, path, value);
        expect_not_refused(*method, *request, path.text() + " = " + value.what);
      }
      if (bound->most < 0) continue;
      const auto request = base(*method);
      fill(parent_of(*request, path, *this), path, bound->reachable, *this);
      expect_not_refused(*method, *request, path.text() + " of " + std::to_string(bound->reachable));
    }
  }
}

// By the call and on a stream.
TEST_F(FieldBoundsOnTheWire, a_closing_decision_is_the_last_and_the_only_one_of_its_kind) {
  const auto& decision = *v1::Decision::descriptor();
  const auto make = [&](int kind) {
    v1::Decision made;
    complete(*made.GetReflection()->MutableMessage(&made, decision.field(kind)), {{decision.field(kind)}}, *this);
    return made;
  };
  decision_token();
  const std::string before = everything();
  int pairs = 0;
  for (const char* closing : {"complete_workflow_execution", "fail_workflow_execution", "cancel_workflow_execution",
                              "continue_as_new_workflow_execution"}) {
    for (int kind = 0; kind < decision.field_count(); ++kind, ++pairs) {
      expect_answer_refused({make(decision.FindFieldByName(closing)->index()), make(kind)}, "decisions[0]",
                            std::string(closing) + " before " + decision.field(kind)->name());
    }
  }
  EXPECT_EQ(pairs, 4 * decision.field_count());
  EXPECT_EQ(everything(), before);
  EXPECT_TRUE(decide(decision_, {complete_workflow()}).ok());
}

TEST_F(FieldBoundsOnTheWire, an_answer_has_at_most_a_mebibyte) {
  decision_token();
  std::vector<v1::Decision> decisions(33);
  for (v1::Decision& decision : decisions) {
    decision.mutable_record_marker()->set_marker_name("m");
    decision.mutable_record_marker()->mutable_details()->set_data(std::string(32'000, 'x'));
  }
  const std::string before = everything();
  expect_answer_refused(decisions, "decisions", "33 of 32,000 bytes");
  EXPECT_EQ(everything(), before);
  decisions.resize(32);
  EXPECT_TRUE(decide(decision_, decisions).ok());
}

TEST_F(FieldBoundsOnTheWire, a_tag_of_a_domain_comes_once_in_a_call) {
  v1::TagResourceRequest request;
  request.set_resource("baton:domain/spare");
  for (const char* key : {"a", "b", "a"}) request.add_tags()->set_key(key);
  const Outcome refused = outcome(*registry_, &Registry::TagResource, request);
  EXPECT_EQ(refused.reason, "VALIDATION");
  EXPECT_EQ(refused.subject, "tags[2].key");
  request.mutable_tags()->RemoveLast();
  EXPECT_EQ(outcome(*registry_, &Registry::TagResource, request).reason, "OK");
}

// An error travels in headers, of which a client takes 8 KiB.
TEST_F(FieldBoundsOnTheWire, an_error_about_the_longest_names_reaches_the_caller) {
  v1::RegisterDomainRequest domain;
  domain.set_name(bounds::repeated(bounds::kClef, core::kMaxNameChars));
  domain.mutable_workflow_execution_retention_period()->set_none(true);
  ASSERT_EQ(outcome(*registry_, &Registry::RegisterDomain, domain).reason, "OK");
  for (const MethodDescriptor* method : all_calls()) {
    const auto request = base(*method);
    for (const FieldPath& path : fields_of(*method->input_type())) {
      const Bound* bound = row_of(path).bound;
      if (path.oneof != nullptr || path.field()->cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
      if (bound == nullptr || bound->accepted.empty()) continue;
      if (bound->required || path.field()->name() == "run_id") put(*request, path, bound->accepted.back());
    }
    const Outcome outcome = calls_.outcome(*method, *request);
    EXPECT_NE(outcome.reason, "") << method->name() << ": " << outcome.code << " " << outcome.message;
  }
}

class DeniedCalls : public CoordinatorInProcess {
 protected:
  DeniedCalls() : CoordinatorInProcess("deny * DescribeDomain *\nallow * * *\n") {}
};
TEST_F(DeniedCalls, hear_of_it_whatever_they_name) {
  v1::DescribeDomainRequest request;
  request.set_name(std::string(1 << 20, 'd'));
  const Outcome denied = outcome(*registry_, &Registry::DescribeDomain, request);
  EXPECT_EQ(denied.code, grpc::StatusCode::PERMISSION_DENIED) << denied.message;
  EXPECT_EQ(denied.reason, "OPERATION_NOT_PERMITTED");
}

TEST_F(FieldBoundsOnTheWire, a_page_token_is_refused_when_it_is_forged_expired_or_of_other_arguments) {
  int lists = 0;
  for (const MethodDescriptor* method : all_calls()) {
    const auto* field = method->input_type()->FindFieldByName("next_page_token");
    if (field == nullptr) continue;
    ++lists;
    const auto request = base(*method);
    const uint64_t arguments = api::hash_arguments(method->name(), *request);
    const auto refusal = [&](const std::string& token) {
      request->GetReflection()->SetString(request.get(), field, token);
      const Outcome outcome = calls_.outcome(*method, *request);
      EXPECT_EQ(outcome.code, grpc::StatusCode::INVALID_ARGUMENT) << method->name();
      EXPECT_EQ(outcome.reason, "INVALID_TOKEN") << method->name() << ": " << outcome.message;
      EXPECT_EQ(outcome.subject, "next_page_token") << method->name();
      return outcome.message;
    };
    const int64_t now_ms = engine_->now_ms();
    const std::string good = tokens_->sign_page(arguments, "1", now_ms);
    std::string forged = good;
    forged[forged.size() / 2] = forged[forged.size() / 2] == 'A' ? 'B' : 'A';
    EXPECT_THAT(refusal(forged), ::testing::HasSubstr("was not made by this service")) << method->name();
    EXPECT_THAT(refusal(tokens_->sign_page(arguments, "1", now_ms - core::kPageTokenLifeMs - 1'000)), ::testing::HasSubstr("has expired"))
        << method->name();
    EXPECT_THAT(refusal(tokens_->sign_page(arguments + 1, "1", now_ms)), ::testing::HasSubstr("other arguments")) << method->name();
  }
  EXPECT_EQ(lists, 8);
}

TEST_F(FieldBoundsOnTheWire, a_stream_is_not_opened_with_more_held_tasks_than_slots) {
  for (const MethodDescriptor* method : all_calls()) {
    if (!method->client_streaming()) continue;
    const bool decisions = method->name() == "PollDecisionTasks";
    for (const FieldPath& path : fields_of(*method->input_type())) {
      if (path.field()->name() != "held_task_tokens" || path.steps.size() != 2) continue;
      const auto request = base(*method);  // of one slot
      Message& open = parent_of(*request, path, *this);
      const std::string token = decisions ? decision_token() : activity_token();
      for (int i = 0; i < 2; ++i) open.GetReflection()->AddString(&open, path.field(), token);
      const Outcome refused = calls_.outcome(*method, *request);
      EXPECT_EQ(refused.reason, "VALIDATION") << method->name();
      EXPECT_EQ(refused.subject, "open.held_task_tokens") << method->name();
    }
  }
}

}  // namespace
}  // namespace baton::testing
