"""Starts MiniStack for the deployment tests: makes good what it lacks, records what is done, and injects failures.

Environment: `MUSTER_STATE` is the directory of `operations.jsonl`, which this writes, and of `fault.json`, which it
reads if it exists. MiniStack's own variables are set by emulator.ts.
"""

import functools
import json
import os
import threading
import time

import lacks
import ministack.app as gateway
from ministack.services import ses
from ministack.services.cloudformation import provisioners

STATE = os.environ["MUSTER_STATE"]
HANDLERS = provisioners._RESOURCE_HANDLERS


def around_each(wrap):
    """Wraps the operations on every type of resource: `wrap(type, action, operation)`."""
    for kind, handler in HANDLERS.items():
        for action in ("create", "update", "delete"):
            if action in handler:
                handler[action] = wrap(kind, action, handler[action])


def inject():
    """Makes one operation fail: of the `type` and `action` in fault.json, the one after the first `after`."""
    lock = threading.Lock()
    counts = {}

    def fails(kind, action):
        try:
            with open(os.path.join(STATE, "fault.json"), encoding="utf-8") as file:
                text = file.read()
        except FileNotFoundError:
            counts.clear()
            return False
        fault = json.loads(text)
        if fault["type"] != kind or fault["action"] != action:
            return False
        with lock:
            counts[text] = counts.get(text, 0) + 1
            return counts[text] == fault["after"] + 1

    def failing(kind, action, operation):
        @functools.wraps(operation)
        def injecting(*args, **kwargs):
            if fails(kind, action):
                raise ValueError("Injected failure: Too Many Requests (Status Code: 429)")
            return operation(*args, **kwargs)

        return injecting

    around_each(failing)
    send = ses._send_raw_email

    def sending(params):
        if fails("SendRawEmail", "send"):
            return ses._error("Throttling", "Maximum sending rate exceeded.", 400)
        return send(params)

    ses._send_raw_email = sending


def record():
    """Writes a line to operations.jsonl for each operation on a resource, and for each signed request of a client."""
    lock = threading.Lock()
    file = open(os.path.join(STATE, "operations.jsonl"), "a", buffering=1, encoding="utf-8")

    def write(**entry):
        with lock:
            file.write(json.dumps({"at": time.time(), **entry}) + "\n")

    def recording(kind, action, operation):
        @functools.wraps(operation)
        def recorded(*args, **kwargs):
            write(type=kind, action=action)
            return operation(*args, **kwargs)

        return recorded

    around_each(recording)
    application = gateway.app

    async def recording_application(scope, receive, send):
        if scope["type"] == "http":
            headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
            credential = headers.get("authorization", "").partition("Credential=")[2].split("/")
            if len(credential) > 3:
                write(service=credential[3])
        await application(scope, receive, send)

    gateway.app = recording_application


lacks.make_good()
inject()
record()
gateway.main()
