// What becomes of the times of a schedule, round by round: overlap policies, catching up, triggers, backfills, and what is played again.
#include "coordinator/schedule/round.h"

#include "coordinator/core/fault.h"
#include "coordinator/schedule/bounds.h"
#include "coordinator/schedule/edits.h"
#include "gmock/gmock.h"
#include "tests/schedule/schedule_story.h"

namespace baton::schedule {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kDay[] = "2026-05-04T";

// A schedule every ten minutes from midnight on. Times of the story are minutes of its day, "00:10".
class RoundTest : public ::testing::Test {
 protected:
  explicit RoundTest(v1::OverlapPolicy policy = v1::OVERLAP_POLICY_UNSPECIFIED)
      : contents_(contents_of(process_every_ten_minutes(policy), moment("00:00"))) {}

  static std::string moment(const std::string& minute) { return kDay + minute + ":00Z"; }
  static int64_t ms(const std::string& minute) { return at(moment(minute)); }

  // Plays rounds until one starts nothing; every start succeeds. Returns the workflow ids that were started.
  std::vector<std::string> play_all(const std::string& minute) {
    std::vector<std::string> started;
    while (true) {
      last_ = play(contents_, ms(minute));
      if (!last_.start) return started;
      started.push_back(name_of(*last_.start));
      note_started(contents_.state, *last_.start, run(started.back()), ms(minute));
    }
  }
  // A whole visit: its runs close when the test says so.
  static std::string name_of(const ScheduledTime& time) {
    const char* const kSource[] = {"", "spec ", "trigger ", "backfill "};
    return kSource[time.source()] + to_iso(time.nominal_ms()).substr(11, 5);
  }
  void close_all() { contents_.state.clear_open(); }
  std::string next(const std::string& minute) {
    const int64_t next = next_ms(contents_, ms(minute));
    return next == 0 ? "never" : to_iso(next).substr(11, 8);
  }
  template <class Request>
  absl::Status change(Request request, const std::string& minute) {
    request.set_domain("orders");
    request.set_schedule_id("nightly");
    auto edited = edit(contents_, request, {ms(minute), limits_});
    if (edited.ok()) contents_ = **std::move(edited);
    return edited.status();
  }
  absl::Status trigger(const std::string& minute, v1::OverlapPolicy policy = v1::OVERLAP_POLICY_UNSPECIFIED) {
    v1::TriggerScheduleRequest request;
    request.set_overlap_policy(policy);
    return change(request, minute);
  }
  absl::Status backfill(const std::string& from, const std::string& until, const std::string& minute) {
    v1::BackfillScheduleRequest request;
    request.mutable_start_time()->set_seconds(ms(from) / 1000);
    request.mutable_end_time()->set_seconds(ms(until) / 1000);
    return change(request, minute);
  }

  core::Limits limits_;
  Contents contents_;
  Round last_;
};

TEST_F(RoundTest, NothingIsStartedBeforeItsTime) {
  EXPECT_EQ(next("00:00"), "00:10:00");
  last_ = play(contents_, ms("00:10") - 1);
  EXPECT_FALSE(last_.start);
  EXPECT_THAT(play_all("00:10"), ElementsAre("spec 00:10"));
  EXPECT_EQ(next("00:10"), "00:20:00");
  EXPECT_EQ(recent(contents_.state), "00:10 spec 00:10");
}

TEST_F(RoundTest, ARoundThatIsPlayedAgainStartsTheSame) {
  Contents again = contents_;
  const Round first = play(contents_, ms("00:10")), second = play(again, ms("00:15"));
  ASSERT_TRUE(first.start && second.start);
  const auto request = start_request(nightly(), contents_, *first.start);
  EXPECT_EQ(request.SerializeAsString(), start_request(nightly(), again, *second.start).SerializeAsString());
  EXPECT_EQ(request.workflow_id(), "nightly/2026-05-04T00:10:00Z");
  EXPECT_LE(request.request_id().size(), 64U);
}

TEST_F(RoundTest, EveryTimeOfEveryScheduleHasARequestIdOfItsOwn) {
  const Name other{"orders", "other"};
  State later = contents_.state;
  later.set_created_ms(later.created_ms() + 1);
  ScheduledTime time, next, filled;
  time.set_nominal_ms(ms("00:10"));
  next.set_nominal_ms(ms("00:20"));
  filled = time;
  filled.set_serial(1);
  const std::set<std::string> ids{request_id_of(nightly(), contents_.state, time), request_id_of(nightly(), contents_.state, next),
                                  request_id_of(nightly(), contents_.state, filled), request_id_of(other, contents_.state, time),
                                  request_id_of(nightly(), later, time)};
  EXPECT_THAT(ids, SizeIs(5));
}

// --- overlap policies ---

TEST_F(RoundTest, SkipStartsNothingWhileARunIsOpen) {
  play_all("00:10");
  EXPECT_THAT(play_all("00:20"), IsEmpty());
  EXPECT_EQ(next("00:20"), "00:30:00") << "nothing waits for the end of the run";
  close_all();
  EXPECT_THAT(play_all("00:30"), ElementsAre("spec 00:30"));
  EXPECT_EQ(recent(contents_.state), "00:10 spec 00:10, 00:20 overlap, 00:30 spec 00:30");
}

class BufferOne : public RoundTest {
 protected:
  BufferOne() : RoundTest(v1::OVERLAP_POLICY_BUFFER_ONE) {}
};

TEST_F(BufferOne, OneWaitsAndStartsWhenTheRunHasClosed) {
  play_all("00:10");
  EXPECT_THAT(play_all("00:20"), IsEmpty());
  EXPECT_EQ(recent(contents_.state), "00:10 spec 00:10");
  EXPECT_THAT(play_all("00:30"), IsEmpty());
  EXPECT_EQ(recent(contents_.state), "00:10 spec 00:10, 00:30 overlap");
  close_all();
  EXPECT_EQ(next("00:31"), "00:31:00");
  EXPECT_THAT(play_all("00:31"), ElementsAre("spec 00:20"));
  EXPECT_THAT(play_all("00:40"), IsEmpty()) << "that one is open";
  EXPECT_EQ(contents_.state.waiting_size(), 1);
}

TEST_F(BufferOne, ItLooksTheLaterTheLongerTheRunTakesButWithinHalfAMinute) {
  play_all("00:10");
  play_all("00:20");
  EXPECT_EQ(next("00:20"), "00:20:30");
  close_all();
  play_all("00:25");
  play_all("00:30");
  contents_.state.mutable_open(0)->set_since_ms(ms("00:30") - 50'000);
  EXPECT_EQ(next("00:30"), "00:30:05");
  contents_.state.mutable_open(0)->set_since_ms(ms("00:30"));
  EXPECT_EQ(next("00:30"), "00:30:01");
}

TEST_F(BufferOne, WhatWaitsGoesFirst) {
  play_all("00:10");
  play_all("00:20");
  ASSERT_TRUE(trigger("00:21").ok());
  close_all();
  EXPECT_THAT(play_all("00:22"), ElementsAre("spec 00:20"));
  close_all();
  EXPECT_THAT(play_all("00:23"), ElementsAre("trigger 00:21"));
}

class CancelOther : public RoundTest {
 protected:
  CancelOther() : RoundTest(v1::OVERLAP_POLICY_CANCEL_OTHER) {}
};

TEST_F(CancelOther, TheRunIsAskedOnceAndTheNewestTimeWaits) {
  play_all("00:10");
  EXPECT_THAT(play_all("00:20"), IsEmpty());
  ASSERT_THAT(last_.cancel, SizeIs(1));
  EXPECT_EQ(last_.cancel[0].workflow_id(), "spec 00:10");
  EXPECT_EQ(last_.for_time.nominal_ms(), ms("00:20"));
  EXPECT_THAT(play_all("00:30"), IsEmpty());
  EXPECT_THAT(last_.cancel, IsEmpty());
  EXPECT_EQ(recent(contents_.state), "00:10 spec 00:10, 00:20 replaced");
  close_all();
  EXPECT_THAT(play_all("00:31"), ElementsAre("spec 00:30"));
}

class TerminateOther : public RoundTest {
 protected:
  TerminateOther() : RoundTest(v1::OVERLAP_POLICY_TERMINATE_OTHER) {}
};

TEST_F(TerminateOther, TheRunIsTerminatedBeforeTheStart) {
  play_all("00:10");
  last_ = play(contents_, ms("00:20"));
  ASSERT_TRUE(last_.start);
  EXPECT_EQ(last_.start->nominal_ms(), ms("00:20"));
  ASSERT_THAT(last_.terminate, SizeIs(1));
  EXPECT_EQ(last_.terminate[0].workflow_id(), "spec 00:10");
  EXPECT_EQ(contents_.state.open_size(), 0);
}

class AllowAll : public RoundTest {
 protected:
  AllowAll() : RoundTest(v1::OVERLAP_POLICY_ALLOW_ALL) {}
};

TEST_F(AllowAll, EveryTimeStartsARunAndTheLastTenAreKnown) {
  std::vector<std::string> expected;
  for (const char* minute : {"00:10", "00:20", "00:30", "00:40", "00:50", "01:00", "01:10", "01:20", "01:30", "01:40", "01:50", "02:00"}) {
    EXPECT_THAT(play_all(minute), ElementsAre(std::string("spec ") + minute));
  }
  EXPECT_EQ(contents_.state.open_size(), kOpenRuns);
  EXPECT_EQ(contents_.state.open(0).execution().workflow_id(), "spec 00:30");
  EXPECT_EQ(contents_.state.recent_size(), kRecentRuns);
}

// --- what came while nobody was there ---

TEST_F(AllowAll, TimesWithinTheWindowAreMadeUpForAndOlderOnesAreMissedTogether) {
  EXPECT_THAT(play_all("02:05"), ElementsAre("spec 01:10", "spec 01:20", "spec 01:30", "spec 01:40", "spec 01:50", "spec 02:00"));
  EXPECT_EQ(recent(contents_.state).substr(0, 14), "00:10 missed 6");
}

TEST_F(AllowAll, ATimeAsOldAsTheWindowIsMadeUpForYet) {
  contents_.schedule.mutable_catch_up_window()->set_seconds(600);
  EXPECT_THAT(play_all("00:20"), ElementsAre("spec 00:10", "spec 00:20"));
  Contents late = contents_of(contents_.schedule, moment("00:00"));
  play(late, ms("00:20") + 1);
  EXPECT_EQ(recent(late.state), "00:10 missed 1");
}

TEST_F(AllowAll, MissedTimesAreCountedToAThousand) {
  contents_ = contents_of(process_every_ten_minutes(), "2020-01-01T00:00:00Z");
  play_all("00:05");
  EXPECT_EQ(recent(contents_.state).substr(0, 17), "00:10 missed 1000");
  EXPECT_EQ(next("00:05"), "00:10:00");
}

TEST_F(AllowAll, WhatGoesOnFailingIsNotMissedBeforeItIsRefused) {
  contents_.state.set_failing_since_ms(ms("00:10"));
  Round round = play(contents_, ms("01:10") + 1);
  ASSERT_TRUE(round.start);
  EXPECT_EQ(round.start->nominal_ms(), ms("00:10"));
  EXPECT_TRUE(failed_for_long(contents_, *round.start, ms("01:10") + 1));
  EXPECT_FALSE(failed_for_long(contents_, *round.start, ms("01:10")));
  note_refused(contents_.state, *round.start, core::fault(v1::LIMIT_EXCEEDED, "domain", "full"), ms("01:10") + 1);
  EXPECT_EQ(recent(contents_.state), "00:10 refused: full");
  EXPECT_EQ(contents_.state.failing_since_ms(), 0);
}

// The domain is full from 00:10 until 02:00; whoever tries does so every minute.
TEST_F(AllowAll, NoTimeStartsLaterThanItsWindowHoweverLongThoseBeforeItFailed) {
  const absl::Status full = core::fault(v1::LIMIT_EXCEEDED, "domain", "full");
  for (int64_t now_ms = ms("00:10"); now_ms < ms("02:00"); now_ms += 60'000) {
    Contents kept = contents_;
    const Round round = play(contents_, now_ms);
    if (!round.start) continue;
    ASSERT_LE(now_ms - round.start->nominal_ms(), ms("01:01") - ms("00:00")) << name_of(*round.start);
    if (failed_for_long(contents_, *round.start, now_ms)) {
      note_refused(contents_.state, *round.start, full, now_ms);
    } else {
      contents_ = std::move(kept);
      if (contents_.state.failing_since_ms() == 0) contents_.state.set_failing_since_ms(now_ms);
    }
  }
  EXPECT_EQ(recent(contents_.state),
            "00:10 refused: full, 00:20 refused: full, 00:30 refused: full, 00:40 refused: full, 00:50 refused: full");
  EXPECT_THAT(play_all("02:00"), ElementsAre("spec 01:00", "spec 01:10", "spec 01:20", "spec 01:30", "spec 01:40", "spec 01:50", "spec 02:00"));
}

// It was tried for the first time when its window had nearly passed, and is refused when it has, not a window later.
TEST_F(AllowAll, ATimeThatWasLateAlreadyFailsNoLongerThanItsWindow) {
  contents_.state.set_failing_since_ms(ms("01:05"));
  const Round round = play(contents_, ms("01:10") + 1);
  ASSERT_TRUE(round.start);
  EXPECT_EQ(name_of(*round.start), "spec 00:10");
  EXPECT_TRUE(failed_for_long(contents_, *round.start, ms("01:10") + 1));
  ScheduledTime waited = *round.start;
  waited.set_buffered(true);
  EXPECT_FALSE(failed_for_long(contents_, waited, ms("01:10") + 1));
}

TEST_F(AllowAll, WhatFailedBeforeEverybodyWasAwayIsMissedAfterwards) {
  contents_.state.set_failing_since_ms(ms("00:10"));
  EXPECT_THAT(play_all("12:05"), SizeIs(6));
  EXPECT_EQ(contents_.state.recent(3).missed_count(), 0);
  EXPECT_EQ(contents_.state.recent(0).not_started(), v1::NOT_STARTED_REASON_MISSED);
}

// Whoever plays a round asks first whether these have been started.
TEST_F(RoundTest, WhatARoundMayStartIsNamedBefore) {
  EXPECT_THAT(startable(contents_, ms("00:10") - 1), IsEmpty());
  ASSERT_TRUE(trigger("00:15").ok());
  ASSERT_TRUE(backfill("00:00", "00:10", "00:15").ok());
  std::vector<std::string> names;
  for (const ScheduledTime& time : startable(contents_, ms("00:25"))) names.push_back(name_of(time));
  EXPECT_THAT(names, ElementsAre("trigger 00:15", "spec 00:10", "backfill 00:00"));
  ASSERT_TRUE(change(v1::PauseScheduleRequest{}, "00:26").ok());
  EXPECT_THAT(startable(contents_, ms("00:26")), SizeIs(4)) << "also those that the pause drops: 00:10 and 00:20";
  play_all("00:26");
  EXPECT_THAT(startable(contents_, ms("00:30")), SizeIs(1)) << "no time of the spec while it is paused";
}

TEST_F(AllowAll, WhatIsFoundStartedAfterTimesThatAreMissedIsNotedAfterThem) {
  const auto times = startable(contents_, ms("01:35"));
  ASSERT_THAT(times, SizeIs(1));
  EXPECT_EQ(name_of(times[0]), "spec 00:40");
  note_found(contents_, times[0], run("found"), true, ms("01:35"));
  EXPECT_EQ(recent(contents_.state), "00:10 missed 3, 00:40 found");
  EXPECT_THAT(play_all("01:35"), ElementsAre("spec 00:50", "spec 01:00", "spec 01:10", "spec 01:20", "spec 01:30"));
}

TEST_F(AllowAll, OnlyAnOldStartIsDoubtful) {
  EXPECT_THAT(doubtful(contents_, ms("00:20")), IsEmpty());
  const auto times = doubtful(contents_, ms("00:40"));
  ASSERT_THAT(times, SizeIs(1));
  EXPECT_EQ(name_of(times[0]), "spec 00:10");
  note_found(contents_, times[0], run("found"), true, ms("00:40"));
  EXPECT_THAT(play_all("00:40"), ElementsAre("spec 00:20", "spec 00:30", "spec 00:40"));
  ASSERT_TRUE(trigger("00:41").ok());
  ASSERT_TRUE(backfill("00:10", "00:20", "00:41").ok());
  EXPECT_THAT(doubtful(contents_, ms("00:45")), IsEmpty());
  std::vector<std::string> names;
  for (const ScheduledTime& time : doubtful(contents_, ms("01:15"))) {
    names.push_back(name_of(time));
    note_found(contents_, time, run("found"), false, ms("01:15"));
  }
  EXPECT_THAT(names, ElementsAre("trigger 00:41", "backfill 00:10"));
  EXPECT_THAT(play_all("00:45"), ElementsAre("backfill 00:20"));
}

// Found by a story of random triggers: one that a round starts behind others that it skips.
TEST_F(RoundTest, EveryTriggerThatHasWaitedForLongIsDoubtful) {
  play_all("00:10");
  ASSERT_TRUE(trigger("00:11").ok());
  ASSERT_TRUE(trigger("00:11", v1::OVERLAP_POLICY_ALLOW_ALL).ok());
  Contents lost = contents_;
  EXPECT_EQ(play(lost, ms("00:11")).start->serial(), 2);
  const auto times = doubtful(contents_, ms("00:45"));
  ASSERT_THAT(times, SizeIs(2));
  EXPECT_EQ(times[1].serial(), 2);
}

// Its runs continue as new, perhaps, or somebody starts one of the same workflow id: none of these is its own.
TEST_F(BufferOne, WhatWaitsForARunIsInDoubtOnlySinceItWasHeldBackLast) {
  play_all("00:10");
  play_all("00:20");
  play_all("00:55");
  close_all();
  EXPECT_THAT(doubtful(contents_, ms("00:56")), IsEmpty());
  const auto times = doubtful(contents_, ms("01:25"));
  ASSERT_THAT(times, SizeIs(1));
  EXPECT_EQ(name_of(times[0]), "spec 00:20");
  EXPECT_EQ(times[0].since_ms(), ms("00:55") - kClockMarginMs);
}

TEST_F(RoundTest, ATimeOfABackfillIsInDoubtOnlySinceItsTurnCame) {
  ASSERT_TRUE(backfill("00:00", "00:20", "03:05").ok());
  contents_.state.set_settled_ms(ms("03:55"));
  play_all("03:05");
  play_all("03:50");
  close_all();
  EXPECT_THAT(doubtful(contents_, ms("03:51")), IsEmpty());
  EXPECT_THAT(play_all("03:52"), ElementsAre("backfill 00:10"));
  close_all();
  const auto times = doubtful(contents_, ms("04:30"));
  ASSERT_THAT(times, SizeIs(2));
  EXPECT_EQ(name_of(times[1]), "backfill 00:20");
  EXPECT_EQ(times[1].since_ms(), ms("03:52") - kClockMarginMs);
}

TEST_F(AllowAll, ABackfillThatWaitsForAnotherIsInDoubtOnlySinceThatIsThrough) {
  contents_.state.set_settled_ms(ms("03:55"));
  ASSERT_TRUE(backfill("00:00", "00:10", "03:05").ok());
  ASSERT_TRUE(backfill("00:00", "00:10", "03:05").ok());
  play(contents_, ms("03:05"));
  EXPECT_EQ(contents_.state.backfills_size(), 2);
  play(contents_, ms("03:40"));
  EXPECT_EQ(contents_.state.backfills_size(), 1);
  EXPECT_THAT(doubtful(contents_, ms("03:50")), IsEmpty());
  const auto times = doubtful(contents_, ms("04:20"));
  ASSERT_THAT(times, SizeIs(1));
  EXPECT_EQ(name_of(times[0]), "backfill 00:00");
  EXPECT_EQ(times[0].since_ms(), ms("03:40") - kClockMarginMs);
}

// --- triggers and backfills ---

TEST_F(RoundTest, ATriggerStartsOneNowUnderAnIdOfItsOwn) {
  ASSERT_TRUE(trigger("00:05").ok());
  ASSERT_TRUE(trigger("00:05").ok());
  EXPECT_EQ(next("00:05"), "00:05:00");
  last_ = play(contents_, ms("00:05"));
  ASSERT_TRUE(last_.start);
  EXPECT_EQ(start_request(nightly(), contents_, *last_.start).workflow_id(), "nightly/2026-05-04T00:05:00.001Z");
  note_started(contents_.state, *last_.start, run("first"), ms("00:05"));
  EXPECT_THAT(play_all("00:05"), IsEmpty());
  EXPECT_EQ(recent(contents_.state), "00:05 first, 00:05 overlap");
}

TEST_F(RoundTest, ATriggerMayOverlapAsItSays) {
  play_all("00:10");
  ASSERT_TRUE(trigger("00:11", v1::OVERLAP_POLICY_ALLOW_ALL).ok());
  EXPECT_THAT(play_all("00:11"), ElementsAre("trigger 00:11"));
  ASSERT_TRUE(trigger("00:12", v1::OVERLAP_POLICY_BUFFER_ONE).ok());
  EXPECT_THAT(play_all("00:12"), IsEmpty());
  close_all();
  EXPECT_THAT(play_all("00:13"), ElementsAre("trigger 00:12"));
}

TEST_F(RoundTest, StartsThatWaitAreBounded) {
  for (int i = 0; i < kMaxWaiting; ++i) ASSERT_TRUE(trigger("00:05").ok()) << i;
  EXPECT_EQ(core::fault_of(trigger("00:05")), v1::LIMIT_EXCEEDED);
}

TEST_F(RoundTest, ABackfillStartsOneAfterTheOther) {
  ASSERT_TRUE(backfill("00:00", "00:30", "03:05").ok());
  contents_.state.set_settled_ms(ms("03:05"));
  EXPECT_THAT(play_all("03:05"), ElementsAre("backfill 00:00"));
  EXPECT_EQ(next("03:05"), "03:05:01");
  close_all();
  EXPECT_THAT(play_all("03:06"), ElementsAre("backfill 00:10"));
  EXPECT_THAT(play_all("03:10"), IsEmpty()) << "the time that has come is skipped meanwhile";
  close_all();
  EXPECT_THAT(play_all("03:11"), ElementsAre("backfill 00:20"));
  close_all();
  EXPECT_THAT(play_all("03:12"), ElementsAre("backfill 00:30"));
  EXPECT_EQ(contents_.state.backfills_size(), 0);
  EXPECT_EQ(next("03:12"), "03:20:00");
}

TEST_F(AllowAll, ABackfillStartsAllAtOnceUnderTheIdsOfItsTimes) {
  contents_.state.set_settled_ms(ms("03:05"));
  ASSERT_TRUE(backfill("00:05", "00:30", "03:05").ok());
  EXPECT_THAT(play_all("03:05"), ElementsAre("backfill 00:10", "backfill 00:20", "backfill 00:30"));
  EXPECT_EQ(contents_.state.backfills_size(), 0);
}

// --- pause and change ---

TEST_F(BufferOne, APauseDropsWhatWaitsForItsTimeAndNoTrigger) {
  play_all("00:10");
  play_all("00:20");
  ASSERT_TRUE(trigger("00:21").ok());
  ASSERT_TRUE(change(v1::PauseScheduleRequest{}, "00:22").ok());
  close_all();
  EXPECT_THAT(play_all("00:23"), ElementsAre("trigger 00:21"));
  EXPECT_EQ(recent(contents_.state), "00:10 spec 00:10, 00:20 paused, 00:21 trigger 00:21");
  EXPECT_EQ(next("00:23"), "never");
  EXPECT_THAT(play_all("00:30"), IsEmpty());
  ASSERT_TRUE(change(v1::ResumeScheduleRequest{}, "00:35").ok());
  close_all();
  EXPECT_EQ(next("00:35"), "00:40:00") << "what came meanwhile is not made up for";
  EXPECT_THAT(play_all("00:40"), ElementsAre("spec 00:40"));
}

TEST_F(BufferOne, APauseLooksAtOnceWhetherWhatItDropsHasBeenStarted) {
  play_all("00:10");
  play_all("00:20");
  ASSERT_TRUE(change(v1::PauseScheduleRequest{}, "00:32").ok());
  EXPECT_EQ(next("00:32"), "00:32:00");
  std::vector<ScheduledTime> times = startable(contents_, ms("00:32"));
  ASSERT_THAT(times, SizeIs(2));
  EXPECT_EQ(name_of(times[1]), "spec 00:30") << "which had come before the pause";
  note_found(contents_, times[0], run("found"), true, ms("00:32"));
  EXPECT_THAT(play_all("00:32"), IsEmpty());
  EXPECT_EQ(recent(contents_.state), "00:10 spec 00:10, 00:20 found, 00:30 paused");
  EXPECT_EQ(next("00:32"), "never");
}

// It began its start before the pause, and came through with it afterwards.
TEST_F(RoundTest, WhatIsFoundToHaveBeenStartedIsNotSaidToBeDropped) {
  const ScheduledTime time = startable(contents_, ms("00:10"))[0];
  ASSERT_TRUE(change(v1::PauseScheduleRequest{}, "00:10").ok());
  play_all("00:10");
  EXPECT_EQ(recent(contents_.state), "00:10 paused");
  ASSERT_TRUE(change(v1::ResumeScheduleRequest{}, "00:11").ok());
  note_found(contents_, time, run("late"), true, ms("00:11"));
  EXPECT_EQ(recent(contents_.state), "00:10 late");
  EXPECT_THAT(play_all("00:20"), IsEmpty()) << "it is open";
  EXPECT_EQ(recent(contents_.state), "00:10 late, 00:20 overlap");
}

TEST_F(RoundTest, WhatMayHaveBeenStartedBeforeAnUpdateKeepsItsWorkflowId) {
  ASSERT_TRUE(trigger("00:15").ok());
  ASSERT_TRUE(backfill("00:00", "00:10", "00:15").ok());
  for (const char* id : {"renamed", "and again"}) {
    v1::UpdateScheduleRequest update;
    *update.mutable_schedule() = process_every_ten_minutes(v1::OVERLAP_POLICY_ALLOW_ALL);
    update.mutable_schedule()->mutable_start()->set_workflow_id(id);
    ASSERT_TRUE(change(update, "00:25").ok());
  }
  std::vector<std::string> ids;
  for (Round round = play(contents_, ms("00:30")); round.start; round = play(contents_, ms("00:30"))) {
    ids.push_back(start_request(nightly(), contents_, *round.start).workflow_id());
  }
  const std::string day = "/2026-05-04T";
  EXPECT_THAT(ids, ElementsAre("nightly" + day + "00:15:00.001Z", "nightly" + day + "00:10:00Z", "nightly" + day + "00:20:00Z",
                               "and again" + day + "00:30:00Z", "nightly" + day + "00:00:00Z", "and again" + day + "00:10:00Z"));
}

// Found by a story of random updates: what a backfill had come to was forgotten with the times that it went by.
TEST_F(RoundTest, WhatIsNextOfABackfillStaysSoWhateverTheNewTimesAre) {
  ASSERT_TRUE(backfill("00:00", "00:10", "00:15").ok());
  const ScheduledTime next = startable(contents_, ms("00:15")).back();
  EXPECT_EQ(name_of(next), "backfill 00:00");
  v1::UpdateScheduleRequest update;
  *update.mutable_schedule() = process_every_ten_minutes(v1::OVERLAP_POLICY_ALLOW_ALL);
  for (const char* expression : {"5 * * * *", "*/2 * * * *", "*/10 * * * *"}) {
    *update.mutable_schedule()->mutable_spec() = cron(expression);
    update.mutable_schedule()->mutable_start()->set_workflow_id(expression[0] == '5' ? "renamed" : "again");
    ASSERT_TRUE(change(update, "00:15").ok());
  }
  const ScheduledTime later = startable(contents_, ms("00:15")).front();
  EXPECT_EQ(start_request(nightly(), contents_, later).workflow_id(), "nightly/2026-05-04T00:00:00Z");
  EXPECT_EQ(request_id_of(nightly(), contents_.state, later), request_id_of(nightly(), contents_.state, next));
}

// One that has come to its end does not begin anew when the times change.
TEST_F(AllowAll, ABackfillThatIsThroughStaysSo) {
  contents_.state.set_settled_ms(ms("03:05"));
  *contents_.schedule.mutable_spec() = cron("5 * * * *");
  contents_.times = *ScheduleTimes::make("spec.", contents_.schedule.spec());
  for (const char* until : {"00:05", "01:05"}) ASSERT_TRUE(backfill("00:05", until, "03:05").ok());
  contents_.state.mutable_backfills(0)->set_settled_ms(ms("00:06"));
  contents_.state.mutable_backfills(0)->set_until_ms(ms("00:20"));
  EXPECT_EQ(startable(contents_, ms("03:05")).back().serial(), 2) << "the first one has no time left";
  v1::UpdateScheduleRequest update;
  *update.mutable_schedule() = process_every_ten_minutes(v1::OVERLAP_POLICY_ALLOW_ALL);
  ASSERT_TRUE(change(update, "03:05").ok());
  EXPECT_EQ(play_all("03:05").front(), "backfill 00:05");
  for (const auto& backfill : contents_.state.backfills()) EXPECT_EQ(backfill.serial(), 2);
}

// Its next time waits from an update on as the backfill does: no policy skips or replaces it.
TEST_F(CancelOther, WhatIsNextOfABackfillWaitsOnThroughAnUpdate) {
  play_all("00:10");
  ASSERT_TRUE(backfill("00:00", "00:10", "00:15").ok());
  v1::UpdateScheduleRequest update;
  *update.mutable_schedule() = process_every_ten_minutes(v1::OVERLAP_POLICY_CANCEL_OTHER);
  ASSERT_TRUE(change(update, "00:15").ok());
  EXPECT_THAT(play_all("00:20"), IsEmpty());
  EXPECT_THAT(play_all("00:30"), IsEmpty());
  EXPECT_EQ(recent(contents_.state), "00:10 spec 00:10, 00:20 replaced");
  close_all();
  EXPECT_THAT(play_all("00:31"), ElementsAre("spec 00:30"));
  close_all();
  EXPECT_THAT(play_all("00:32"), ElementsAre("backfill 00:00"));
  close_all();
  EXPECT_THAT(play_all("00:33"), ElementsAre("backfill 00:10"));
}

TEST_F(AllowAll, WhatIsFoundLaterTakesNothingFromAnotherBackfill) {
  contents_.state.set_settled_ms(ms("03:05"));
  ASSERT_TRUE(backfill("00:00", "00:00", "03:05").ok());
  ASSERT_TRUE(backfill("00:00", "00:10", "03:05").ok());
  const ScheduledTime first = *play(contents_, ms("03:05")).start;
  note_found(contents_, first, run("first"), true, ms("03:05"));
  EXPECT_THAT(play_all("03:05"), ElementsAre("backfill 00:00", "backfill 00:10"));
}

TEST_F(RoundTest, AnUpdateStartsWhatHadComeAndThenGoesByTheNewTimes) {
  v1::UpdateScheduleRequest update;
  *update.mutable_schedule() = process_every_ten_minutes();
  *update.mutable_schedule()->mutable_spec() = cron("5 * * * *");
  ASSERT_TRUE(change(update, "00:20").ok());
  EXPECT_THAT(play_all("00:20"), ElementsAre("spec 00:10"));
  EXPECT_EQ(recent(contents_.state), "00:10 spec 00:10, 00:20 overlap");
  EXPECT_EQ(next("00:20"), "01:05:00");
}

TEST_F(RoundTest, AnUpdateAfterALongAbsenceDoesNotWakeWhatIsMissed) {
  v1::UpdateScheduleRequest update;
  *update.mutable_schedule() = process_every_ten_minutes(v1::OVERLAP_POLICY_ALLOW_ALL);
  ASSERT_TRUE(change(update, "23:59").ok());
  EXPECT_EQ(contents_.state.waiting_size(), 6);
  EXPECT_EQ(contents_.state.recent(0).not_started(), v1::NOT_STARTED_REASON_MISSED);
  EXPECT_EQ(contents_.state.settled_ms(), ms("23:59"));
}

TEST_F(RoundTest, ARoundSkipsABoundedNumberOfTimes) {
  *contents_.schedule.mutable_spec() = every(1);
  contents_ = contents_of(contents_.schedule, moment("00:00"));
  play_all("00:01");
  EXPECT_EQ(contents_.state.settled_ms(), ms("00:01")) << "a second, then a minute's worth is skipped";
  last_ = play(contents_, ms("00:05"));
  EXPECT_EQ(contents_.state.settled_ms(), ms("00:01") + kTimesPerRound * 1000);
  EXPECT_EQ(next("00:05"), "00:05:00") << "and again at once";
}

}  // namespace
}  // namespace baton::schedule
