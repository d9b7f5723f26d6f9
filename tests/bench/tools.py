"""How long the suite and the client take: a Markdown table on standard output.

usage: tools.py BUILD_FOLDER [--rounds N] [--runs NUMBER]
"""
import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from operations import RUN
from table import machine, markdown, number


@contextlib.contextmanager
def mock(build: pathlib.Path, *options: str) -> Iterator[str]:
    """A quiet flow-mock on a free port, for as long as the block lasts; gives its address."""
    command = [build / "mock_server" / "flow-mock", "--port", "0", "--quiet", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        greeting = process.stdout.readline().split()
        if not greeting:
            raise RuntimeError("flow-mock does not say where it listens")
        yield greeting[-1]
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def many_failed_runs(runs: int) -> Iterator[str]:
    """A seed file with nothing but failed runs, of one flow."""
    entries = [{"id": f"run-{number}", "flowId": "flow", "state": "failed"} for number in range(runs)]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"flows": [{"id": "flow"}], "runs": entries}, file)
        file.flush()
        yield file.name


def time_of(command: list[str | pathlib.Path], **settings: str) -> float:
    """Seconds from spawning it to its end, which has to be a good one."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FLOW_")} | settings
    with tempfile.TemporaryFile("w+") as errors:
        begin = time.monotonic()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, env=environment
        )
        status = process.wait()
        took = time.monotonic() - begin
        if status != 0:
            errors.seek(0)
            sys.exit(f"exit {status}: {' '.join(map(str, command))}\n{errors.read()}")
    return took


def times(rounds: int, build: pathlib.Path, runs: int) -> dict[str, list[float]]:
    """Seconds of each of the rounds, by what took them."""
    flowctl, suite = build / "client" / "flowctl", build / "contracts" / "flow-contract"
    found = {}
    with mock(build) as address:
        found["`flow-contract run`, every clause"] = [
            time_of([suite, "run", "--base-url", address]) for _ in range(rounds)
        ]
        # Quick ones, whose time varies more than others'.
        found["`flowctl --version`"] = [time_of([flowctl, "--version"]) for _ in range(rounds * 10)]
        found["`flowctl get RUN`"] = [
            time_of([flowctl, "get", RUN], FLOW_BASE_URL=address) for _ in range(rounds * 10)
        ]
    with many_failed_runs(runs) as seed, mock(build, "--seed", seed) as address:
        retries = found[f"`flowctl retry --all-failed`, {runs:,} runs"] = []
        for round_number in range(rounds):
            # A sandbox of its own, as otherwise it would also list the retries of the rounds before.
            settings = {"FLOW_BASE_URL": address, "FLOW_SANDBOX": f"round-{round_number}"}
            time_of([flowctl, "get", "run-0"], **settings)  # the sandbox is loaded at its first touch
            retries.append(time_of([flowctl, "retry", "--all-failed"], **settings))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench --tools", description="The suite's and the client's times.")
    parser.add_argument("build", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--runs", type=int, default=10_000, metavar="NUMBER", help="failed ones, to retry")
    options = parser.parse_args()
    if options.rounds < 1 or options.runs < 1:
        parser.error("--rounds and --runs: at least 1")
    rows = [
        [what, number(statistics.median(took) * 1e3), number(min(took) * 1e3), number(max(took) * 1e3), str(len(took))]
        for what, took in times(options.rounds, options.build, options.runs).items()
    ]
    print(f"{machine()}\n")
    print(markdown(["", "median, ms", "least, ms", "most, ms", "times"], rows))


if __name__ == "__main__":
    main()
