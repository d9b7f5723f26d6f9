"""Counts the tests of a `meson test` run, those inside GoogleTest binaries and TAP scripts one by one.

usage: count.py MESON_LOGS   prints `N passed, N failed`; exit 1 when one failed, or none ran.
"""
import json
import pathlib
import sys
import xml.etree.ElementTree as xml

GOOD = {"OK", "EXPECTEDFAIL", "SKIP"}


def main() -> int:
    logs = pathlib.Path(sys.argv[1])
    if not (logs / "testlog.junit.xml").exists():
        print("no test ran: Meson logged none", file=sys.stderr)
        return 1
    cases = list(xml.parse(logs / "testlog.junit.xml").iter("testcase"))
    failed = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
    skipped = sum(1 for case in cases if case.find("skipped") is not None or case.get("status") == "notrun")
    passed = len(cases) - failed - skipped
    # A program that timed out, or died after its last case, has no failed case of its own.
    programs = [json.loads(line) for line in (logs / "testlog.json").read_text().splitlines()]
    hidden = max(0, sum(1 for program in programs if program["result"] not in GOOD) - failed)
    passed, failed = max(0, passed - hidden), failed + hidden
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
