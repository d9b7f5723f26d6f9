"""Fixtures for pytest. Under pytest-xdist each worker has its own mock."""
import json
from typing import Iterator, List

import pytest

from .mock import FlowMock
from .sandbox import Sandbox


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(
        "flow_mock_fail_on",
        "what fails a test if it is left over in its flow_sandbox: members of the answer that ends a lease",
        type="args",
        default=["violations", "outcomes", "faults", "runs"],
    )


@pytest.fixture(scope="session")
def flow_mock_options() -> List[str]:
    """Options of flow-mock. Override it in conftest.py: ``return ["--run-duration", "60000"]``."""
    return []


@pytest.fixture(scope="session")
def flow_mock(flow_mock_options: List[str]) -> Iterator[FlowMock]:
    """One mock for all tests."""
    with FlowMock(*flow_mock_options) as mock:
        yield mock


@pytest.fixture
def flow_sandbox(flow_mock: FlowMock, request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox of this test's own, as first seeded.

    At its end, the application has to have kept the contract, and all that the test has set up has to have been used;
    the ini option flow_mock_fail_on changes this.
    """
    failed_before = request.session.testsfailed
    with flow_mock.sandbox() as sandbox:
        yield sandbox
    kinds = request.config.getini("flow_mock_fail_on")
    left = [f"  {kind}: {json.dumps(entry)}" for kind in kinds for entry in sandbox.end()[kind]]
    if left and request.session.testsfailed == failed_before:  # what went wrong in the test comes first
        pytest.fail("\n".join(["left over in the sandbox:", *left]), pytrace=False)
