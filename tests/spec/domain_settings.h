// Verbs for what a domain sets for itself: limits and rates. `fields` are of the request, in protobuf's text form.
#pragma once

#include <chrono>
#include <string>

#include "tests/spec/spec_test.h"

namespace baton::testing {

class DomainSettings : public SpecTest {
 protected:
  using SpecTest::SpecTest;

  Outcome try_register(const std::string& name, const std::string& fields) {
    v1::RegisterDomainRequest request;
    merge("workflow_execution_retention_period { none: true } " + fields, &request);
    request.set_name(name);
    return outcome(*registry_, &Registry::RegisterDomain, request);
  }
  Outcome try_update(const std::string& fields) {
    v1::UpdateDomainRequest request;
    request.set_name(kDomain);
    merge(fields, &request);
    return outcome(*registry_, &Registry::UpdateDomain, request);
  }
  void update(const std::string& fields) {
    const Outcome updated = try_update(fields);
    EXPECT_EQ(updated.reason, "OK") << updated.message;
  }
  v1::DomainConfiguration configuration() {
    v1::DescribeDomainRequest request;
    v1::DescribeDomainResponse shown;
    request.set_name(kDomain);
    EXPECT_TRUE(call(*registry_, &Registry::DescribeDomain, request, &shown).ok());
    return shown.configuration();
  }
  // One use of it is free, the next one comes too fast, unless it comes a second later.
  void allow_one(const std::string& operation) {
    update("rates { rates { operation: '" + operation + "' bucket: 1 refill_per_second: 1 } }");
  }
  // Tries until it is told to come again later.
  template <class Try>
  Outcome throttled(Try attempt) {
    const auto give_up_at = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    Outcome tried = attempt();
    while (tried.reason != "THROTTLING" && std::chrono::steady_clock::now() < give_up_at) tried = attempt();
    EXPECT_EQ(tried.code, grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_EQ(tried.reason, "THROTTLING");
    return tried;
  }
};

}  // namespace baton::testing
