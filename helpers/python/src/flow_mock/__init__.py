"""Starts flow-mock, a mock of Adobe's Flow Service, and sets up situations in it.

    from flow_mock import FlowMock

    with FlowMock() as mock, mock.sandbox() as sandbox:
        sandbox.put_runs([{"id": "orders-1", "state": "failed"}])
        sandbox.script("orders-1", ["failed", "success:30m"])
        application(sandbox.url, sandbox.headers)
        sandbox.await_requests(operation="retry_run", count=2)

Each method is one call of the mock's control API (docs/control-api.md); names and answers are those of its description.
"""
from .control import ControlError, FlowMockError, NotCome
from .duration import Duration
from .mock import BinaryNotFound, FlowMock, NotStarted, Stopped
from .sandbox import Clock, Documents, Outcome, Sandbox

__all__ = [
    "BinaryNotFound",
    "Clock",
    "ControlError",
    "Documents",
    "Duration",
    "FlowMock",
    "FlowMockError",
    "NotCome",
    "NotStarted",
    "Outcome",
    "Sandbox",
    "Stopped",
]
