"""Reports what happened in the flow-mock that start.sh has started, and stops it: the step of report/action.yml.

usage: report.py violations|unused|both|none   what is an error, with exit code 1; the rest is a warning

Prints annotations (workflow commands of GitHub Actions), and appends tables to $GITHUB_STEP_SUMMARY. Needs
FLOW_MOCK_ADMIN_TOKEN in the environment if the mock was given one.
"""
import collections
import json
import os
import pathlib
import re
import shutil
import signal
import sys
import time
import urllib.error
import urllib.request
import uuid

FAIL_ON = ("violations", "unused", "both", "none")
ROWS = 200  # of a table: a summary has at most 1 MiB
LOG_LINES = 200
STOPS_WITHIN_S = 30


def annotate(level: str, title: str, message: str) -> None:
    def escaped(text: str) -> str:
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")

    title = escaped(title).replace(":", "%3A").replace(",", "%2C")
    print(f"::{level} title={title}::{escaped(message)}")


def cell(text: object) -> str:
    """A text in a table of Markdown, in which nothing of it is markup."""
    return re.sub(r"[^A-Za-z0-9 ./:-]", lambda found: f"&#{ord(found[0])};", re.sub(r"\s+", " ", str(text)))


def table(heads: list[str], rows: list[list[object]]) -> str:
    if not rows:
        return ""
    lines = [heads, ["---"] * len(heads), *([cell(text) for text in row] for row in rows[:ROWS])]
    more = f"\n{len(rows) - ROWS} more are left out.\n" if len(rows) > ROWS else ""
    return "\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines) + more


def place_of(entry: dict) -> str:
    return f"{entry['organisation']}/{entry['sandbox']}" if "sandbox" in entry else "any sandbox"


def violations_of(log: dict) -> list[list[object]]:
    """Clause, request, place, how to fix it and how often; those that are alike in one row."""
    counted = collections.Counter(
        (
            f"{entry['clause']} (expected, and did not occur)" if entry.get("missing") else entry["clause"],
            f"{entry.get('method', '')} {entry.get('path', '')}".strip(),
            entry["place"],
            entry["mend"],
        )
        for entry in log["violations"]
    )
    return [[*row, times] for row, times in counted.items()]


def unused_of(left: dict) -> list[list[str]]:
    """What was set up, where, and what of it was not used."""
    rows = []
    for entry in left["outcomes"]:
        whose = f"run {entry['run']}" if "run" in entry else f"flow {entry['flow']}" if "flow" in entry else "new runs"
        rows.append([f"outcomes of {whose}", place_of(entry), f"{json.dumps(entry['left'])} not taken"])
    for entry in left["faults"]:
        more = f", {entry['left']} more expected" if entry["left"] is not None else ""
        rows.append([f"fault {entry['id']}, {entry['type']}", place_of(entry), f"met {entry['matched']} times{more}"])
    for entry in left["runs"]:
        rows.append([f"run {entry['run']}", place_of(entry), "no request asked for it"])
    return rows


def report(url: str, fail_on: str) -> bool:
    """Whether there is nothing to fail on."""

    def ask(what: str) -> dict:
        token = os.environ.get("FLOW_MOCK_ADMIN_TOKEN", "")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(urllib.request.Request(f"{url}/__admin/{what}", headers=headers), timeout=60) as answer:
            return json.load(answer)

    log = ask("violations")
    violations, unused = violations_of(log), unused_of(ask("unused"))

    level = "error" if fail_on in ("violations", "both") else "warning"
    for clause, request, place, mend, times in violations:
        often = f"\n{times} times" if times > 1 else ""
        annotate(level, f"Violation of {clause}", f"{request}\n{place}: {mend}{often}")
    level = "error" if fail_on in ("unused", "both") else "warning"
    for what, where, why in unused:
        annotate(level, "Set up and not used", f"{what} in {where}: {why}")

    with open(os.environ["GITHUB_STEP_SUMMARY"], "a", encoding="utf-8") as summary:
        summary.write(
            f"### flow-mock\n\nViolations of the contract: {log['total']}. Set up and not used: {len(unused)}.\n"
            + table(["violated clause", "request", "where", "how to fix it", "times"], violations)
            + table(["set up", "sandbox", "not used"], unused)
        )
    print(f"{log['total']} violations of the contract, {len(unused)} parts of the set-up not used")
    return not (violations and fail_on in ("violations", "both") or unused and fail_on in ("unused", "both"))


def stop(folder: pathlib.Path) -> bool:
    """Stops the mock and prints its log; whether it ran until then and stopped as it should."""
    ended = folder / "exit-code"
    was_running = not ended.exists()
    if was_running:
        os.kill(int((folder / "pid").read_text()), signal.SIGTERM)
    until = time.monotonic() + STOPS_WITHIN_S
    while not (ended.exists() and ended.read_text()) and time.monotonic() < until:
        time.sleep(0.02)

    # What is in the log is no command for the runner.
    word = uuid.uuid4()
    lines = (folder / "log").read_text(errors="replace").splitlines()
    print("::group::Log of flow-mock", f"::stop-commands::{word}", sep="\n")
    print(*lines[-LOG_LINES:], f"::{word}::", "::endgroup::", sep="\n")

    code = ended.read_text().strip() if ended.exists() else "none yet"
    # 3 and 4 are those of --fail-on-violation and --fail-on-unused, which is reported already.
    if was_running and code in ("0", "3", "4"):
        return True
    if was_running and code == "5":
        annotate("error", "flow-mock", "Requests rested on assumed rules (--fail-on-assumed); its log names them")
        return False
    what = "It did not stop as it should" if was_running else "It had ended before"
    annotate("error", "flow-mock", f"{what}; exit code: {code}")
    return False


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1] not in FAIL_ON:
        annotate("error", "flow-mock", f"fail-on is one of {', '.join(FAIL_ON)}")
        return 2
    folder = pathlib.Path(os.environ["RUNNER_TEMP"]) / "flow-mock"
    if not (folder / "port").exists():
        annotate("error", "flow-mock", "No flow-mock was started in this job")
        return 1
    try:
        is_good = report(f"http://127.0.0.1:{(folder / 'port').read_text().strip()}", sys.argv[1])
    except (OSError, ValueError, LookupError) as error:
        annotate("error", "flow-mock", f"Its control API cannot be read: {error}")
        is_good = False
    is_good = stop(folder) and is_good
    shutil.rmtree(folder)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
