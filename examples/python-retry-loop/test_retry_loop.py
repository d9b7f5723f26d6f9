"""The retry loop in the situations that a real Flow Service shows too rarely. Hours of waiting take no time."""
import json
import urllib.parse
import urllib.request

import pytest
from retry_loop import FlowService, GaveUp, Refused


@pytest.fixture
def service(flow_sandbox):
    """What the application sleeps moves the sandbox's clock."""
    flow_sandbox.put_runs([{"id": "orders-1", "state": "failed"}])
    flow_sandbox.clock.freeze()
    return FlowService(flow_sandbox.url, flow_sandbox.headers, sleep=flow_sandbox.clock.advance)


def retries(sandbox, **filters):
    return sandbox.requests(operation="retry_run", **filters)["requests"]


def test_two_failures_then_success(flow_sandbox, service):
    flow_sandbox.script("orders-1", ["failed", "failed:10m", "success:30m"])
    service.retry_until_success("orders-1")
    assert len(retries(flow_sandbox, status=200)) == 3


def test_a_run_that_always_fails_is_given_up(flow_sandbox, service):
    flow_sandbox.script("orders-1", ["failed"] * 5)
    with pytest.raises(GaveUp, match="has failed, too"):
        service.retry_until_success("orders-1")


def test_a_short_outage_is_waited_for(flow_sandbox, service):
    flow_sandbox.fault("status", status=503, path="/runs/*/action", times=2)
    service.retry_until_success("orders-1")
    assert [request["status"] for request in retries(flow_sandbox)] == [503, 503, 200]


def test_a_long_outage_is_given_up(flow_sandbox, service):
    flow_sandbox.fault("status", status=503)
    with pytest.raises(GaveUp, match="overloaded"):
        service.retry_until_success("orders-1")
    assert len(retries(flow_sandbox)) == 5


def test_retry_after_is_respected(flow_sandbox, service):
    flow_sandbox.fault("status", status=429, retryAfterS=40, path="/runs/*/action", times=2)
    service.retry_until_success("orders-1")
    assert flow_sandbox.control("GET", "/requests/count", operation="retry_run")["shortestGapMs"] == 40_000


def test_a_token_that_expires_is_renewed(flow_sandbox, service):
    def new_token():
        credentials = {"grant_type": "client_credentials", "client_id": flow_sandbox.api_key, "client_secret": "secret"}
        form = urllib.parse.urlencode({**credentials, "scope": "openid,AdobeID"}).encode()
        with urllib.request.urlopen(flow_sandbox.url + "/ims/token/v3", form) as answer:
            return json.load(answer)["access_token"]

    service.new_token = new_token
    service.headers["Authorization"] = f"Bearer {new_token()}"
    flow_sandbox.script("orders-1", ["failed:25h", "success"])
    service.retry_until_success("orders-1")
    assert len(flow_sandbox.requests(status=401)["requests"]) == 1


@pytest.mark.parametrize("run", [
    pytest.param({"state": "success"}, id="a success"),
    pytest.param({"state": "in-progress"}, id="a run in progress"),
])  # fmt: skip
def test_what_may_not_be_retried_is_refused_once(flow_sandbox, service, run):
    flow_sandbox.put_runs([{"id": "orders-2", **run}])
    flow_sandbox.control("POST", "/expectations", {"clauses": ["retry/state/refused"]})
    with pytest.raises(Refused, match="FLOW-1387-400"):
        service.retry_until_success("orders-2")
    assert len(retries(flow_sandbox)) == 1


def test_a_retry_without_an_answer_is_not_sent_again(flow_sandbox, service):
    flow_sandbox.fault("reset", at="answer", path="/runs/*/action", times=1)
    with pytest.raises(Refused, match="no answer"):
        service.retry_until_success("orders-1")
    assert len(retries(flow_sandbox)) == 1
