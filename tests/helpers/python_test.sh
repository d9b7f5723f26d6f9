#!/bin/sh
# The tests of helpers/python and of the examples in Python, by the first Python that has pytest.
cd "$(dirname "$0")/../.." || exit 1
export PYTHONDONTWRITEBYTECODE=1

for python in python3 /usr/bin/python3; do
  "$python" -c 'import sys, pytest; sys.exit(sys.version_info < (3, 9))' 2>/dev/null || continue
  exec "$python" -m pytest -q -p no:cacheprovider -rs -c helpers/python/pyproject.toml helpers/python/tests
done
echo 'skipped: no Python 3.9 or newer has pytest; install python3-pytest'
exit 77
