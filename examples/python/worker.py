#!/usr/bin/env python3
"""Does the steps of the orders of ../orders, up to 16 at a time."""
import argparse
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from baton.v1 import common_pb2 as v1, registry_service_pb2 as registry, worker_service_pb2 as pb
from baton.v1.worker_service_pb2_grpc import WorkerServiceStub
from poller import Poller, after, connect, ensure, payload, value_of

SLOTS = 16


class Canceled(Exception):
    """Raised by a step that gives up after a cancel request."""


class Attempt:
    """One attempt at a step. An attempt may be lost in the middle and made again: the key is the same then, for the outside system to know."""

    def __init__(self, task):
        self.token, self.key = task.task_token, task.idempotency_key
        self.unwanted = threading.Event()  # set when a cancel was requested, or when it is over without us


def charge_card(attempt, charge):
    return f"receipt for {charge['order']} under {attempt.key}"


def ship_order(attempt, order):
    if not order:
        raise ValueError("NO_SUCH_ORDER")
    if attempt.unwanted.wait(options.packing_time):
        raise Canceled()
    print("packed:", order, flush=True)
    return f"parcel of {order}"


def refund(attempt, receipt):
    print("paid back:", receipt, flush=True)


STEPS = {step.__name__: step for step in (charge_card, ship_order, refund)}


class Worker:
    def __init__(self, channel, domain):
        opening = pb.ActivityPollerOpen(domain=domain, task_list=v1.TaskList(name="order-activities"), slots=SLOTS)
        stub, request = WorkerServiceStub(channel), pb.PollActivityTasksRequest(open=opening)
        self.poller = Poller(stub.PollActivityTasks, request, self.on_task, self.on_unwanted)
        self.attempts, self.pool = {}, ThreadPoolExecutor(SLOTS)
        threading.Thread(target=self.heartbeat, daemon=True).start()

    def on_task(self, task):
        attempt = self.attempts[task.task_token] = Attempt(task)
        self.pool.submit(self.perform, task, attempt)

    def on_unwanted(self, task_token):
        if task_token in self.attempts:
            self.attempts[task_token].unwanted.set()

    def perform(self, task, attempt):
        answer = pb.ActivityTaskAnswer(task_token=attempt.token)
        try:
            result = STEPS[task.activity_type.name](attempt, value_of(task.input))
            answer.completed.SetInParent()
            if result is not None:
                answer.completed.result.CopyFrom(payload(result))
        except Canceled:
            answer.canceled.SetInParent()
        except Exception as error:
            answer.failed.reason = str(error)[:256]
        self.poller.answer(attempt.token, answer)
        del self.attempts[attempt.token]

    def heartbeat(self):
        """Tells each second that what is being done is alive. The heartbeat timeout of these steps is 10 s."""
        while True:
            time.sleep(1)
            tokens = list(self.attempts)
            if tokens:
                self.poller.send(heartbeats=[pb.ActivityTaskHeartbeat(task_token=token) for token in tokens])


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--packing-time", type=float, default=0.05, metavar="SECONDS", help="how long it takes to pack an order")
    options, channel, registrar = connect(arguments)
    unlimited = v1.Timeout(none=True)
    defaults = registry.ActivityTypeConfiguration(
        default_task_list=v1.TaskList(name="order-activities"), default_task_start_to_close_timeout=after(seconds=600),
        default_task_heartbeat_timeout=unlimited, default_task_schedule_to_start_timeout=unlimited,
        default_task_schedule_to_close_timeout=unlimited)
    for step in STEPS:
        ensure(registrar.RegisterActivityType, registry.RegisterActivityTypeRequest(
            domain=options.domain, activity_type=v1.ActivityType(name=step, version="1"), configuration=defaults))
    print("does the steps of orders in domain", options.domain, flush=True)
    Worker(channel, options.domain).poller.run()
