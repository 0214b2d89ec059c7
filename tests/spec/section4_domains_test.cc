// SWF: 4, domains: REGISTERED and DEPRECATED, and what each allows.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

using ::testing::ElementsAre;

class Section4Domains : public SpecTest {
 protected:
  Outcome try_register_domain(const std::string& name, const std::string& period = "{ none: true }") {
    v1::RegisterDomainRequest request;
    merge("name: '" + name + "' workflow_execution_retention_period " + period, &request);
    return outcome(*registry_, &Registry::RegisterDomain, request);
  }
  v1::DescribeDomainResponse describe_domain(const std::string& name) {
    v1::DescribeDomainRequest request;
    v1::DescribeDomainResponse shown;
    request.set_name(name);
    EXPECT_TRUE(call(*registry_, &Registry::DescribeDomain, request, &shown).ok());
    return shown;
  }
  Outcome try_deprecate(const std::string& name) {
    v1::DeprecateDomainRequest request;
    request.set_name(name);
    return outcome(*registry_, &Registry::DeprecateDomain, request);
  }
  Outcome try_undeprecate(const std::string& name) {
    v1::UndeprecateDomainRequest request;
    request.set_name(name);
    return outcome(*registry_, &Registry::UndeprecateDomain, request);
  }
};

// SWF: 4. REGISTERED: types are registered in it and runs started.
TEST_F(Section4Domains, ARegisteredDomainTakesTypesAndRuns) {
  EXPECT_EQ(describe_domain("orders").domain_info().status(), v1::REGISTRATION_STATUS_REGISTERED);
  EXPECT_EQ(register_workflow_type("new", "1").reason, "OK");
  EXPECT_EQ(try_start("w").reason, "OK");
}

// SWF: 4. DEPRECATED: no new runs.
TEST_F(Section4Domains, ADeprecatedDomainStartsNothing) {
  deprecate_domain("orders");
  EXPECT_EQ(describe_domain("orders").domain_info().status(), v1::REGISTRATION_STATUS_DEPRECATED);
  const Outcome refused = try_start("w");
  EXPECT_EQ(refused.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(refused.reason, "DOMAIN_DEPRECATED");
}

// SWF: 4. DEPRECATED: no new types.
TEST_F(Section4Domains, ADeprecatedDomainRegistersNoTypes) {
  deprecate_domain("orders");
  EXPECT_EQ(register_workflow_type("new", "1").reason, "DOMAIN_DEPRECATED");
  EXPECT_EQ(register_activity_type("new", "1").reason, "DOMAIN_DEPRECATED");
}

// SWF: 4. DEPRECATED: open runs continue, scheduled tasks too.
TEST_F(Section4Domains, OpenRunsOfADeprecatedDomainContinue) {
  start("w");
  decide({schedule("a")});
  deprecate_domain("orders");
  complete_activity(poll_activity());
  signal("w");
  decide({start_timer("t"), complete()});
  EXPECT_EQ(describe("w").execution_info().close_status(), v1::CLOSE_STATUS_COMPLETED);
}

// SWF: 4. DEPRECATED: visibility works.
TEST_F(Section4Domains, ADeprecatedDomainIsStillVisible) {
  start("w");
  deprecate_domain("orders");
  v1::CountOpenWorkflowExecutionsRequest request;
  v1::CountOpenWorkflowExecutionsResponse counted;
  merge("domain: 'orders' start_time_filter { oldest_date { } }", &request);
  EXPECT_TRUE(call(*workflows_, &Workflows::CountOpenWorkflowExecutions, request, &counted).ok());
  EXPECT_EQ(counted.count(), 1);
  EXPECT_EQ(describe("w").execution_info().execution_status(), v1::EXECUTION_STATUS_OPEN);
  EXPECT_EQ(history_text("w"), "1 WorkflowExecutionStarted, 2 DecisionTaskScheduled");
}

// SWF: 4. Deleted: impossible.
TEST_F(Section4Domains, ADomainCannotBeDeleted) {
  EXPECT_EQ(v1::RegisterDomainRequest::descriptor()->file()->service(0)->FindMethodByName("DeleteDomain"), nullptr);
}

// SWF: 2. A second registration is refused, also when the old one is deprecated.
TEST_F(Section4Domains, ADomainIsRegisteredOnce) {
  EXPECT_EQ(try_register_domain("orders").reason, "DOMAIN_ALREADY_EXISTS");
  deprecate_domain("orders");
  EXPECT_EQ(try_register_domain("orders").reason, "DOMAIN_ALREADY_EXISTS");
}

// SWF: 2. Deprecating twice, and undeprecating a registered one, is refused.
TEST_F(Section4Domains, DeprecatingTwiceIsRefused) {
  deprecate_domain("orders");
  EXPECT_EQ(try_deprecate("orders").reason, "DOMAIN_DEPRECATED");
}
TEST_F(Section4Domains, UndeprecatingARegisteredDomainIsRefused) {
  EXPECT_EQ(try_undeprecate("orders").reason, "DOMAIN_ALREADY_EXISTS");
}
TEST_F(Section4Domains, AnUnknownDomainIsUnknownResource) {
  EXPECT_EQ(try_deprecate("none").reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(try_undeprecate("none").reason, "UNKNOWN_RESOURCE");
  EXPECT_EQ(try_start("w", "domain: 'none'").reason, "UNKNOWN_RESOURCE");
}

// SWF: 4. Deprecating a domain deprecates its types.
TEST_F(Section4Domains, DeprecatingADomainDeprecatesItsTypes) {
  start("w");
  deprecate_domain("orders");
  EXPECT_EQ(on_type(&Registry::DeprecateWorkflowType, "process", "1").reason, "TYPE_DEPRECATED");
  EXPECT_EQ(on_type(&Registry::DeprecateActivityType, "charge", "1").reason, "TYPE_DEPRECATED");
  decide({schedule("a")});
  EXPECT_EQ(event("w", 5).schedule_activity_task_failed().cause(), v1::SCHEDULE_ACTIVITY_TASK_FAILED_CAUSE_ACTIVITY_TYPE_DEPRECATED);
}

// SWF: 4. Undeprecating a domain does not restore its types: each is undeprecated by itself.
TEST_F(Section4Domains, UndeprecatingADomainDoesNotRestoreItsTypes) {
  deprecate_domain("orders");
  EXPECT_EQ(try_undeprecate("orders").reason, "OK");
  EXPECT_EQ(try_start("w").reason, "TYPE_DEPRECATED");
  EXPECT_EQ(on_type(&Registry::UndeprecateWorkflowType, "process", "1").reason, "OK");
  EXPECT_EQ(try_start("w").reason, "OK");
  EXPECT_EQ(register_workflow_type("new", "1").reason, "OK");
}

// SWF: 4. Retention: NONE, 0 to 90 days; required and shown as it was given, NONE as the 0 that it means.
TEST_F(Section4Domains, RetentionIsZeroToNinetyDays) {
  EXPECT_EQ(try_register_domain("zero", "{ after { } }").reason, "OK");
  EXPECT_EQ(try_register_domain("none", "{ none: true }").reason, "OK");
  EXPECT_EQ(try_register_domain("ninety", "{ after { seconds: 7776000 } }").reason, "OK");
  EXPECT_EQ(try_register_domain("more", "{ after { seconds: 7862400 } }").subject, "workflow_execution_retention_period");
  EXPECT_EQ(try_register_domain("part", "{ after { seconds: 86401 } }").subject, "workflow_execution_retention_period");
  EXPECT_EQ(text_of(describe_domain("ninety").configuration().workflow_execution_retention_period()), "after { seconds: 7776000 }");
  EXPECT_EQ(text_of(describe_domain("none").configuration()), text_of(describe_domain("zero").configuration()));
}

// SWF: 1 and 4. A domain has a resource name of its own (SWF: an ARN that ends in /domain/NAME).
TEST_F(Section4Domains, ADomainHasAResourceName) {
  EXPECT_EQ(describe_domain("orders").domain_info().resource(), "baton:domain/orders");
}

// SWF: 2. ListDomains: by name, A to Z unless reversed, of one status.
TEST_F(Section4Domains, DomainsAreListedByNameAndStatus) {
  for (const char* name : {"b", "c", "a"}) register_domain(name);
  deprecate_domain("b");
  const auto list = [&](const std::string& fields) {
    v1::ListDomainsRequest request;
    v1::ListDomainsResponse listed;
    merge(fields, &request);
    EXPECT_TRUE(call(*registry_, &Registry::ListDomains, request, &listed).ok());
    std::vector<std::string> names;
    for (const auto& info : listed.domain_infos()) names.push_back(info.name());
    return names;
  };
  EXPECT_THAT(list("registration_status: REGISTRATION_STATUS_REGISTERED"), ElementsAre("a", "c", "orders"));
  EXPECT_THAT(list("registration_status: REGISTRATION_STATUS_REGISTERED reverse_order: true"), ElementsAre("orders", "c", "a"));
  EXPECT_THAT(list("registration_status: REGISTRATION_STATUS_DEPRECATED"), ElementsAre("b"));
}

// SWF: 4. Quotas count deprecated objects too.
class Section4SmallQuotas : public SpecTest {
 protected:
  static core::Limits small() {
    core::Limits limits;
    limits.domains = 2;
    limits.types_per_domain = 3;
    return limits;
  }
  Section4SmallQuotas() : SpecTest("", small()) {}  // one domain and two types of each kind are there
};
TEST_F(Section4SmallQuotas, DeprecatedDomainsCount) {
  register_domain("b");
  deprecate_domain("b");
  v1::RegisterDomainRequest request;
  merge("name: 'c' workflow_execution_retention_period { none: true }", &request);
  EXPECT_EQ(outcome(*registry_, &Registry::RegisterDomain, request).reason, "LIMIT_EXCEEDED");
}
TEST_F(Section4SmallQuotas, DeprecatedTypesCount) {
  EXPECT_EQ(register_workflow_type("b", "1").reason, "OK");
  EXPECT_EQ(on_type(&Registry::DeprecateWorkflowType, "b", "1").reason, "OK");
  EXPECT_EQ(register_workflow_type("c", "1").reason, "LIMIT_EXCEEDED");
  EXPECT_EQ(register_activity_type("b", "1").reason, "OK");
  EXPECT_EQ(on_type(&Registry::DeprecateActivityType, "b", "1").reason, "OK");
  EXPECT_EQ(register_activity_type("c", "1").reason, "LIMIT_EXCEEDED");
}

}  // namespace
}  // namespace baton::testing
