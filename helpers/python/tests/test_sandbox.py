import inspect
import json
import threading
import time
from datetime import datetime, timedelta, timezone

import pytest

from flow_mock import ControlError, NotCome, Sandbox


def test_a_sandbox_is_leased_and_its_headers_are_let_in(flow_sandbox, send):
    assert flow_sandbox.headers["x-sandbox-name"] == flow_sandbox.name
    assert send("GET", "/runs?limit=1")[0] == 200


def test_sandboxes_do_not_see_each_other(flow_mock):
    with flow_mock.sandbox() as one, flow_mock.sandbox(ttl="1m") as other:
        one.put_runs([{"id": "mine", "state": "failed"}])
        assert one.control("GET", "/runs/mine")["id"] == "mine"
        with pytest.raises(ControlError, match="404"):
            other.control("GET", "/runs/mine")


def test_leaving_a_sandbox_tells_what_was_left_over(flow_mock):
    with flow_mock.sandbox() as sandbox:
        sandbox.put_runs([{"id": "a", "state": "failed"}])
        sandbox.script("a", ["failed", "success"])
        assert sandbox.left_over is None
    assert [entry["left"] for entry in sandbox.left_over["outcomes"]] == [["failed", "success"]]
    assert sandbox.left_over["violations"] == []
    assert sandbox.end() is sandbox.left_over


def test_a_sandbox_holds_just_the_given_runs(flow_sandbox, send):
    flow_sandbox.put_runs([{"id": "a", "state": "failed"}, {"state": "success"}])
    assert len(send("GET", "/runs")[1]["items"]) == 2


def test_scripted_outcomes_come_in_order(flow_sandbox, retry, state):
    flow_sandbox.put_runs([{"id": "of:day-1", "state": "failed"}])
    flow_sandbox.script("of:day-1", ["failed", {"outcome": "success", "id": "good"}])
    first = retry("of:day-1")[1]["id"]
    assert state(first) == "failed"
    assert retry(first)[1]["id"] == "good"
    assert state("good") == "success"


def test_a_scripted_duration_is_that_of_the_run(flow_sandbox, retry, state):
    flow_sandbox.put_runs([{"id": "a", "state": "failed"}])
    flow_sandbox.clock.freeze()
    flow_sandbox.script("a", ["success:30m"])
    run = retry("a")[1]["id"]
    flow_sandbox.clock.advance("29m")
    assert state(run) == "inProgress"
    flow_sandbox.clock.advance(timedelta(seconds=59))
    flow_sandbox.clock.advance(1)
    assert state(run) == "success"


def test_a_clock_in_the_mode_auto_moves_by_itself(flow_sandbox, retry, state):
    flow_sandbox.put_runs([{"id": "a", "state": "failed"}])
    flow_sandbox.script("a", ["success:2h"])
    assert flow_sandbox.clock.auto()["mode"] == "auto"
    assert state(retry("a")[1]["id"]) == "success"
    assert flow_sandbox.clock.auto(False)["mode"] == "normal"


def test_a_clock_is_frozen_at_a_time_and_resumed(flow_sandbox):
    clock = flow_sandbox.clock
    assert clock.freeze(datetime(2040, 1, 1, tzinfo=timezone.utc))["now"] == "2040-01-01T00:00:00.000Z"
    assert clock.freeze("2040-01-02T00:00:00Z") == clock.read()
    assert not clock.resume()["frozen"]


@pytest.mark.parametrize("duration", ["1w", "5", "-1s", "1.5h", ""])
def test_what_is_no_duration_is_refused(flow_sandbox, duration):
    with pytest.raises(ValueError, match="write 500ms, 30s, 5m, 1h or 2d"):
        flow_sandbox.clock.advance(duration)


def test_documents_are_put_patched_and_deleted(flow_sandbox, send):
    connections = flow_sandbox.documents("connections")
    assert connections.put({"id": "of:day-1", "name": "Orders"})["state"] == "enabled"
    assert send("GET", "/connections/of:day-1")[1]["items"][0]["name"] == "Orders"
    assert connections.patch("of:day-1", {"state": "disabled", "name": None})["state"] == "disabled"
    assert "name" not in connections.get("of:day-1")
    connections.put({"id": "of:day-1", "name": "Others"})
    assert send("GET", "/connections/of:day-1")[1]["items"][0]["state"] == "enabled"
    connections.delete("of:day-1")
    assert send("GET", "/connections/of:day-1")[0] == 404


def test_documents_are_added_and_listed_page_by_page(flow_sandbox):
    connections = flow_sandbox.documents("connections")
    before = connections.list()
    added = connections.add({"name": "Orders"})
    page = connections.list(offset=before["total"], limit=1)
    assert page == {"documents": [added], "offset": before["total"], "total": before["total"] + 1}
    assert len(connections.list(limit=2)["documents"]) == 2


def test_documents_are_those_of_their_resource_and_a_wrong_one_is_refused(flow_sandbox):
    flow_sandbox.documents("sourceConnections").put({"id": "mine"})
    with pytest.raises(ControlError, match="404"):
        flow_sandbox.documents("connections").get("mine")
    with pytest.raises(ControlError, match="sourceConnections"):
        flow_sandbox.documents("nonsense").list()
    with pytest.raises(ControlError) as caught:
        flow_sandbox.documents("connections").put({"id": "mine", "auth": 7})
    assert (caught.value.status, caught.value.place) == (400, "/auth")


def test_a_document_s_answers_are_scripted(flow_sandbox, send):
    answers = [{"verb": "test", "body": {"result": False}}]
    flow_sandbox.documents("connections").put({"id": "mine", "answers": answers})
    assert send("GET", "/connections/mine/test")[1] == {"result": False}


def test_a_fault_falls_on_what_it_matches_so_many_times(flow_sandbox, send, retry):
    flow_sandbox.put_runs([{"id": "a", "state": "failed"}])
    flow_sandbox.fault("status", status=503, times=2, path="/runs/*/action")
    assert send("GET", "/runs/a")[0] == 200
    assert [retry("a")[0] for _ in range(3)] == [503, 503, 200]


def test_faults_are_cleared(flow_sandbox, retry):
    flow_sandbox.put_runs([{"id": "a", "state": "failed"}])
    flow_sandbox.fault("status", status=429, retryAfterS=3)
    flow_sandbox.clear_faults()
    assert retry("a")[0] == 200


def test_each_member_of_a_fault_is_a_parameter_but_attributes(project):
    members = json.loads((project / "contracts/data/faults.json").read_text())["members"]
    expected = {*members, *members["match"]["properties"]} - {"match"}
    assert set(inspect.signature(Sandbox.fault).parameters) - {"self", "type", "attributes"} == expected


def test_all_members_of_a_fault_reach_the_mock(flow_sandbox):
    fault = flow_sandbox.fault(
        "latency", latencyMs=1, jitterMs=1, method="GET", path="/runs", headers={"x-test": "a"},
        times=2, probability=0.5, at="answer", seed=7, id="slow",
    )  # fmt: skip
    assert fault["attributes"] == {"latencyMs": 1, "jitterMs": 1}
    assert fault["match"] == {"method": "GET", "path": "/runs", "headers": {"x-test": "a"}}
    assert {name: fault[name] for name in ("times", "probability", "at", "id")} == {
        "times": 2, "probability": 0.5, "at": "answer", "id": "slow",
    }  # fmt: skip


def test_a_refused_call_names_the_place_and_what_to_change(flow_sandbox):
    with pytest.raises(ControlError) as caught:
        flow_sandbox.fault("status", status=418)
    assert caught.value.status == 400
    assert caught.value.place == "/attributes/status"
    assert "503" in caught.value.detail
    assert "/attributes/status: " + caught.value.detail in str(caught.value)


def test_the_journal_is_filtered(flow_sandbox, send, retry):
    flow_sandbox.put_runs([{"id": "a", "state": "failed"}])
    send("GET", "/runs/a")
    retry("a")
    assert len(flow_sandbox.requests()["requests"]) == 2
    [request] = flow_sandbox.requests(operation="retry_run", run="a", violated=False)["requests"]
    assert request["status"] == 200


def test_requests_are_awaited(flow_sandbox, retry):
    flow_sandbox.put_runs([{"id": "a", "state": "failed"}])
    application = threading.Timer(0.05, lambda: [retry("a"), retry("a")])
    application.start()
    came = flow_sandbox.await_requests(operation="retry_run", count=2, timeout="10s")
    assert len(came["requests"]) == 2
    application.join()


def test_requests_that_do_not_come_are_told_by_the_nearest(flow_sandbox, send):
    send("GET", "/runs?limit=1")
    began = time.monotonic()
    with pytest.raises(NotCome) as caught:
        flow_sandbox.await_requests(operation="retry_run", timeout=0.05)
    assert time.monotonic() - began >= 0.05
    assert caught.value.count == 0
    assert caught.value.nearest[0]["request"]["operation"] == "list_runs"
    assert str(caught.value).splitlines()[1:] == [
        "  GET /data/foundation/flowservice/runs?limit=1, answered 200: operation is list_runs, not retry_run"
    ]
    assert isinstance(caught.value, AssertionError)  # for unittest: the test has failed


def test_violations_are_listed(flow_sandbox, send):
    flow_sandbox.put_runs([{"id": "a", "state": "failed"}])
    send("POST", "/runs/a/action?op=retry")
    assert [it["clause"] for it in flow_sandbox.violations()["violations"]] == ["retry/op/unsupported"]


def test_unused_set_up_is_listed(flow_sandbox):
    flow_sandbox.put_runs([{"id": "a", "state": "failed"}])
    assert [it["run"] for it in flow_sandbox.unused()["runs"]] == ["a"]
