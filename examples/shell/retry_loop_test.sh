#!/bin/sh
# Tests retry_loop.sh with curl alone, each time in a sandbox of its own. Prints TAP.
# usage: retry_loop_test.sh, with FLOW_MOCK in the environment
set -u

folder=$(mktemp -d)
"${FLOW_MOCK:-flow-mock}" --quiet --port 0 --port-file "$folder/port" >"$folder/out" 2>&1 &
mock=$!
trap 'kill $mock; wait $mock; rm -rf "$folder"' EXIT

until [ -s "$folder/port" ]; do # written once the mock takes connections
  kill -0 $mock || exit 1
  sleep 0.05
done
URL=http://127.0.0.1:$(cat "$folder/port")
curl -sS --fail -o "$folder/ready" "$URL/__admin/health/ready"

# member NAME: a text of the lease
member() { grep -o "\"$1\":\"[^\"]*\"" "$folder/lease" | cut -d '"' -f 4; }

# admin METHOD PATH [BODY]: a call of the control API in the sandbox
admin() { curl -sS --fail-with-body -X "$1" "$(member adminUrl)$2" -d "${3-}"; }

# lease: a new sandbox that holds just the run orders-1, which has failed
lease() {
  curl -sS --fail -X POST "$URL/__admin/leases" -o "$folder/lease"
  TOKEN=$(member token) API_KEY=$(member apiKey) ORGANISATION=$(member organisation) SANDBOX=$(member sandbox)
  export URL TOKEN API_KEY ORGANISATION SANDBOX
  admin PUT /clock '{"mode": "auto"}' >"$folder/clock"
  admin PUT /runs '{"runs": [{"id": "orders-1", "state": "failed"}]}' >"$folder/runs"
}

number=0
# is DESCRIPTION EXPECTED GOT
is() {
  number=$((number + 1))
  [ "$2" = "$3" ] || printf 'not '
  echo "ok $number - $1"
  [ "$2" = "$3" ] || printf '# expected: %s\n# got:      %s\n' "$2" "$3"
}

# ended: what the end of the lease says was left over
ended() { curl -sS -X DELETE "$URL/__admin/leases/$(member id)"; }
nothing='{"outcomes":[],"faults":[],"runs":[],"inProgress":[],"violations":[]}'

loop() { "$(dirname "$0")/retry_loop.sh" orders-1 2>&1; }
retries() { admin GET "/requests/count?operation=retry_run&status=$1" | grep -o '"count":[0-9]*'; }

lease
admin PUT /runs/orders-1/script \
  '{"retries": ["failed", {"outcome": "failed", "durationMs": 600000}, {"outcome": "success", "id": "good"}]}' \
  >"$folder/script"
is 'two failures, then success' good "$(loop)"
is 'by three retries' '"count":3' "$(retries 200)"
is 'and all that was set up was used' "$nothing" "$(ended)"

lease
admin POST /faults '{"type": "status", "attributes": {"status": 503}, "match": {"path": "/runs/*/action"}, "times": 1}' \
  >"$folder/fault"
admin PUT /runs/orders-1/script '{"retries": [{"outcome": "success", "id": "good"}]}' >"$folder/script"
is 'an outage is waited for' good "$(loop)"
is 'the retry is sent again' '"count":1' "$(retries 503)"
is 'and all that was set up was used' "$nothing" "$(ended)"

lease
admin PUT /runs '{"runs": [{"id": "orders-1", "state": "success"}]}' >"$folder/runs"
is 'a success is not retried' 'FLOW-1387-400' "$(loop | grep -o 'FLOW-[0-9-]*')"
is 'not even a second time' '"count":1' "$(retries 400)"
is 'which the mock reports' 'retry/state/refused' "$(ended | grep -o 'retry/state/refused')"

lease
admin POST /faults '{"type": "truncate", "attributes": {"bytes": 10}, "match": {"method": "GET"}, "times": 1}' >"$folder/fault"
is 'an answer that cannot be read ends it' 'is not known' "$(loop | grep -o 'is not known')"
is 'without another retry' '"count":1' "$(retries 200)"
is 'and all that was set up was used' "$nothing" "$(ended)"

echo "1..$number"
