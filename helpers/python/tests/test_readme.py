"""The Python of the READMEs runs as it stands."""
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]


def blocks(page: str):
    text = (ROOT / page).read_text()
    for found in re.finditer(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield pytest.param(found[1], id=f"{page}:{text.count(chr(10), 0, found.start()) + 1}")


@pytest.mark.parametrize("code", [*blocks("README.md"), *blocks("helpers/python/README.md")])
def test_python_in_a_readme_runs(code, pytester, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "examples/python-retry-loop")
    pytester.makepyfile(code)
    result = pytester.runpytest_inprocess("-p", "flow_mock.pytest_plugin", "-p", "no:xdist")
    tests = len(re.findall(r"^def test_", code, re.MULTILINE))
    result.assert_outcomes(passed=tests)
    assert result.ret == (pytest.ExitCode.OK if tests else pytest.ExitCode.NO_TESTS_COLLECTED)
