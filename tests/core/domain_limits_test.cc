// What a domain sets for itself: each limit at its bounds and one past them, and what is in effect.
#include "coordinator/core/domain_limits.h"

#include "coordinator/core/fault.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace baton::core {
namespace {

using baton::v1::DomainLimits;
using google::protobuf::FieldDescriptor;

struct Bounds {
  std::string name;
  int32_t most;
};

std::vector<Bounds> all_bounds() {
  return {{"history_events", 100'000},        {"open_activities", 10'000},        {"open_timers", 10'000},
          {"open_children", 10'000},          {"open_lambda_functions", 10'000},  {"open_executions", 10'000'000},
          {"payload_bytes", 262'144},         {"headers_bytes", 262'144},         {"decisions_per_answer", 10'000},
          {"pollers_per_task_list", 100'000}, {"types", 100'000}};
}

DomainLimits only(const std::string& name, int32_t value) {
  DomainLimits limits;
  const FieldDescriptor* field = DomainLimits::descriptor()->FindFieldByName(name);
  if (field != nullptr) limits.GetReflection()->SetInt32(&limits, field, value);
  return limits;
}

// All of them in one line, in the order of all_bounds().
std::vector<int64_t> values(const Limits& limits) {
  return {limits.history_events,
          limits.open_activities,
          limits.open_timers,
          limits.open_children,
          limits.open_lambda_functions,
          limits.open_executions,
          static_cast<int64_t>(limits.payload_bytes),
          static_cast<int64_t>(limits.headers_bytes),
          limits.decisions_per_answer,
          limits.pollers_per_task_list,
          limits.types_per_domain};
}

TEST(DomainLimits, EachIsTakenAtItsBoundsAndRefusedOnePastThem) {
  ASSERT_EQ(static_cast<int>(all_bounds().size()), DomainLimits::descriptor()->field_count());
  for (const Bounds& bounds : all_bounds()) {
    SCOPED_TRACE(bounds.name);
    EXPECT_TRUE(check_limits("limits", only(bounds.name, 1)).ok());
    EXPECT_TRUE(check_limits("limits", only(bounds.name, bounds.most)).ok());
    for (const int32_t past : {0, bounds.most + 1, INT32_MIN, INT32_MAX}) {
      const absl::Status refused = check_limits("limits", only(bounds.name, past));
      EXPECT_EQ(fault_of(refused), baton::v1::VALIDATION);
      EXPECT_EQ(subject_of(refused), "limits." + bounds.name);
      EXPECT_THAT(std::string(refused.message()),
                  testing::HasSubstr("give 1 to " + std::to_string(bounds.most)));
    }
  }
}

TEST(DomainLimits, TheFirstThatIsWrongIsNamed) {
  DomainLimits limits = only("open_timers", -1);
  limits.set_open_activities(10'001);
  limits.set_open_children(5);
  EXPECT_EQ(subject_of(check_limits("limits", limits)), "limits.open_activities");
}

TEST(DomainLimits, OneThatIsSetHoldsInPlaceOfItsDefaultAndOfNoOther) {
  const Limits defaults{.open_timers = 7, .long_poll_ms = 3};
  const std::vector<int64_t> before = values(defaults);
  for (size_t i = 0; i < all_bounds().size(); ++i) {
    std::vector<int64_t> expected = before;
    expected[i] = all_bounds()[i].most;
    const Limits in_effect = limits_of(only(all_bounds()[i].name, all_bounds()[i].most), defaults);
    EXPECT_EQ(values(in_effect), expected) << all_bounds()[i].name;
    EXPECT_EQ(in_effect.domains, defaults.domains);
    EXPECT_EQ(in_effect.long_poll_ms, 3);
  }
  EXPECT_EQ(values(limits_of({}, defaults)), before);
}

TEST(DomainLimits, WhatIsShownIsWhatIsInEffect) {
  const Limits defaults{.open_timers = 7, .payload_bytes = 100};
  DomainLimits shown = only("open_timers", 8);
  show_limits(limits_of(shown, defaults), &shown);
  EXPECT_EQ(shown.open_timers(), 8);
  EXPECT_EQ(shown.payload_bytes(), 100);
  for (const Bounds& bounds : all_bounds()) {
    EXPECT_TRUE(shown.GetReflection()->HasField(shown, DomainLimits::descriptor()->FindFieldByName(bounds.name))) << bounds.name;
  }
  EXPECT_EQ(values(limits_of(shown, {})), values(limits_of(only("open_timers", 8), defaults)));
}

}  // namespace
}  // namespace baton::core
