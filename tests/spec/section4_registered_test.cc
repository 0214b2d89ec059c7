// SWF: 2 and 4, what was registered is described and listed: types with their configuration, and the tags of domains.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class Section4Registered : public SpecTest {
 protected:
  template <class Request, class Response>
  Response read(grpc::Status (Registry::*method)(grpc::ClientContext*, const Request&, Response*), const std::string& fields) {
    Request request;
    merge(fields, &request);
    Response response;
    const grpc::Status status = call(*registry_, method, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  template <class Request, class Response>
  Outcome attempt(grpc::Status (Registry::*method)(grpc::ClientContext*, const Request&, Response*), const std::string& fields) {
    Request request;
    merge(fields, &request);
    return outcome(*registry_, method, request);
  }
  std::vector<std::string> workflow_types(const std::string& fields) {
    std::vector<std::string> names;
    const auto listed = read(&Registry::ListWorkflowTypes, "domain: 'orders' " + fields);
    for (const auto& info : listed.type_infos()) names.push_back(info.workflow_type().name() + ":" + info.workflow_type().version());
    return names;
  }
  std::vector<std::string> activity_types(const std::string& fields) {
    std::vector<std::string> names;
    const auto listed = read(&Registry::ListActivityTypes, "domain: 'orders' " + fields);
    for (const auto& info : listed.type_infos()) names.push_back(info.activity_type().name() + ":" + info.activity_type().version());
    return names;
  }
  std::vector<std::string> tags() {
    std::vector<std::string> texts;
    const auto listed = read(&Registry::ListTagsForResource, "resource: 'baton:domain/orders'");
    for (const auto& tag : listed.tags()) texts.push_back(tag.key() + "=" + tag.value());
    return texts;
  }
};

// SWF: 4. Immutable after registration: it is described as it was registered.
TEST_F(Section4Registered, AWorkflowTypeIsDescribedAsItWasRegistered) {
  const std::string configuration =
      "default_task_start_to_close_timeout { after { seconds: 7 } } default_execution_start_to_close_timeout { after { seconds: 70 } } "
      "default_task_list { name: \"list\" } default_task_priority: -3 default_child_policy: CHILD_POLICY_ABANDON default_lambda_role: \"role\"";
  EXPECT_EQ(register_workflow_type("ship", "2", configuration).reason, "OK");
  auto shown = read(&Registry::DescribeWorkflowType, "domain: 'orders' workflow_type { name: 'ship' version: '2' }");
  EXPECT_EQ(text_of(shown.configuration()), configuration);
  EXPECT_EQ(shown.type_info().status(), v1::REGISTRATION_STATUS_REGISTERED);
  EXPECT_TRUE(shown.type_info().has_creation_date());
  EXPECT_FALSE(shown.type_info().has_deprecation_date());
  EXPECT_EQ(on_type(&Registry::DeprecateWorkflowType, "ship", "2").reason, "OK");
  shown = read(&Registry::DescribeWorkflowType, "domain: 'orders' workflow_type { name: 'ship' version: '2' }");
  EXPECT_EQ(shown.type_info().status(), v1::REGISTRATION_STATUS_DEPRECATED);
  EXPECT_TRUE(shown.type_info().has_deprecation_date());
}

TEST_F(Section4Registered, AnActivityTypeIsDescribedAsItWasRegistered) {
  const std::string configuration =
      "default_task_start_to_close_timeout { after { seconds: 7 } } default_task_heartbeat_timeout { none: true } "
      "default_task_schedule_to_start_timeout { after { } } default_task_schedule_to_close_timeout { after { seconds: 9 } } "
      "default_task_list { name: \"list\" } default_task_priority: 5";
  EXPECT_EQ(register_activity_type("pack", "2", configuration).reason, "OK");
  const auto shown = read(&Registry::DescribeActivityType, "domain: 'orders' activity_type { name: 'pack' version: '2' }");
  EXPECT_EQ(text_of(shown.configuration()), configuration);
  EXPECT_EQ(shown.type_info().status(), v1::REGISTRATION_STATUS_REGISTERED);
}

TEST_F(Section4Registered, AnUnknownTypeIsUnknownResource) {
  EXPECT_EQ(attempt(&Registry::DescribeWorkflowType, "domain: 'orders' workflow_type { name: 'ship' version: '2' }").reason,
            "UNKNOWN_RESOURCE");
  EXPECT_EQ(attempt(&Registry::DescribeActivityType, "domain: 'orders' activity_type { name: 'pack' version: '2' }").reason,
            "UNKNOWN_RESOURCE");
}

// SWF: 2. Lists: name ascending, an exact name if given, of one status.
TEST_F(Section4Registered, WorkflowTypesAreListedByNameAndStatus) {
  EXPECT_EQ(register_workflow_type("ship", "2").reason, "OK");
  EXPECT_EQ(on_type(&Registry::DeprecateWorkflowType, "process", "1").reason, "OK");
  EXPECT_THAT(workflow_types("registration_status: REGISTRATION_STATUS_REGISTERED"), ElementsAre("process:bare", "ship:2"));
  EXPECT_THAT(workflow_types("registration_status: REGISTRATION_STATUS_REGISTERED reverse_order: true"), ElementsAre("ship:2", "process:bare"));
  EXPECT_THAT(workflow_types("registration_status: REGISTRATION_STATUS_DEPRECATED"), ElementsAre("process:1"));
  EXPECT_THAT(workflow_types("registration_status: REGISTRATION_STATUS_REGISTERED name: 'ship'"), ElementsAre("ship:2"));
  EXPECT_THAT(workflow_types("registration_status: REGISTRATION_STATUS_REGISTERED name: 'shi'"), IsEmpty());
}

TEST_F(Section4Registered, ActivityTypesAreListedByNameAndStatus) {
  EXPECT_EQ(register_activity_type("pack", "2").reason, "OK");
  EXPECT_EQ(on_type(&Registry::DeprecateActivityType, "charge", "1").reason, "OK");
  EXPECT_THAT(activity_types("registration_status: REGISTRATION_STATUS_REGISTERED"), ElementsAre("charge:bare", "pack:2"));
  EXPECT_THAT(activity_types("registration_status: REGISTRATION_STATUS_DEPRECATED"), ElementsAre("charge:1"));
  EXPECT_THAT(activity_types("registration_status: REGISTRATION_STATUS_REGISTERED name: 'pack'"), ElementsAre("pack:2"));
}

// SWF: 2. A page token goes with the other arguments unchanged; it is absent on the last page.
TEST_F(Section4Registered, TypesArePaged) {
  const std::string asked = "domain: 'orders' registration_status: REGISTRATION_STATUS_REGISTERED maximum_page_size: 1 ";
  const auto first = read(&Registry::ListWorkflowTypes, asked);
  ASSERT_EQ(first.type_infos_size(), 1);
  const std::string token = "next_page_token: '" + first.next_page_token() + "'";
  const auto second = read(&Registry::ListWorkflowTypes, asked + token);
  ASSERT_EQ(second.type_infos_size(), 1);
  EXPECT_EQ(second.next_page_token(), "");
  EXPECT_EQ(attempt(&Registry::ListWorkflowTypes, asked + "reverse_order: true " + token).reason, "INVALID_TOKEN");
  EXPECT_EQ(attempt(&Registry::ListActivityTypes, asked + token).reason, "INVALID_TOKEN");
  EXPECT_EQ(attempt(&Registry::ListWorkflowTypes, "domain: 'orders' registration_status: REGISTRATION_STATUS_REGISTERED maximum_page_size: 1001").subject,
            "maximum_page_size");
}

// SWF: 4. Undeprecated, it is scheduled again.
TEST_F(Section4Registered, AnUndeprecatedActivityTypeIsScheduledAgain) {
  EXPECT_EQ(on_type(&Registry::DeprecateActivityType, "charge", "1").reason, "OK");
  EXPECT_EQ(on_type(&Registry::UndeprecateActivityType, "charge", "1").reason, "OK");
  start("w");
  decide({schedule("a")});
  EXPECT_EQ(history_text("w", 5), "5 ActivityTaskScheduled");
}

// SWF: 2. Tags of a domain: key and value, at most 50.
TEST_F(Section4Registered, ADomainHasTags) {
  EXPECT_THAT(tags(), IsEmpty());
  EXPECT_EQ(attempt(&Registry::TagResource, "resource: 'baton:domain/orders' tags { key: 'team' value: 'a' } tags { key: 'cost' value: '' }").reason,
            "OK");
  EXPECT_THAT(tags(), UnorderedElementsAre("cost=", "team=a"));
  EXPECT_EQ(attempt(&Registry::TagResource, "resource: 'baton:domain/orders' tags { key: 'team' value: 'b' }").reason, "OK");
  EXPECT_THAT(tags(), UnorderedElementsAre("cost=", "team=b"));
  EXPECT_EQ(attempt(&Registry::UntagResource, "resource: 'baton:domain/orders' tag_keys: 'team' tag_keys: 'nothing'").reason, "OK");
  EXPECT_THAT(tags(), ElementsAre("cost="));
}

TEST_F(Section4Registered, ADomainHasUpToFiftyTags) {
  std::string fields = "resource: 'baton:domain/orders'";
  for (int i = 0; i < 50; ++i) fields += " tags { key: '" + std::to_string(i) + "' }";
  EXPECT_EQ(attempt(&Registry::TagResource, fields).reason, "OK");
  const Outcome refused = attempt(&Registry::TagResource, "resource: 'baton:domain/orders' tags { key: 'one more' }");
  EXPECT_EQ(refused.reason, "TOO_MANY_TAGS");
  EXPECT_EQ(refused.code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(tags().size(), 50u);
}

TEST_F(Section4Registered, OnlyADomainHasTags) {
  EXPECT_EQ(attempt(&Registry::ListTagsForResource, "resource: 'baton:domain/nowhere'").reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(attempt(&Registry::TagResource, "resource: 'orders' tags { key: 'k' }").subject, "resource");
}

}  // namespace
}  // namespace baton::testing
