#!/bin/sh
# Tests in Node.
# usage: node_test.sh FOLDER
cd "$1" || exit 1

if ! node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null; then
  echo 'skipped: there is no Node 18 or newer; install nodejs'
  exit 77
fi
exec node --test
