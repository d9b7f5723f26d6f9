#!/usr/bin/env python3
"""Writes data/openapi.json, the OpenAPI 3.1 description of what the mock serves, from the contract's other data.

usage: openapi.py           writes it
       openapi.py --check   as a test: fails if it would be written otherwise

Schemas keep to what JSON Schema draft 7 and 2020-12 have in common, so the tests can judge answers by them.
"""
import difflib
import json
import sys

sys.dont_write_bytecode = True  # a source folder is no place for it
from description.document import document  # noqa: E402
from description.sources import data  # noqa: E402

output = data / "openapi.json"


def main() -> int:
    text = json.dumps(document(), indent=1, ensure_ascii=False) + "\n"
    if sys.argv[1:] != ["--check"]:
        output.write_text(text)
        return 0
    committed = output.read_text() if output.is_file() else ""
    if committed == text:
        return 0
    difference = difflib.unified_diff(committed.splitlines(), text.splitlines(), "committed", "derived", lineterm="", n=1)
    print("\n".join(list(difference)[:60]))
    print("contracts/data/openapi.json is out of date; python3 contracts/openapi.py renews it")
    return 1


if __name__ == "__main__":
    sys.exit(main())
