#!/usr/bin/env python3
"""Decides the orders of ../orders the SWF way: a function from the history so far to decisions."""
import argparse

from google.protobuf.duration_pb2 import Duration

from baton.v1 import common_pb2 as v1, decider_service_pb2 as pb, decision_pb2, registry_service_pb2 as registry
from baton.v1.decider_service_pb2_grpc import DeciderServiceStub
from baton.v1.decision_pb2 import Decision
from poller import Poller, after, connect, ensure, payload, value_of

RETRIES = v1.RetryPolicy(initial_interval=Duration(seconds=1), maximum_attempts=5, non_retryable_reasons=["NO_SUCH_ORDER"])


def decide(events, approval_within):
    """Charge the card, wait for an approval, ship; refund when none comes in time. Reads the whole history each time and keeps nothing."""
    names, results, failure, waiting, verdict = {}, {}, None, False, None
    for event in events:
        kind = event.WhichOneof("attributes")
        attributes = getattr(event, kind)
        if kind == "activity_task_scheduled":
            names[event.event_id] = attributes.activity_id
        elif kind == "activity_task_completed":
            results[names[attributes.scheduled_event_id]] = attributes.result
        elif kind == "activity_task_failed":
            failure = attributes.reason
        elif kind in ("activity_task_timed_out", "schedule_activity_task_failed", "start_timer_failed"):
            failure = kind.upper()
        elif kind == "timer_started":
            waiting = True
        elif kind == "timer_fired" or kind == "workflow_execution_signaled" and attributes.signal_name == "approved":
            verdict = verdict or kind  # whichever came first
    scheduled = names.values()
    order = value_of(events[0].workflow_execution_started.input)

    if failure:
        return [fail(failure)]
    if "charge_card" not in scheduled:
        return [schedule("charge_card", payload({"order": str(order), "cents": 4200}))]
    if "charge_card" not in results:
        return []
    if not verdict:
        return [] if waiting else [start_timer("deadline", approval_within)]
    if verdict == "timer_fired":
        if "refund" not in scheduled:
            return [schedule("refund", results["charge_card"])]
        return [complete(payload("refunded"))] if "refund" in results else []
    if "ship_order" not in scheduled:
        return [schedule("ship_order", payload(str(order)))]
    return [complete(results["ship_order"])] if "ship_order" in results else []


def schedule(activity, argument):
    return Decision(schedule_activity_task=decision_pb2.ScheduleActivityTaskAttributes(
        activity_id=activity, activity_type=v1.ActivityType(name=activity, version="1"), task_list=v1.TaskList(name="order-activities"),
        input=argument, start_to_close_timeout=after(seconds=30), heartbeat_timeout=after(seconds=10), retry_policy=RETRIES))


def start_timer(timer_id, seconds):
    duration = Duration(seconds=seconds)
    return Decision(start_timer=decision_pb2.StartTimerAttributes(timer_id=timer_id, start_to_fire_timeout=duration))


def complete(result):
    return Decision(complete_workflow_execution=decision_pb2.CompleteWorkflowExecutionAttributes(result=result))


def fail(reason):
    return Decision(fail_workflow_execution=decision_pb2.FailWorkflowExecutionAttributes(reason=reason))


class Decider:
    def __init__(self, channel, domain, approval_within):
        self.stub, self.approval_within = DeciderServiceStub(channel), approval_within
        opening = pb.DecisionPollerOpen(domain=domain, task_list=v1.TaskList(name="order-decisions"), slots=100)
        self.poller = Poller(self.stub.PollDecisionTasks, pb.PollDecisionTasksRequest(open=opening), self.on_task)

    def on_task(self, task):
        self.poller.answer(task.task_token, self.answer(task))

    def answer(self, task):
        try:
            decisions = decide(self.events_of(task), self.approval_within)
        except Exception as error:  # a defect: the task is parked, and comes again, perhaps to better code
            return pb.DecisionTaskAnswer(failed=pb.RespondDecisionTaskFailedRequest(
                task_token=task.task_token, reason=type(error).__name__, details=payload(str(error))))
        return pb.DecisionTaskAnswer(completed=pb.RespondDecisionTaskCompletedRequest(
            task_token=task.task_token, decisions=decisions, all_or_nothing_close=True))

    def events_of(self, task):
        events, opening = list(task.events), self.poller.opening.open
        while task.next_page_token:  # a long history comes in pages
            task = self.stub.PollForDecisionTask(pb.PollForDecisionTaskRequest(
                domain=opening.domain, task_list=opening.task_list, identity=opening.identity, next_page_token=task.next_page_token)).task
            events += task.events
        return events


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--approval-within", type=int, default=86400, metavar="SECONDS", help="default: a day")
    options, channel, registrar = connect(arguments)
    defaults = registry.WorkflowTypeConfiguration(
        default_task_list=v1.TaskList(name="order-decisions"), default_child_policy=v1.CHILD_POLICY_TERMINATE,
        default_task_start_to_close_timeout=after(seconds=30), default_execution_start_to_close_timeout=after(seconds=365 * 86400))
    ensure(registrar.RegisterWorkflowType, registry.RegisterWorkflowTypeRequest(
        domain=options.domain, workflow_type=v1.WorkflowType(name="process_order", version="1"), configuration=defaults))
    print("decides orders of domain", options.domain, flush=True)
    Decider(channel, options.domain, options.approval_within).poller.run()
