#!/bin/sh
# Tests of the console, in Debian's Chromium. Skipped, with the reason, where something that they need is missing.
# usage: run_tests.sh FOLDER, in which the packages of package-lock.json are installed
cd "$(dirname "$0")" || exit 1
modules=$1

skip() {
  echo "skipped: $1"
  exit 77
}

node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null ||
  skip 'there is no Node 18 or newer; install nodejs'
command -v npm >/dev/null || skip 'there is no npm; install npm'
CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)}
[ -x "$CHROMIUM" ] || skip 'there is no chromium; install it, or set CHROMIUM to the path of a Chrome'

if ! cmp -s package-lock.json "$modules/package-lock.json" || [ ! -d "$modules/node_modules" ]; then
  mkdir -p "$modules" && rm -rf "$modules/node_modules" "$modules/package-lock.json"
  cp package.json "$modules/"
  cp package-lock.json "$modules/npm-shrinkwrap.json"
  said=$(cd "$modules" && npm ci --no-audit --no-fund 2>&1) || skip "npm cannot install the packages: $said"
  cp package-lock.json "$modules/"
fi

export CHROMIUM CONSOLE_TEST_MODULES="$modules"
exec node --test
