// Beyond SWF: typed search attributes, set at the start and by a decider, by which lists and counts find executions.
#include "tests/spec/spec_test.h"

namespace baton::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;
using ::testing::IsEmpty;

v1::Decision upsert(const std::string& fields) {
  v1::Decision made;
  merge("upsert_search_attributes { " + fields + " }", &made);
  return made;
}
std::string attribute(const std::string& name, const std::string& value) {
  return "search_attributes { key: '" + name + "' value { " + value + " } } ";
}

class BeyondSearchAttributes : public SpecTest {
 protected:
  BeyondSearchAttributes() = default;
  explicit BeyondSearchAttributes(const std::string& policy) : SpecTest(policy) {}

  using Ids = std::vector<std::string>;
  // In the order of their starts.
  Ids open(const std::string& filter) {
    const std::string fields = "domain: 'orders' start_time_filter { oldest_date { } } search_attribute_filter { " + filter + " } ";
    v1::ListOpenWorkflowExecutionsRequest list;
    v1::ListOpenWorkflowExecutionsResponse listed;
    merge(fields + "reverse_order: true", &list);
    EXPECT_TRUE(call(*workflows_, &Workflows::ListOpenWorkflowExecutions, list, &listed).ok());
    v1::CountOpenWorkflowExecutionsRequest count;
    v1::CountOpenWorkflowExecutionsResponse counted;
    merge(fields, &count);
    EXPECT_TRUE(call(*workflows_, &Workflows::CountOpenWorkflowExecutions, count, &counted).ok());
    EXPECT_EQ(counted.count(), listed.execution_infos_size());
    return ids_of(listed);
  }
  Ids closed(const std::string& filter, const std::string& time = "close_time_filter") {
    const std::string fields = "domain: 'orders' " + time + " { oldest_date { } } search_attribute_filter { " + filter + " } ";
    v1::ListClosedWorkflowExecutionsRequest list;
    v1::ListClosedWorkflowExecutionsResponse listed;
    merge(fields + "reverse_order: true", &list);
    EXPECT_TRUE(call(*workflows_, &Workflows::ListClosedWorkflowExecutions, list, &listed).ok());
    v1::CountClosedWorkflowExecutionsRequest count;
    v1::CountClosedWorkflowExecutionsResponse counted;
    merge(fields, &count);
    EXPECT_TRUE(call(*workflows_, &Workflows::CountClosedWorkflowExecutions, count, &counted).ok());
    EXPECT_EQ(counted.count(), listed.execution_infos_size());
    return ids_of(listed);
  }
  std::string refused_filter(const std::string& filter) {
    v1::ListOpenWorkflowExecutionsRequest request;
    merge("domain: 'orders' start_time_filter { oldest_date { } } " + filter, &request);
    return outcome(*workflows_, &Workflows::ListOpenWorkflowExecutions, request).subject;
  }
  std::string described(const std::string& workflow_id) {
    const auto shown = describe(workflow_id);
    std::string text;
    for (const auto& [name, value] : std::map<std::string, v1::SearchAttribute>(shown.search_attributes().begin(), shown.search_attributes().end())) {
      text += (text.empty() ? "" : ", ") + name + " " + text_of(value);
    }
    return text;
  }

 private:
  template <class Response>
  static Ids ids_of(const Response& listed) {
    Ids ids;
    for (const auto& info : listed.execution_infos()) ids.push_back(info.execution().workflow_id());
    return ids;
  }
};

TEST_F(BeyondSearchAttributes, AnAttributeOfTheStartFindsTheRun) {
  start("a", attribute("team", "text: 'red'"));
  start("b", attribute("team", "text: 'blue'"));
  start("c");
  EXPECT_THAT(open("name: 'team' equal_to { text: 'red' }"), ElementsAre("a"));
  EXPECT_THAT(open("name: 'team' equal_to { text: 're' }"), IsEmpty());
  EXPECT_THAT(open("name: 'Team' equal_to { text: 'red' }"), IsEmpty());
  EXPECT_EQ(described("a"), "team text: \"red\"");
  EXPECT_EQ(text_of(event("a", 1).workflow_execution_started().search_attributes().at("team")), "text: \"red\"");
}

TEST_F(BeyondSearchAttributes, EveryKindHasItsOrder) {
  start("a", attribute("n", "integer: -5") + attribute("x", "number: -2.5") + attribute("f", "flag: false") + attribute("t", "time { seconds: -1 }"));
  start("b", attribute("n", "integer: 0") + attribute("x", "number: 0.5") + attribute("f", "flag: true") + attribute("t", "time { seconds: 1 }"));
  start("c", attribute("n", "integer: 9223372036854775807") + attribute("x", "number: 1e300") + attribute("t", "time { seconds: 2 }"));
  EXPECT_THAT(open("name: 'n' within { least { integer: -5 } most { integer: 0 } }"), UnorderedElementsAre("a", "b"));
  EXPECT_THAT(open("name: 'n' within { least { integer: 1 } }"), UnorderedElementsAre("c"));
  EXPECT_THAT(open("name: 'n' within { most { integer: -5 } }"), UnorderedElementsAre("a"));
  EXPECT_THAT(open("name: 'x' within { least { number: -3 } most { number: 0.4 } }"), UnorderedElementsAre("a"));
  EXPECT_THAT(open("name: 'x' within { least { number: 0 } }"), UnorderedElementsAre("b", "c"));
  EXPECT_THAT(open("name: 'f' equal_to { flag: false }"), UnorderedElementsAre("a"));
  EXPECT_THAT(open("name: 't' within { least { time { } } }"), UnorderedElementsAre("b", "c"));
  EXPECT_THAT(open("name: 't' within { most { time { } } }"), UnorderedElementsAre("a"));
}

// Those of one kind are apart from those of another.
TEST_F(BeyondSearchAttributes, KindsAreApart) {
  start("a", attribute("v", "text: '1'"));
  start("b", attribute("v", "integer: 1"));
  start("c", attribute("v", "number: 1"));
  EXPECT_THAT(open("name: 'v' equal_to { integer: 1 }"), ElementsAre("b"));
  EXPECT_THAT(open("name: 'v' within { least { text: '' } }"), ElementsAre("a"));
  EXPECT_THAT(open("name: 'v' within { most { number: 1 } }"), ElementsAre("c"));
}

TEST_F(BeyondSearchAttributes, ADeciderSetsAndRemovesThem) {
  start("w", attribute("team", "text: 'red'") + attribute("old", "flag: true"));
  decide({upsert(attribute("step", "integer: 3") + attribute("team", "text: 'blue'") + "removed: 'old' removed: 'nothing'")});
  EXPECT_EQ(described("w"), "step integer: 3, team text: \"blue\"");
  EXPECT_THAT(open("name: 'team' equal_to { text: 'blue' }"), ElementsAre("w"));
  EXPECT_THAT(open("name: 'team' equal_to { text: 'red' }"), IsEmpty());
  EXPECT_THAT(open("name: 'old' equal_to { flag: true }"), IsEmpty());
  EXPECT_EQ(history_text("w", 5), "5 SearchAttributesUpserted") << "it wakes nobody";
  EXPECT_EQ(event("w", 5).search_attributes_upserted().removed_size(), 2);
}

TEST_F(BeyondSearchAttributes, AClosedRunIsFoundByWhatItHadLast) {
  start("w", attribute("team", "text: 'red'"));
  decide({upsert(attribute("team", "text: 'blue'")), complete()});
  start("v", attribute("team", "text: 'blue'"));
  decide({complete()});
  start("u", attribute("team", "text: 'blue'"));
  EXPECT_THAT(open("name: 'team' equal_to { text: 'blue' }"), ElementsAre("u"));
  EXPECT_THAT(closed("name: 'team' equal_to { text: 'blue' }"), ElementsAre("w", "v"));
  EXPECT_THAT(closed("name: 'team' within { least { text: 'b' } }", "start_time_filter"), ElementsAre("w", "v"));
  EXPECT_THAT(closed("name: 'team' equal_to { text: 'red' }"), IsEmpty());
}

TEST_F(BeyondSearchAttributes, TheRunThatContinuesHasThem) {
  start("w", attribute("team", "text: 'red'"));
  decide({upsert(attribute("step", "integer: 1")), continue_as_new()});
  EXPECT_EQ(described("w"), "step integer: 1, team text: \"red\"");
  EXPECT_THAT(open("name: 'step' equal_to { integer: 1 }"), ElementsAre("w"));
  EXPECT_THAT(closed("name: 'step' equal_to { integer: 1 }"), ElementsAre("w"));
}

TEST_F(BeyondSearchAttributes, ARunHasUpToTwenty) {
  std::string twenty;
  for (int i = 0; i < 20; ++i) twenty += attribute("a" + std::to_string(i), "integer: 1");
  EXPECT_EQ(try_start("w", twenty + attribute("one more", "integer: 1")).subject, "search_attributes");
  start("w", twenty);
  decide({upsert(attribute("one more", "integer: 1")), record_marker("m")});
  EXPECT_EQ(history_text("w", 5), "5 UpsertSearchAttributesFailed, 6 MarkerRecorded, 7 DecisionTaskScheduled");
  EXPECT_EQ(event("w", 5).upsert_search_attributes_failed().cause(), v1::UPSERT_SEARCH_ATTRIBUTES_FAILED_CAUSE_TOO_MANY_ATTRIBUTES);
  decide({upsert(attribute("one more", "integer: 1") + "removed: 'a0'")});
  EXPECT_EQ(describe("w").search_attributes_size(), 20);
}

TEST_F(BeyondSearchAttributes, TheirFieldsHaveBounds) {
  EXPECT_EQ(try_start("w", attribute("", "integer: 1")).subject, "search_attributes key");
  EXPECT_EQ(try_start("w", attribute(std::string(65, 'n'), "integer: 1")).subject, "search_attributes key");
  EXPECT_EQ(try_start("w", attribute("n", "")).subject, "search_attributes[n]");
  EXPECT_EQ(try_start("w", attribute("n", "text: '" + std::string(257, 't') + "'")).subject, "search_attributes[n].text");
  EXPECT_EQ(try_start("w", attribute("n", "number: nan")).subject, "search_attributes[n].number");
  EXPECT_EQ(try_start("w", attribute("n", "time { seconds: 253402300800 }")).subject, "search_attributes[n].time");
  start("w", attribute(std::string(64, 'n'), "text: '" + std::string(256, 't') + "'"));
  const auto task = poll_decision();
  EXPECT_EQ(try_answer(task, {upsert("removed: ''")}).subject, "decisions[0].upsert_search_attributes.removed[0]");
  EXPECT_EQ(try_answer(task, {upsert(attribute("a", "integer: 1") + "removed: 'a'")}).subject, "decisions[0].upsert_search_attributes.removed[0]");
  answer(task, {upsert("")});
  const std::string filter = "search_attribute_filter";
  EXPECT_EQ(refused_filter(filter + " { equal_to { flag: true } }"), filter + ".name");
  EXPECT_EQ(refused_filter(filter + " { name: 'n' }"), filter);
  EXPECT_EQ(refused_filter(filter + " { name: 'n' equal_to { } }"), filter + ".equal_to");
  EXPECT_EQ(refused_filter(filter + " { name: 'n' within { } }"), filter + ".within");
  EXPECT_EQ(refused_filter(filter + " { name: 'n' within { least { flag: true } most { integer: 1 } } }"), filter + ".within");
  EXPECT_THAT(refused_filter("tag_filter { tag: 't' } " + filter + " { name: 'n' equal_to { flag: true } }"), ::testing::HasSubstr(filter));
}

class BeyondDeniedSearchAttributes : public BeyondSearchAttributes {
 protected:
  BeyondDeniedSearchAttributes() : BeyondSearchAttributes("deny * UpsertSearchAttributes *\nallow * * *") {}
};
TEST_F(BeyondDeniedSearchAttributes, ADeniedUpsertIsAnEvent) {
  start("w");
  decide({upsert(attribute("team", "text: 'red'"))});
  EXPECT_EQ(event("w", 5).upsert_search_attributes_failed().cause(), v1::UPSERT_SEARCH_ATTRIBUTES_FAILED_CAUSE_OPERATION_NOT_PERMITTED);
  EXPECT_TRUE(wakes_decider("w", 5));
}

}  // namespace
}  // namespace baton::testing
