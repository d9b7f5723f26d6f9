"""Checks the C++ sources without running them: clang-format on all, clang-tidy on the compiled sources of the product.
Also the OpenAPI description of the service, by Redocly.

usage: lint.py BUILD_FOLDER   both; prints `N passed, N failed` (one per file), exit 1 when one failed; the folder
                              is a unity build, because clang-tidy spends its time on headers, and so it reads
                              them once for many sources. Redocly is in its npm/, or is skipped
       lint.py --format       clang-format alone, as a test: exit 77 (skipped) if it is not installed

The results of both tools differ between versions, so only VERSION is used.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

VERSION = 14
FOLDERS = ("common", "contracts", "mock_server", "client", "examples", "tests")
TIDIED = ("common/", "contracts/", "mock_server/", "client/")  # tests may be plainer: they are formatted, not tidied
root = pathlib.Path(__file__).resolve().parent.parent


def tool(name: str) -> str | None:
    for candidate in (f"{name}-{VERSION}", name):
        if not shutil.which(candidate):
            continue
        version = subprocess.run([candidate, "--version"], capture_output=True, text=True).stdout
        if re.search(rf"version {VERSION}\.", version):
            return candidate
    return None


def sources() -> list[str]:
    found = (path for folder in FOLDERS for path in (root / folder).rglob("*.[ch]pp"))
    return sorted(str(path.relative_to(root)) for path in found)


def compiled(build: pathlib.Path) -> list[str]:
    """What is compiled of the product, many sources in one; neither generated ones nor those of subprojects."""
    commands = json.loads((build / "compile_commands.json").read_text())
    files = {command["file"] for command in commands}
    return sorted(str(build / file) for file in files if file.startswith(TIDIED))


def judge(command: list[str], files: list[str]) -> int:
    """Runs `command FILE` for each file, side by side, and prints what is found; how many failed."""

    def run(file: str) -> bool:
        done = subprocess.run([*command, file], cwd=root, capture_output=True, text=True)
        if done.returncode:
            print(f"{command[0]}: {file}\n{done.stdout}{done.stderr}", flush=True)
        return done.returncode == 0

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return sum(not good for good in pool.map(run, files))


def misformatted(formatter: str, files: list[str]) -> int:
    """How many of the files the formatter would change; all are given to it at once, as starting it takes longest."""
    done = subprocess.run([formatter, "--dry-run", "-Werror", *files], cwd=root, capture_output=True, text=True)
    print(done.stderr, end="", flush=True)
    return len(set(re.findall(r"^(\S+?):\d+:\d+: error:", done.stderr, re.MULTILINE))) or int(done.returncode != 0)


def misdescribed(linter: pathlib.Path) -> int:
    """Whether Redocly finds a fault or gives a warning; neither is wanted."""
    command = [linter, "lint", "--config", "contracts/redocly.yaml", "--format", "stylish", "contracts/data/openapi.json"]
    quiet = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, env=quiet)
    if done.returncode == 0 and "warning" not in done.stderr:
        return 0
    print(f"{done.stdout}{done.stderr}", flush=True)
    return 1


def main() -> int:
    formatter, tidier = tool("clang-format"), tool("clang-tidy")
    if sys.argv[1:] == ["--format"]:
        if not formatter:
            print(f"clang-format {VERSION} is not installed")
            return 77
        return 1 if misformatted(formatter, sources()) else 0

    if not formatter or not tidier:
        print(f"lint needs clang-format and clang-tidy of version {VERSION}")
        return 1
    build = pathlib.Path(sys.argv[1]).resolve()
    files, units = sources(), compiled(build)
    tidy = [tidier, "--quiet", "--checks=-bugprone-suspicious-include", "-p", str(build)]
    failed = misformatted(formatter, files) + judge(tidy, units)
    redocly = build / "npm" / "node_modules" / ".bin" / "redocly"
    descriptions = 1 if redocly.is_file() else 0
    failed += misdescribed(redocly) if descriptions else 0
    passed = len(files) + len(units) + descriptions - failed
    print(f"{passed} passed, {failed} failed" + ("" if descriptions else ", 1 skipped"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
