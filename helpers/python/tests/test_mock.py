import os
import ssl
import subprocess
import sys
import time
import urllib.request

import pytest

from flow_mock import BinaryNotFound, FlowMock, NotStarted, Stopped
from flow_mock.mock import find_binary


def test_the_mock_listens_until_it_is_left():
    with FlowMock("--threads", "2") as mock:
        ready = mock.url + "/__admin/health/ready"
        assert urllib.request.urlopen(ready).status == 200
    with pytest.raises(OSError):
        urllib.request.urlopen(ready)
    mock.end()  # a second time does nothing


def test_two_mocks_have_ports_of_their_own():
    with FlowMock() as one, FlowMock() as other:
        assert one.url != other.url


def test_options_of_other_mocks_in_the_environment_are_not_this_ones(monkeypatch):
    monkeypatch.setenv("FLOW_MOCK_ADMIN_TOKEN", "of-another")
    monkeypatch.setenv("FLOW_MOCK_HOST", "0.0.0.0")
    with FlowMock() as mock, mock.sandbox() as sandbox:
        assert sandbox.url.startswith("http://127.0.0.1:")


def test_https_is_served_with_a_certificate_that_the_file_vouches_for():
    with FlowMock(https=True) as mock, mock.sandbox() as sandbox:
        assert sandbox.url == mock.https_url != mock.url
        run = f"{sandbox.url}/data/foundation/flowservice/runs?limit=1"
        request = urllib.request.Request(run, headers=sandbox.headers)
        trust = ssl.create_default_context(cafile=mock.ca_file)
        assert urllib.request.urlopen(request, context=trust).status == 200
        with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
            urllib.request.urlopen(request)
    assert not os.path.exists(os.path.dirname(mock.ca_file))


def test_without_https_there_is_none():
    with FlowMock() as mock, mock.sandbox() as sandbox:
        assert (mock.https_url, mock.ca_file, sandbox.url) == (None, None, mock.url)


def test_it_ends_well_although_a_client_is_connected():
    with FlowMock() as mock:
        answer = urllib.request.urlopen(mock.url + "/__admin/version")
    answer.close()


def test_it_ends_with_a_process_that_is_killed(project, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(project / "helpers/python/src"))
    program = "from flow_mock import FlowMock; mock = FlowMock(); print(mock.url, flush=True); input()"
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().strip()
        process.kill()
    until = time.monotonic() + 30
    with pytest.raises(OSError):
        while time.monotonic() < until:
            urllib.request.urlopen(url + "/__admin/health/live", timeout=30).close()


def test_no_proxy_is_asked(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    with FlowMock() as mock, mock.sandbox() as sandbox:
        assert sandbox.unused()["runs"] == []


def test_a_wrong_option_is_reported_with_what_the_mock_says():
    with pytest.raises(NotStarted, match=r"exit code 2\):\n(.|\n)*--no-such-option"):
        FlowMock("--no-such-option")
    with pytest.raises(NotStarted, match="--no-such-option"):
        FlowMock("--no-such-option", https=True)


def test_a_program_that_is_not_the_mock_is_reported():
    with pytest.raises(NotStarted, match="did not start"):
        FlowMock(binary=sys.executable)


def test_a_file_that_is_not_a_program_is_reported(tmp_path):
    with pytest.raises(BinaryNotFound, match="cannot be run: Permission denied"):
        FlowMock(binary=str(tmp_path))


def test_the_exit_code_of_a_broken_contract_is_raised():
    with pytest.raises(Stopped, match="headers/content-type/missing") as caught:
        with FlowMock("--fail-on-violation") as mock, mock.sandbox() as sandbox:
            url = f"{mock.url}/data/foundation/flowservice/runs/a/action?op=re-trigger"
            with pytest.raises(OSError):
                urllib.request.urlopen(urllib.request.Request(url, None, sandbox.headers, method="POST"))
    assert caught.value.exit_code == 3


def test_an_error_of_the_test_comes_before_the_exit_code():
    with pytest.raises(ZeroDivisionError):
        with FlowMock("--fail-on-unused") as mock, mock.sandbox() as sandbox:
            sandbox.fault("reset")
            raise ZeroDivisionError


def test_the_program_is_that_of_flow_mock_or_on_path(monkeypatch, tmp_path):
    program = tmp_path / "flow-mock"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("FLOW_MOCK", "/bin/sh")
    assert find_binary() == "/bin/sh"
    monkeypatch.delenv("FLOW_MOCK")
    assert find_binary() == str(program)
    monkeypatch.setenv("FLOW_MOCK", "/no/such/program")
    with pytest.raises(BinaryNotFound, match="FLOW_MOCK=/no/such/program is not a program"):
        find_binary()
    monkeypatch.delenv("FLOW_MOCK")
    program.unlink()
    with pytest.raises(BinaryNotFound, match="not on PATH"):
        find_binary()
