// What the spec tests are written in: a coordinator of their own behind a real channel, called with
// plain generated stubs, and verbs in which a rule reads as it is told. Domain "orders" has
// workflow type process 1 and activity type charge 1, every default given, and the types of the
// same names in version "bare", without any default. Task list: "main".
//
// A verb that returns no Outcome expects its call to succeed. `fields` are more fields of the
// request in protobuf's text form.
#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/api/coordinator_in_process.h"
#include "tests/spec/decisions.h"
#include "tests/spec/history_text.h"
#include "tests/spec/schema_of_its_own.h"

namespace baton::testing {

class SpecTest : private SchemaOfItsOwn, public CoordinatorInProcess {
 protected:
  using Decisions = std::vector<v1::Decision>;

  explicit SpecTest(const std::string& policy = "", core::Limits limits = {});

  // --- registry ---
  void register_domain(const std::string& name);
  void deprecate_domain(const std::string& name);
  // Of kDomain; `configuration` in protobuf's text form.
  Outcome register_workflow_type(const std::string& name, const std::string& version, const std::string& configuration = "");
  Outcome register_activity_type(const std::string& name, const std::string& version, const std::string& configuration = "");
  // One of the calls that name a type and no more, as &Registry::DeprecateWorkflowType.
  template <class Request, class Response>
  Outcome on_type(grpc::Status (Registry::*method)(grpc::ClientContext*, const Request&, Response*), const std::string& name,
                  const std::string& version) {
    Request request;
    const std::string kind = requires(Request r) { r.workflow_type(); } ? "workflow_type" : "activity_type";
    merge("domain: 'orders' " + kind + " { name: '" + name + "' version: '" + version + "' }", &request);
    return outcome(*registry_, method, request);
  }

  // --- executions ---
  Outcome try_start(const std::string& workflow_id, const std::string& fields = "");
  std::string start(const std::string& workflow_id, const std::string& fields = "");  // returns the run id
  Outcome try_signal(const std::string& workflow_id, const std::string& fields = "");
  void signal(const std::string& workflow_id, const std::string& signal_name = "news", const std::string& fields = "");
  Outcome try_request_cancel_workflow(const std::string& workflow_id, const std::string& fields = "");
  void request_cancel_workflow(const std::string& workflow_id);
  Outcome try_terminate(const std::string& workflow_id, const std::string& fields = "");
  void terminate(const std::string& workflow_id, const std::string& fields = "");
  v1::DescribeWorkflowExecutionResponse describe(const std::string& workflow_id, const std::string& run_id = "");

  // --- deciding: polls wait for a task, at most 20 s ---
  v1::DecisionTask poll_decision(const std::string& list = kList, const std::string& fields = "");
  Outcome try_answer(const v1::DecisionTask& task, const Decisions& decisions, const std::string& fields = "");
  void answer(const v1::DecisionTask& task, const Decisions& decisions, const std::string& fields = "");
  // Takes the next decision task and answers it.
  v1::DecisionTask decide(const Decisions& decisions, const std::string& fields = "");
  // That nothing can be decided.
  Outcome try_give_up(const v1::DecisionTask& task, const std::string& fields = "");
  void give_up(const v1::DecisionTask& task, const std::string& fields = "");
  int count_pending_decisions(const std::string& list = kList);

  // --- working ---
  v1::ActivityTask poll_activity(const std::string& list = kList, const std::string& fields = "");
  Outcome try_complete(const v1::ActivityTask& task, const std::string& fields = "");
  Outcome try_fail(const v1::ActivityTask& task, const std::string& fields = "");
  Outcome try_cancel(const v1::ActivityTask& task, const std::string& fields = "");
  Outcome try_heartbeat(const v1::ActivityTask& task, const std::string& fields = "");
  void complete_activity(const v1::ActivityTask& task, const std::string& fields = "");
  void fail_activity(const v1::ActivityTask& task, const std::string& fields = "");
  void cancel_activity(const v1::ActivityTask& task, const std::string& fields = "");
  // Whether a cancel was requested.
  bool heartbeat(const v1::ActivityTask& task, const std::string& fields = "");
  int count_pending_activities(const std::string& list = kList);

  // --- what is in the history, of the open or the latest run ---
  // "4 DecisionTaskCompleted, 5 MarkerRecorded", from that event on.
  std::string history_text(const std::string& workflow_id, int64_t from = 1);
  v1::HistoryEvent event(const std::string& workflow_id, int64_t event_id);
  std::string attributes(const std::string& workflow_id, int64_t event_id);
  int64_t time_ms(const std::string& workflow_id, int64_t event_id);
  // Whether the event is the last one, or followed at the same time by DecisionTaskScheduled as the last one.
  bool wakes_decider(const std::string& workflow_id, int64_t event_id);
  // Waits for the first event of this name, or for the one with this id, at most 20 s; it is not in the future of the database's
  // clock.
  v1::HistoryEvent wait_for(const std::string& workflow_id, const std::string& event_name);
  v1::HistoryEvent wait_for_event(const std::string& workflow_id, int64_t event_id);

 private:
  v1::HistoryEvent wait_until(const std::string& workflow_id, const std::function<bool(const v1::HistoryEvent&)>& wanted);
};

}  // namespace baton::testing
