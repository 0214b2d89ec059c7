"""What the decider and the worker share: a stream of tasks that is opened again for as long as it takes, payloads, and the command line."""
import argparse
import json
import os
import queue
import signal
import socket
import time
import uuid

import grpc
from google.protobuf.duration_pb2 import Duration

from baton.v1 import common_pb2 as v1, registry_service_pb2 as registry, registry_service_pb2_grpc

FINAL = (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND, grpc.StatusCode.PERMISSION_DENIED)


class Poller:
    """Holds each task from its hand-out until its answer is confirmed, over as many streams as that takes. `call` is PollDecisionTasks or
    PollActivityTasks, `opening` its first frame. on_task(task) gets each task once; on_unwanted(task_token) hears that a cancel was requested,
    or that the task is over without us. answer() and send() may be called from any thread."""

    def __init__(self, call, opening, on_task, on_unwanted=lambda task_token: None):
        self.call, self.opening, self.request, self.on_task, self.on_unwanted = call, opening, type(opening), on_task, on_unwanted
        self.opening.open.identity = f"{os.getpid()}@{socket.gethostname()}"
        self.opening.open.instance_id = uuid.uuid4().hex
        self.held, self.frames, self.stream, self.stopping = {}, queue.SimpleQueue(), None, False  # answer or None by task token

    def send(self, **fields):
        self.frames.put(self.request(**fields))

    def answer(self, task_token, answer):
        if task_token in self.held:
            self.held[task_token] = answer
            self.send(answers=[answer])

    def run(self):
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        while not self.stopping or self.held:
            try:
                self.follow_stream()
            except grpc.RpcError as error:
                if error.code() in FINAL:
                    raise
                if not self.stopping:
                    print("the stream broke:", error.details(), flush=True)
            if not self.stopping or self.held:
                time.sleep(1)

    def stop(self, *_):
        """No new tasks; what is held is answered first."""
        self.stopping = True
        self.send(draining=True)
        if not self.held and self.stream:
            self.stream.cancel()

    def follow_stream(self):
        """One call, to its end. What is held from an earlier one is named, and what was not confirmed is sent again."""
        opening = self.request(draining=self.stopping)
        opening.MergeFrom(self.opening)
        opening.open.held_task_tokens.extend(self.held)
        frames = queue.SimpleQueue()
        frames.put(opening)
        self.frames = frames  # from here on an answer of another thread goes to this stream
        for answer in filter(None, list(self.held.values())):
            self.send(answers=[answer])
        self.stream = self.call(iter(frames.get, None))
        try:
            for frame in self.stream:
                if any(confirmation.refused.retryable for confirmation in frame.confirmations):
                    return  # the next stream sends it again
                self.take(frame)
                if self.stopping and not self.held:
                    return
        finally:
            self.stream.cancel()
            frames.put(None)

    def take(self, frame):
        for confirmation in (*frame.confirmations, *frame.closed_tasks):
            self.held.pop(confirmation.task_token, None)
            if confirmation.HasField("refused"):
                print("not taken:", confirmation.refused.message, flush=True)
        for token in (*getattr(frame, "cancel_requested_task_tokens", ()), *(closed.task_token for closed in frame.closed_tasks)):
            self.on_unwanted(token)
        tasks = [task for task in frame.tasks if task.task_token not in self.held]
        self.held.update((task.task_token, None) for task in tasks)
        self.send(acknowledged_task_tokens=[task.task_token for task in tasks])
        for task in tasks:
            self.on_task(task)


def payload(value):
    if isinstance(value, str):
        return v1.Payload(data=value.encode(), content_type="text/plain")
    return v1.Payload(data=json.dumps(value).encode(), content_type="application/json")


def value_of(payload):
    return json.loads(payload.data) if payload.content_type == "application/json" else payload.data.decode()


def after(**duration):
    return v1.Timeout(after=Duration(**duration))


def ensure(call, request):
    """Registers what is not there yet; waits for the coordinator."""
    try:
        call(request, wait_for_ready=True)
    except grpc.RpcError as error:
        if error.code() != grpc.StatusCode.ALREADY_EXISTS:
            raise


def connect(arguments):
    """Parses the command line and makes the domain. Returns the options, a channel and a RegistryService."""
    arguments.add_argument("--address", default=os.environ.get("BATON_ADDRESS", "127.0.0.1:7450"))
    arguments.add_argument("--domain", default="orders")
    options = arguments.parse_args()
    soon = [(f"grpc.{which}_reconnect_backoff_ms", milliseconds) for which, milliseconds in (("initial", 100), ("min", 100), ("max", 1000))]
    channel = grpc.insecure_channel(options.address, options=soon)
    registrar = registry_service_pb2_grpc.RegistryServiceStub(channel)
    week = after(seconds=7 * 86400)
    ensure(registrar.RegisterDomain, registry.RegisterDomainRequest(name=options.domain, workflow_execution_retention_period=week))
    return options, channel, registrar
