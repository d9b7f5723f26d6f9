#!/bin/sh
# Retries a failed dataflow run until it succeeds, at most five times, and prints the id of the run that did.
# usage: retry_loop.sh RUN, with URL, TOKEN, API_KEY, ORGANISATION, SANDBOX and optionally POLL_S in the environment
set -eu

run=$1
service=$URL/data/foundation/flowservice
body=$(mktemp)
trap 'rm -f "$body"' EXIT

# call METHOD PATH [curl option...]: the answer's status; its body into $body
call() {
  method=$1 path=$2
  shift 2
  curl -sS -o "$body" -w '%{http_code}' -X "$method" "$service$path" -H "Authorization: Bearer $TOKEN" -H "x-api-key: $API_KEY" \
    -H "x-gw-ims-org-id: $ORGANISATION" -H "x-sandbox-name: $SANDBOX" -H 'Content-Type: application/json' "$@"
}

# Not by curl --retry: after 500, 504 or a lost answer the run may have been retried, and would be a second time.
retry() {
  for wait in 1 2 4; do
    case $(call POST "/runs/$run/action?op=re-trigger") in
    200) run=$(grep -o '"id":"[^"]*"' "$body" | cut -d '"' -f 4) && return ;;
    429 | 503) sleep "$wait" ;;
    *) break ;;
    esac
  done
  echo "run $run is not retried: $(cat "$body")" >&2
  exit 1
}

# state: what the run is now; an activity of it may have another status
state() {
  [ "$(call GET "/runs/$run" --retry 3)" = 200 ] &&
    grep -o '"statusSummary":{"status":"[^"]*' "$body" | head -n 1 | cut -d '"' -f 6
}

# await: waits for the run's end; its state into $now
await() {
  while now=$(state); do
    case $now in
    success | failed) return ;;
    '') break ;;
    *) sleep "${POLL_S:-60}" ;;
    esac
  done
  echo "the state of run $run is not known: $(cat "$body")" >&2
  exit 1
}

for _ in 1 2 3 4 5; do
  retry
  await
  if [ "$now" = success ]; then
    echo "$run"
    exit
  fi
done
echo "run $run has failed, too" >&2
exit 1
