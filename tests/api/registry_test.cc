// RegistryService over a channel: the life of domains, types and tags (facts.md §4), paging, repeats.
#include <gmock/gmock.h>

#include "tests/api/coordinator_in_process.h"

namespace baton::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

core::Limits small_limits() {
  core::Limits limits;
  limits.domains = 8;
  limits.types_per_domain = 5;
  return limits;
}

class RegistryCalls : public CoordinatorInProcess {
 protected:
  RegistryCalls() : CoordinatorInProcess("", small_limits()) {}

  static v1::RegisterDomainRequest domain_request(const std::string& name, const std::string& request_id = "") {
    v1::RegisterDomainRequest request;
    request.set_name(name);
    request.set_description("about " + name);
    request.mutable_workflow_execution_retention_period()->mutable_after()->set_seconds(7 * 24 * 3600);
    request.set_request_id(request_id);
    return request;
  }
  std::string register_domain(const std::string& name, const std::string& request_id = "") {
    return outcome(*registry_, &Registry::RegisterDomain, domain_request(name, request_id)).reason;
  }
  template <class Request, class Response>
  std::string on_domain(grpc::Status (Registry::*method)(grpc::ClientContext*, const Request&, Response*), const std::string& name) {
    Request request;
    request.set_name(name);
    return outcome(*registry_, method, request).reason;
  }
  template <class Request, class Response>
  std::string on_workflow_type(grpc::Status (Registry::*method)(grpc::ClientContext*, const Request&, Response*), const std::string& name,
                               const std::string& version = "1", const std::string& domain = "d") {
    Request request;
    request.set_domain(domain);
    request.mutable_workflow_type()->set_name(name);
    request.mutable_workflow_type()->set_version(version);
    return outcome(*registry_, method, request).reason;
  }
  template <class Request, class Response>
  std::string on_activity_type(grpc::Status (Registry::*method)(grpc::ClientContext*, const Request&, Response*), const std::string& name) {
    Request request;
    request.set_domain("d");
    request.mutable_activity_type()->set_name(name);
    request.mutable_activity_type()->set_version("1");
    return outcome(*registry_, method, request).reason;
  }
  v1::DescribeDomainResponse describe_domain(const std::string& name) {
    v1::DescribeDomainRequest request;
    v1::DescribeDomainResponse response;
    request.set_name(name);
    EXPECT_TRUE(call(*registry_, &Registry::DescribeDomain, request, &response).ok());
    return response;
  }
  // All pages of two.
  std::vector<std::string> list_domains(v1::RegistrationStatus status, bool reverse) {
    std::vector<std::string> names;
    v1::ListDomainsRequest request;
    request.set_registration_status(status);
    request.set_reverse_order(reverse);
    request.set_maximum_page_size(2);
    do {
      v1::ListDomainsResponse page;
      EXPECT_TRUE(call(*registry_, &Registry::ListDomains, request, &page).ok());
      EXPECT_LE(page.domain_infos_size(), 2);
      for (const auto& info : page.domain_infos()) names.push_back(info.name());
      request.set_next_page_token(page.next_page_token());
    } while (!request.next_page_token().empty());
    return names;
  }
};

TEST_F(RegistryCalls, a_domain_is_shown_as_it_was_registered) {
  ASSERT_EQ(register_domain("d"), "OK");
  const auto shown = describe_domain("d");
  EXPECT_EQ(shown.domain_info().name(), "d");
  EXPECT_EQ(shown.domain_info().status(), v1::REGISTRATION_STATUS_REGISTERED);
  EXPECT_EQ(shown.domain_info().description(), "about d");
  EXPECT_EQ(shown.domain_info().resource(), "baton:domain/d");
  EXPECT_EQ(shown.configuration().workflow_execution_retention_period().after().seconds(), 7 * 24 * 3600);
}

TEST_F(RegistryCalls, a_domain_is_deprecated_with_its_types_and_comes_back_without_them) {
  ASSERT_EQ(register_domain("d"), "OK");
  EXPECT_EQ(register_domain("d"), "DOMAIN_ALREADY_EXISTS");
  ASSERT_EQ(on_workflow_type(&Registry::RegisterWorkflowType, "t"), "OK");
  EXPECT_EQ(on_domain(&Registry::UndeprecateDomain, "d"), "DOMAIN_ALREADY_EXISTS");
  EXPECT_EQ(on_domain(&Registry::DeprecateDomain, "d"), "OK");
  EXPECT_EQ(on_domain(&Registry::DeprecateDomain, "d"), "DOMAIN_DEPRECATED");
  EXPECT_EQ(register_domain("d"), "DOMAIN_ALREADY_EXISTS");
  EXPECT_EQ(on_workflow_type(&Registry::RegisterWorkflowType, "t2"), "DOMAIN_DEPRECATED");
  EXPECT_EQ(on_workflow_type(&Registry::DeprecateWorkflowType, "t"), "TYPE_DEPRECATED");
  EXPECT_EQ(on_domain(&Registry::UndeprecateDomain, "d"), "OK");
  EXPECT_EQ(on_workflow_type(&Registry::RegisterWorkflowType, "t"), "TYPE_ALREADY_EXISTS");
  EXPECT_EQ(on_workflow_type(&Registry::UndeprecateWorkflowType, "t"), "OK");
  EXPECT_EQ(on_domain(&Registry::DeprecateDomain, "none"), "UNKNOWN_RESOURCE");
  EXPECT_EQ(on_domain(&Registry::UndeprecateDomain, "none"), "UNKNOWN_RESOURCE");
}

TEST_F(RegistryCalls, the_retention_period_is_whole_days_up_to_ninety) {
  auto request = domain_request("d");
  request.clear_workflow_execution_retention_period();
  EXPECT_EQ(outcome(*registry_, &Registry::RegisterDomain, request).subject, "workflow_execution_retention_period");
  for (const int64_t seconds : {int64_t{1}, int64_t{3600}, int64_t{91} * 24 * 3600, int64_t{-1}}) {
    request.mutable_workflow_execution_retention_period()->mutable_after()->set_seconds(seconds);
    EXPECT_EQ(outcome(*registry_, &Registry::RegisterDomain, request).subject, "workflow_execution_retention_period") << seconds;
  }
  request.mutable_workflow_execution_retention_period()->mutable_after()->set_seconds(int64_t{90} * 24 * 3600);
  EXPECT_EQ(outcome(*registry_, &Registry::RegisterDomain, request).reason, "OK");
  auto none = domain_request("none");
  none.mutable_workflow_execution_retention_period()->set_none(true);
  EXPECT_EQ(outcome(*registry_, &Registry::RegisterDomain, none).reason, "OK");
  EXPECT_EQ(describe_domain("none").configuration().workflow_execution_retention_period().after().seconds(), 0);
}

TEST_F(RegistryCalls, a_repeat_with_the_same_request_id_is_answered_as_the_first_was) {
  EXPECT_EQ(register_domain("d", "r1"), "OK");
  EXPECT_EQ(register_domain("d", "r1"), "OK");
  EXPECT_EQ(register_domain("d", "r2"), "DOMAIN_ALREADY_EXISTS");
  EXPECT_EQ(register_domain("d"), "DOMAIN_ALREADY_EXISTS");
}

TEST_F(RegistryCalls, domains_are_bounded) {
  for (int i = 0; i < limits_.domains; ++i) ASSERT_EQ(register_domain("d" + std::to_string(i)), "OK");
  EXPECT_EQ(register_domain("one more"), "LIMIT_EXCEEDED");
  on_domain(&Registry::DeprecateDomain, "d0");
  EXPECT_EQ(register_domain("one more"), "LIMIT_EXCEEDED");
}

TEST_F(RegistryCalls, domains_are_listed_page_by_page_in_both_orders) {
  for (const char* name : {"b", "e", "a", "d", "c"}) ASSERT_EQ(register_domain(name), "OK");
  on_domain(&Registry::DeprecateDomain, "c");
  EXPECT_THAT(list_domains(v1::REGISTRATION_STATUS_REGISTERED, false), ElementsAre("a", "b", "d", "e"));
  EXPECT_THAT(list_domains(v1::REGISTRATION_STATUS_REGISTERED, true), ElementsAre("e", "d", "b", "a"));
  EXPECT_THAT(list_domains(v1::REGISTRATION_STATUS_DEPRECATED, false), ElementsAre("c"));
}

TEST_F(RegistryCalls, a_list_needs_a_status_and_a_legal_page_size_and_its_own_page_token) {
  for (const char* name : {"a", "b", "c"}) ASSERT_EQ(register_domain(name), "OK");
  v1::ListDomainsRequest request;
  EXPECT_EQ(outcome(*registry_, &Registry::ListDomains, request).subject, "registration_status");
  request.set_registration_status(v1::REGISTRATION_STATUS_REGISTERED);
  for (const int size : {-1, 1001}) {
    request.set_maximum_page_size(size);
    EXPECT_EQ(outcome(*registry_, &Registry::ListDomains, request).subject, "maximum_page_size");
  }
  request.set_maximum_page_size(1);
  v1::ListDomainsResponse page;
  ASSERT_TRUE(call(*registry_, &Registry::ListDomains, request, &page).ok());
  request.set_next_page_token(page.next_page_token());
  request.set_reverse_order(true);
  const Outcome other = outcome(*registry_, &Registry::ListDomains, request);
  EXPECT_EQ(other.reason, "INVALID_TOKEN");
  EXPECT_EQ(other.subject, "next_page_token");
  request.set_reverse_order(false);
  request.mutable_next_page_token()->at(7) ^= 1;
  EXPECT_EQ(outcome(*registry_, &Registry::ListDomains, request).reason, "INVALID_TOKEN");
  v1::ListWorkflowTypesRequest types;
  types.set_domain("a");
  types.set_registration_status(v1::REGISTRATION_STATUS_REGISTERED);
  types.set_next_page_token(page.next_page_token());
  EXPECT_EQ(outcome(*registry_, &Registry::ListWorkflowTypes, types).reason, "INVALID_TOKEN");
}

TEST_F(RegistryCalls, types_live_by_the_rules) {
  ASSERT_EQ(register_domain("d"), "OK");
  EXPECT_EQ(on_workflow_type(&Registry::DescribeWorkflowType, "t"), "UNKNOWN_RESOURCE");
  EXPECT_EQ(on_workflow_type(&Registry::RegisterWorkflowType, "t", "1", "nowhere"), "UNKNOWN_RESOURCE");
  EXPECT_EQ(on_workflow_type(&Registry::RegisterWorkflowType, "t"), "OK");
  EXPECT_EQ(on_workflow_type(&Registry::RegisterWorkflowType, "t", "2"), "OK");
  EXPECT_EQ(on_workflow_type(&Registry::RegisterWorkflowType, "t"), "TYPE_ALREADY_EXISTS");
  EXPECT_EQ(on_workflow_type(&Registry::DeleteWorkflowType, "t"), "TYPE_NOT_DEPRECATED");
  EXPECT_EQ(on_workflow_type(&Registry::DeprecateWorkflowType, "t"), "OK");
  EXPECT_EQ(on_workflow_type(&Registry::RegisterWorkflowType, "t"), "TYPE_ALREADY_EXISTS");
  EXPECT_EQ(on_workflow_type(&Registry::DescribeWorkflowType, "t"), "OK");
  EXPECT_EQ(on_workflow_type(&Registry::UndeprecateWorkflowType, "t", "2"), "TYPE_ALREADY_EXISTS");
  EXPECT_EQ(on_workflow_type(&Registry::DeleteWorkflowType, "t"), "OK");
  EXPECT_EQ(on_workflow_type(&Registry::DescribeWorkflowType, "t"), "UNKNOWN_RESOURCE");
  EXPECT_EQ(on_workflow_type(&Registry::DeleteWorkflowType, "t"), "UNKNOWN_RESOURCE");
  EXPECT_EQ(on_workflow_type(&Registry::RegisterWorkflowType, "t"), "OK");

  // Of one name, but another kind.
  EXPECT_EQ(on_activity_type(&Registry::RegisterActivityType, "t"), "OK");
  EXPECT_EQ(on_activity_type(&Registry::DeprecateActivityType, "t"), "OK");
  EXPECT_EQ(on_activity_type(&Registry::UndeprecateActivityType, "t"), "OK");
  EXPECT_EQ(on_activity_type(&Registry::DeleteActivityType, "t"), "TYPE_NOT_DEPRECATED");
}

TEST_F(RegistryCalls, types_of_a_kind_are_bounded) {
  ASSERT_EQ(register_domain("d"), "OK");
  for (int i = 0; i < limits_.types_per_domain; ++i) ASSERT_EQ(on_workflow_type(&Registry::RegisterWorkflowType, "t" + std::to_string(i)), "OK");
  EXPECT_EQ(on_workflow_type(&Registry::RegisterWorkflowType, "one more"), "LIMIT_EXCEEDED");
  EXPECT_EQ(on_activity_type(&Registry::RegisterActivityType, "another kind"), "OK");
}

TEST_F(RegistryCalls, a_type_is_shown_as_it_was_registered) {
  ASSERT_EQ(register_domain("d"), "OK");
  v1::RegisterActivityTypeRequest request;
  request.set_domain("d");
  request.mutable_activity_type()->set_name("charge");
  request.mutable_activity_type()->set_version("1");
  request.set_description("takes money");
  request.mutable_configuration()->mutable_default_task_heartbeat_timeout()->set_none(true);
  request.mutable_configuration()->mutable_default_task_list()->set_name("payments");
  request.mutable_configuration()->set_default_task_priority(-3);
  ASSERT_EQ(outcome(*registry_, &Registry::RegisterActivityType, request).reason, "OK");
  v1::DescribeActivityTypeRequest describe;
  v1::DescribeActivityTypeResponse shown;
  describe.set_domain("d");
  *describe.mutable_activity_type() = request.activity_type();
  ASSERT_TRUE(call(*registry_, &Registry::DescribeActivityType, describe, &shown).ok());
  EXPECT_EQ(shown.configuration().SerializeAsString(), request.configuration().SerializeAsString());
  EXPECT_EQ(shown.type_info().description(), "takes money");
  EXPECT_EQ(shown.type_info().status(), v1::REGISTRATION_STATUS_REGISTERED);
  EXPECT_GT(shown.type_info().creation_date().seconds(), 0);
  EXPECT_FALSE(shown.type_info().has_deprecation_date());
  ASSERT_EQ(on_activity_type(&Registry::DeprecateActivityType, "charge"), "OK");
  ASSERT_TRUE(call(*registry_, &Registry::DescribeActivityType, describe, &shown).ok());
  EXPECT_TRUE(shown.type_info().has_deprecation_date());
}

TEST_F(RegistryCalls, types_are_listed_by_name_then_version) {
  ASSERT_EQ(register_domain("d"), "OK");
  for (const auto& [name, version] : {std::pair("b", "1"), std::pair("a", "2"), std::pair("ab", "1"), std::pair("a", "1")}) {
    ASSERT_EQ(on_workflow_type(&Registry::RegisterWorkflowType, name, version), "OK");
  }
  const auto list = [&](const std::string& name) {
    std::vector<std::string> shown;
    v1::ListWorkflowTypesRequest request;
    request.set_domain("d");
    request.set_name(name);
    request.set_registration_status(v1::REGISTRATION_STATUS_REGISTERED);
    request.set_maximum_page_size(1);
    do {
      v1::ListWorkflowTypesResponse page;
      EXPECT_TRUE(call(*registry_, &Registry::ListWorkflowTypes, request, &page).ok());
      for (const auto& info : page.type_infos()) shown.push_back(info.workflow_type().name() + ":" + info.workflow_type().version());
      request.set_next_page_token(page.next_page_token());
    } while (!request.next_page_token().empty());
    return shown;
  };
  EXPECT_THAT(list(""), ElementsAre("a:1", "a:2", "ab:1", "b:1"));
  EXPECT_THAT(list("a"), ElementsAre("a:1", "a:2"));
  EXPECT_THAT(list("none"), ElementsAre());
}

TEST_F(RegistryCalls, tags_are_put_replaced_taken_away_and_bounded) {
  ASSERT_EQ(register_domain("d"), "OK");
  const auto tag = [&](const std::string& resource, const std::string& key, const std::string& value) {
    v1::TagResourceRequest request;
    request.set_resource(resource);
    request.add_tags()->set_key(key);
    request.mutable_tags(0)->set_value(value);
    return outcome(*registry_, &Registry::TagResource, request);
  };
  const auto tags = [&] {
    v1::ListTagsForResourceRequest request;
    v1::ListTagsForResourceResponse response;
    request.set_resource("baton:domain/d");
    EXPECT_TRUE(call(*registry_, &Registry::ListTagsForResource, request, &response).ok());
    std::vector<std::string> shown;
    for (const auto& each : response.tags()) shown.push_back(each.key() + "=" + each.value());
    return shown;
  };
  EXPECT_EQ(tag("baton:domain/d", "team", "red").reason, "OK");
  EXPECT_EQ(tag("baton:domain/d", "team", "blue").reason, "OK");
  EXPECT_THAT(tags(), ElementsAre("team=blue"));
  EXPECT_EQ(tag("d", "team", "red").subject, "resource");
  EXPECT_EQ(tag("baton:domain/none", "team", "red").reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(tag("baton:domain/d", "", "red").subject, "tags[0].key");
  v1::UntagResourceRequest untag;
  untag.set_resource("baton:domain/d");
  untag.add_tag_keys("team");
  untag.add_tag_keys("not there");
  EXPECT_EQ(outcome(*registry_, &Registry::UntagResource, untag).reason, "OK");
  EXPECT_THAT(tags(), ElementsAre());
  v1::TagResourceRequest many;
  many.set_resource("baton:domain/d");
  for (int i = 0; i < 50; ++i) many.add_tags()->set_key("k" + std::to_string(i));
  EXPECT_EQ(outcome(*registry_, &Registry::TagResource, many).reason, "OK");
  const Outcome refused = tag("baton:domain/d", "one more", "");
  EXPECT_EQ(refused.reason, "TOO_MANY_TAGS");
  EXPECT_EQ(refused.code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(tags().size(), 50U);
}

}  // namespace
}  // namespace baton::testing
