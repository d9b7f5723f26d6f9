#!/bin/sh
# Tests in Python, by the first Python that has pytest.
# usage: python_test.sh FOLDER, whose pytest settings apply
cd "$1" || exit 1
export PYTHONDONTWRITEBYTECODE=1

for python in python3 /usr/bin/python3; do
  if "$python" -c 'import sys, pytest; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then
    exec "$python" -m pytest -q -p no:cacheprovider -rs
  fi
done
echo 'skipped: no Python 3.9 or newer has pytest; install python3-pytest'
exit 77
