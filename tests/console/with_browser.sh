#!/bin/sh
# Runs Node with what the console's tests need: Chromium, and the packages of package-lock.json. Where that cannot be had,
# it says why and exits with 77, by which Meson knows that a test is skipped.
# usage: with_browser.sh FOLDER NODE-ARGUMENT..., in which FOLDER the packages are installed
cd "$(dirname "$0")" || exit 1
modules=$1
shift

give_up() {
  echo "skipped: $1"
  exit 77
}

node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null ||
  give_up 'there is no Node 18 or newer; install nodejs'
command -v npm >/dev/null || give_up 'there is no npm; install npm'
# The shell of Chromium without windows takes half the time of the whole.
CHROMIUM=${CHROMIUM:-$(command -v chromium-headless-shell || command -v chromium || command -v google-chrome)}
[ -x "$CHROMIUM" ] ||
  give_up 'there is no Chromium; install chromium-headless-shell, or set CHROMIUM to the path of a Chromium or Chrome'

if ! cmp -s package-lock.json "$modules/package-lock.json"; then
  mkdir -p "$modules"
  cp package.json package-lock.json "$modules/"
  if ! said=$(cd "$modules" && npm ci --no-audit --no-fund 2>&1); then
    rm "$modules/package-lock.json"
    give_up "npm cannot install the packages: $said"
  fi
fi

export CHROMIUM CONSOLE_TEST_MODULES="$modules"
exec node "$@"
