import os
import re
import subprocess
import sys

import pytest


def test_types_hold_for_python_3_9(project, tmp_path):
    pytest.importorskip("mypy", reason="mypy is not installed")
    cache = os.environ.get("MYPY_CACHE_DIR") or tmp_path
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", cache, "src"],
        cwd=project / "helpers/python", text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout


def test_the_version_is_the_project_s(project):
    def version(file: str, pattern: str) -> str:
        return re.search(pattern, (project / file).read_text(), re.MULTILINE)[1]

    expected = version("meson.build", r"^  version: '(.+)'")
    assert version("helpers/python/pyproject.toml", r'^version = "(.+)"') == expected
