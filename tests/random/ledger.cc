#include "tests/random/ledger.h"

#include "gtest/gtest.h"

namespace baton::testing {

Sent& Ledger::add(Sent sent) {
  Sent& added = sent_.emplace_back(std::move(sent));
  if (!added.mark.empty()) by_mark_[added.mark] = &added;
  return added;
}

void Ledger::send(Sent& sent, size_t at, engine::PollerId over) {
  tell_("  " + (sent.mark.empty() ? "a call" : sent.mark) + " is sent to " + std::to_string(at));
  ++sent.copies_out;
  sent.send(at, over);
}

std::vector<Sent*> Ledger::in_doubt() {
  std::vector<Sent*> doubtful;
  for (Sent& sent : sent_) {
    if (sent.told == Told::kMaybe && sent.repeatable && sent.copies_out == 0) doubtful.push_back(&sent);
  }
  return doubtful;
}

Sent* Ledger::find(const std::string& mark) {
  const auto found = by_mark_.find(mark);
  return found == by_mark_.end() ? nullptr : found->second;
}

void Ledger::found(const std::string& mark, const core::RunId& run, int64_t event_id, const std::string& workflow_id) {
  Sent* sent = find(mark);
  ASSERT_NE(sent, nullptr) << "nobody sent " << mark;
  EXPECT_EQ(sent->found_event_id, 0) << mark << " is recorded twice";
  EXPECT_NE(sent->told, Told::kNo) << mark << " was refused and is recorded";
  EXPECT_EQ(sent->workflow_id, workflow_id) << mark;
  if (!sent->run.empty()) {
    EXPECT_EQ(sent->run, run) << mark;
  }
  sent->found_run = run;
  sent->found_event_id = event_id;
}

void Ledger::reply(Sent& sent, Outcome outcome) {
  const std::lock_guard lock(mutex_);
  replies_.emplace_back(&sent, std::move(outcome));
}

void Ledger::read_replies() {
  std::vector<std::pair<Sent*, Outcome>> replies;
  {
    const std::lock_guard lock(mutex_);
    replies.swap(replies_);
  }
  for (const auto& [sent, outcome] : replies) {
    tell_("  " + (sent->mark.empty() ? "a call" : sent->mark) + " is told " + std::string(outcome.status().ToString()).substr(0, 100));
    EXPECT_GE(--sent->copies_out, 0) << sent->mark << " is answered twice";
    note(*sent, outcome);
    if (sent->judge) sent->judge(outcome);
  }
}

void Ledger::note(Sent& sent, const Outcome& outcome) {
  const bool marked = !sent.mark.empty();
  if (outcome.ok()) {
    EXPECT_NE(sent.told, Told::kNo) << sent.mark << " was refused before";
    sent.told = Told::kYes;
    if (marked) {
      EXPECT_NE(sent.found_event_id, 0) << sent.mark << " is acknowledged and not recorded";
    }
    return;
  }
  // A row that the database refuses now it may have taken with an earlier copy.
  const bool other_copies = sent.copies_out > 0 || sent.told != Told::kNothing;
  const bool doubtful = absl::IsUnavailable(outcome.status()) || (absl::IsInternal(outcome.status()) && other_copies);
  if (doubtful) {
    if (sent.told == Told::kNothing) sent.told = Told::kMaybe;
    return;
  }
  EXPECT_NE(sent.told, Told::kYes) << sent.mark << " was acknowledged before: " << outcome.status();
  sent.told = Told::kNo;
  EXPECT_EQ(sent.found_event_id, 0) << sent.mark << " is refused and recorded: " << outcome.status();
}

void Ledger::expect_all_answered() const {
  for (const Sent& sent : sent_) EXPECT_EQ(sent.copies_out, 0) << sent.mark << " is not answered";
}

}  // namespace baton::testing
