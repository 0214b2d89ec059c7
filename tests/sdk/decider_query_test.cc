// Queries on a decider's stream: in order with the tasks of their runs, never held.
#include "decider_fixture.h"

namespace baton::testing {
namespace {

TEST_F(DeciderTest, QueriesAreAnsweredAfterTheTasksBeforeThemAndAreNotHeld) {
  begin();
  v1::PollDecisionTasksResponse frame;
  add_task(frame, "a", "t1");
  add_query(frame, "a", "q1", 3);
  coordinator_.send(frame);
  coordinator_.wait_for("an answer", has_answers(1));
  const Frame said = coordinator_.wait_for("a reply", has_replies(1));
  EXPECT_EQ(said.query_answers(0).query_token(), "q1");
  EXPECT_EQ(said.query_answers(0).reply().completed().result().data(), "0");
  EXPECT_EQ(coordinator_.history_reads(), 0) << "the run was cached by then";
  coordinator_.break_stream();
  const Frame after = coordinator_.wait_for("its answer again", has_answers(1));
  EXPECT_EQ(after.query_answers_size(), 0);
  coordinator_.confirm("t1");
}

TEST_F(DeciderTest, AQueryAboutARunThatIsNotCachedReadsItsHistory) {
  begin();
  HistoryBuilder& history = runs_["a"];
  history.started();
  history.decision_started();
  first_square_done("a");
  history.decided(nullptr);
  history.activity_scheduled("2", {"square", "1"});
  coordinator_.histories["a"] = history.events();
  v1::PollDecisionTasksResponse frame;
  add_query(frame, "a", "q1", 8);
  coordinator_.send(frame);
  const Frame said = coordinator_.wait_for("a reply", has_replies(1));
  EXPECT_EQ(said.query_answers(0).reply().completed().result().data(), "1");
  EXPECT_EQ(coordinator_.history_reads(), 1);
  EXPECT_EQ(said.answers_size(), 0);
}

TEST_F(DeciderTest, ManyRepliesAreAllThereAndEachOnce) {
  constexpr int kQueries = 1'500;
  begin({.threads = 1});
  send_task("a", "t1");
  coordinator_.wait_for("an answer", has_answers(1));
  v1::PollDecisionTasksResponse frame;
  for (int i = 0; i < kQueries; ++i) add_query(frame, "a", "q" + std::to_string(i), 3);
  coordinator_.send(frame);
  const Frame said = coordinator_.wait_for("all replies", has_replies(kQueries));
  std::set<std::string> tokens;
  for (const auto& answer : said.query_answers()) tokens.insert(answer.query_token());
  EXPECT_EQ(tokens.size(), static_cast<size_t>(kQueries));
  EXPECT_EQ(said.query_answers_size(), kQueries);
  coordinator_.confirm("t1");
}

}  // namespace
}  // namespace baton::testing
