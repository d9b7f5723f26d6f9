"""Fixtures for pytest. Under pytest-xdist each worker has its own mock."""
from typing import Iterator, List

import pytest

from .mock import FlowMock
from .sandbox import Sandbox


@pytest.fixture(scope="session")
def flow_mock_options() -> List[str]:
    """Options of flow-mock. Override it in conftest.py: ``return ["--fail-on-violation"]``."""
    return []


@pytest.fixture(scope="session")
def flow_mock(flow_mock_options: List[str]) -> Iterator[FlowMock]:
    """One mock for all tests."""
    with FlowMock(*flow_mock_options) as mock:
        yield mock


@pytest.fixture
def flow_sandbox(flow_mock: FlowMock) -> Iterator[Sandbox]:
    """A sandbox of this test's own, as first seeded."""
    with flow_mock.sandbox() as sandbox:
        yield sandbox
