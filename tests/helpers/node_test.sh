#!/bin/sh
# The tests of helpers/node.
cd "$(dirname "$0")/../../helpers/node" || exit 1

if ! node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null; then
  echo 'skipped: there is no Node 18 or newer; install nodejs'
  exit 77
fi
exec node --test test/
