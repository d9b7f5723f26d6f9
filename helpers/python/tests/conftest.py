import json
import pathlib
import urllib.error
import urllib.request
from typing import Any, Callable

import pytest

pytest_plugins = ["flow_mock.pytest_plugin", "pytester"]


@pytest.fixture
def project() -> pathlib.Path:
    """The folder of the whole project."""
    return pathlib.Path(__file__).resolve().parents[3]


@pytest.fixture
def send(flow_sandbox) -> Callable[..., Any]:
    """Sends a request to the service as an application would; returns status and JSON."""

    def send(method: str, path: str):
        url = flow_sandbox.url + "/data/foundation/flowservice" + path
        headers = {**flow_sandbox.headers, "Content-Type": "application/json"}
        try:
            with urllib.request.urlopen(urllib.request.Request(url, None, headers, method=method)) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.load(refusal)

    return send


@pytest.fixture
def retry(send) -> Callable[..., Any]:
    return lambda run: send("POST", f"/runs/{run}/action?op=re-trigger")


@pytest.fixture
def state(send) -> Callable[..., str]:
    return lambda run: send("GET", f"/runs/{run}")[1]["items"][0]["metrics"]["statusSummary"]["status"]
