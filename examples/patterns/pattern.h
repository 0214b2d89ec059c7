// What each file here gives to the program that runs it (patterns.cc). To read a pattern, skip this and that.
#pragma once

#include <baton/client.h>
#include <baton/decider.h>
#include <baton/worker.h>

#include <string>

namespace patterns {

using namespace std::chrono_literals;

struct Pattern {
  const char* name;
  void (*decide)(baton::Decider&);  // gives it the workflow
  void (*work)(baton::Worker&);     // gives it the activities
  // Starts it under this workflow id, or ids that begin so, and waits for its end. What became of it, for people.
  std::string (*run)(baton::Client&, const std::string& id);
};

extern const Pattern hello, saga, fan_out, approval, polling, children, cancellation, versions, order_desk, plain_decider;

inline constexpr char kDecisions[] = "pattern-decisions";
inline constexpr char kActivities[] = "pattern-activities";
inline constexpr baton::ActivityOptions kStep{.start_to_close = 30s, .heartbeat = 10s, .task_list = kActivities};

}  // namespace patterns
