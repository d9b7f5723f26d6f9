"""flowctl has the commands of a resource that is added by its descriptor alone, against a mock that serves it. Prints TAP.

usage: seventh_resource_test.py FLOW_MOCK FLOWCTL   (both built with tests/resources/schedules.json)
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from urllib_test import Mock  # noqa: E402

CONNECTION = "4cb0c374-d3bb-4557-b139-5712880adc55"  # of the built-in seed


def main() -> int:
    number = failures = 0
    with Mock(sys.argv[1]) as mock, tempfile.TemporaryDirectory() as folder:
        body = pathlib.Path(folder) / "schedule.json"
        patch = pathlib.Path(folder) / "patch.json"
        body.write_text(json.dumps({"name": "nightly", "connectionId": CONNECTION}))
        patch.write_text(json.dumps([{"op": "replace", "path": "/name", "value": "daily"}]))

        def flowctl(*words: str) -> str:
            base = f"http://127.0.0.1:{mock.port}"
            done = subprocess.run([sys.argv[2], "--base-url", base, *words], capture_output=True, text=True, check=False)
            return done.stdout if done.returncode == 0 else f"exit {done.returncode}: {done.stderr}"

        def check(what: str, got: str, *wanted: str) -> None:
            nonlocal number, failures
            number += 1
            holds = all(each in got for each in wanted)
            failures += not holds
            print(f"{'ok' if holds else 'not ok'} {number} - {what}")
            if not holds:
                print("# " + got.replace("\n", "\n# "))

        made = flowctl("--json", "schedule", "create", "-f", str(body))
        check("one is made", made, '"id"', '"etag"')
        its = json.loads(made)["id"] if made.startswith("{") else "none"
        check("listed", flowctl("schedules"), its, "nightly")
        check("shown", flowctl("schedule", its), "nightly", "enabled")
        check("patched", flowctl("schedule", "patch", its, "-f", str(patch)), its)
        check("found", flowctl("schedule", "search", "--query", "property=name==daily"), its)
        check("tested", flowctl("schedule", "test", its), "")
        check("disabled", flowctl("schedule", "disable", its), its)
        check("deleted", flowctl("schedule", "delete", its), "")
        check("gone", flowctl("schedule", its), "exit ", "FLOW-1439-404")
    print(f"1..{number}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
