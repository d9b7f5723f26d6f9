"""The wheel, and its plugin in a pytest of its own."""
import importlib.util
import pathlib
import shutil
import subprocess
import sys
import zipfile

import pytest

TEST = """
    import os
    import pytest

    @pytest.mark.parametrize("number", range(4))
    def test_each_has_its_own(flow_mock, flow_sandbox, number):
        flow_sandbox.clock.freeze()
        worker = os.environ.get("PYTEST_XDIST_WORKER", "none")
        with open(os.environ["SEEN"], "a") as seen:
            print(worker, flow_mock.url, flow_sandbox.name, file=seen)
"""


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The package's wheel, built from a copy of its sources: building writes beside them."""
    missing = [name for name in ("pip", "setuptools", "wheel") if not importlib.util.find_spec(name)]
    if missing:
        pytest.skip("a wheel needs python3-pip, python3-setuptools and python3-wheel; missing: " + ", ".join(missing))
    folder = tmp_path_factory.mktemp("wheel")
    sources = pathlib.Path(__file__).parents[1]
    shutil.copytree(sources, folder / "sources", ignore=shutil.ignore_patterns(".*", "__pycache__", "tests"))
    command = ["pip", "wheel", "--quiet", "--no-build-isolation", "--no-deps", "--no-index", "--wheel-dir", folder]
    subprocess.run([sys.executable, "-m", *command, folder / "sources"], check=True)
    [file] = folder.glob("*.whl")
    return file


@pytest.fixture
def installed(wheel, pytester, monkeypatch):
    """Pytests in processes of their own know the wheel's plugin."""
    zipfile.ZipFile(wheel).extractall(pytester.path / "site")
    monkeypatch.setenv("PYTHONPATH", str(pytester.path / "site"))


@pytest.fixture
def seen(pytester, monkeypatch):
    """What the tests of TEST have written."""
    monkeypatch.setenv("SEEN", str(pytester.path / "seen"))
    return lambda: [line.split() for line in (pytester.path / "seen").read_text().splitlines()]


@pytest.fixture
def run(pytester):
    """Runs the tests in `pytester`."""
    return lambda: pytester.runpytest_inprocess("-p", "flow_mock.pytest_plugin", "-p", "no:xdist")


def test_the_wheel_holds_the_package_its_types_and_its_plugin(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {"flow_mock/__init__.py", "flow_mock/py.typed", "flow_mock/pytest_plugin.py"} <= set(names)
    assert {name.split("/")[0] for name in names} == {"flow_mock", wheel.name.split("-py3")[0] + ".dist-info"}


def test_an_installed_wheel_brings_the_fixtures(pytester, installed, seen):
    pytester.makepyfile(TEST)
    pytester.runpytest_subprocess("-p", "no:xdist").assert_outcomes(passed=4)


def test_each_worker_of_xdist_has_its_own_mock(pytester, installed, seen):
    pytest.importorskip("xdist", reason="python3-pytest-xdist is not installed")
    pytester.makepyfile(TEST)
    pytester.runpytest_subprocess("-n", "2").assert_outcomes(passed=4)
    mocks = {(worker, url) for worker, url, _ in seen()}
    assert {worker for worker, _ in mocks} == {"gw0", "gw1"}
    assert len({url for _, url in mocks}) == len(mocks) == 2


def test_each_test_has_its_own_sandbox_in_one_mock(pytester, run, seen):
    pytester.makepyfile(TEST)
    run().assert_outcomes(passed=4)
    assert len({url for _, url, _ in seen()}) == 1
    assert len({name for _, _, name in seen()}) == 4


def test_options_are_a_fixture_to_override(pytester, run):
    pytester.makeconftest("""
        import pytest

        @pytest.fixture(scope="session")
        def flow_mock_options():
            return ["--fail-on-unused"]
    """)
    pytester.makepyfile("""
        def test_passes(flow_mock):
            flow_mock.sandbox().fault("reset")
    """)
    result = run()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*Stopped: flow-mock ended with exit code 4:*"])


LEAVES = """
    def test_passes(flow_sandbox):
        flow_sandbox.fault("reset", id="unmet")

    def test_fails(flow_sandbox):
        flow_sandbox.fault("reset", id="beside-the-point")
        assert False
"""


def test_a_test_fails_by_what_it_has_left_over_unless_it_has_failed_before(pytester, run):
    pytester.makepyfile(LEAVES)
    result = run()
    result.assert_outcomes(passed=1, failed=1, errors=1)
    result.stdout.fnmatch_lines(["left over in the sandbox:", '  faults: {*"id": "unmet"*'])
    result.stdout.no_fnmatch_line("*faults:*beside-the-point*")


def test_what_fails_a_test_can_be_configured(pytester, run):
    pytester.makepyfile(LEAVES)
    pytester.makeini("[pytest]\nflow_mock_fail_on = violations")
    run().assert_outcomes(passed=1, failed=1)


def test_a_missing_program_is_reported(pytester, run, monkeypatch):
    monkeypatch.setenv("FLOW_MOCK", "/no/such/program")
    pytester.makepyfile(TEST)
    result = run()
    result.stdout.fnmatch_lines(["*BinaryNotFound: FLOW_MOCK=/no/such/program is not a program*"])
