#!/bin/sh
# The documented calls as the pages print them, by curl against a mock of its own. Prints TAP.
# usage: curl_test.sh FLOW_MOCK
set -u

folder=$(mktemp -d)
"$1" --port 0 --port-file "$folder/port" --https-port 0 --https-port-file "$folder/https-port" \
  --tls-auto "$folder/tls" --run-duration 0 --log-level warn >"$folder/out" 2>"$folder/err" &
mock=$!
trap 'kill $mock 2>/dev/null; wait $mock 2>/dev/null; rm -rf "$folder"' EXIT INT TERM

waited=0
while [ ! -s "$folder/https-port" ]; do # written once the mock takes connections
  waited=$((waited + 1))
  if [ $waited -gt 600 ] || ! kill -0 $mock 2>/dev/null; then
    echo "Bail out! flow-mock did not start: $(cat "$folder/err")"
    exit 1
  fi
  sleep 0.05
done
host="http://127.0.0.1:$(cat "$folder/port")"
base="$host/data/foundation/flowservice"

ACCESS_TOKEN=t
API_KEY=k
ORG_ID=o@AdobeOrg
SANDBOX_NAME=prod
failed=4fb0418e-1804-45d6-8d56-dd51f05c0baf
success=9830305a-985f-47d0-b030-5a985fd7d004
on_demand=3abea21c-7e36-4be1-bec1-d3bad0e3e0de

# call METHOD URL [curl option...]: the five documented headers; status into $status, body into $folder/body.
# The bound is for a mock that hangs.
call() {
  method=$1
  url=$2
  shift 2
  status=$(curl -sS --globoff --max-time 60 -o "$folder/body" -D "$folder/headers" -w '%{http_code}' -X "$method" "$url" \
    -H "Authorization: Bearer $ACCESS_TOKEN" \
    -H "x-api-key: $API_KEY" \
    -H "x-gw-ims-org-id: $ORG_ID" \
    -H "x-sandbox-name: $SANDBOX_NAME" \
    -H 'Content-Type: application/json' "$@")
}

# value EXPRESSION: of the last body, as `it`.
value() {
  python3 -c 'import json, sys; it = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$folder/body" "$1"
}

number=0
failures=0
# is DESCRIPTION EXPECTED GOT
is() {
  number=$((number + 1))
  if [ "$2" = "$3" ]; then
    echo "ok $number - $1"
  else
    failures=$((failures + 1))
    echo "not ok $number - $1"
    echo "# expected: $2"
    echo "# got:      $3"
    sed 's/^/# /' "$folder/body"
  fi
}

call POST "$base/runs/$failed/action?op=re-trigger"
is 'a failed run is retried' '200 3fb0418e-1804-45d6-8d56-dd51f05c0baf' "$status $(value 'it["id"]')"

https_port=$(cat "$folder/https-port")
for name in localhost platform.adobe.io; do
  call GET "https://$name:$https_port/data/foundation/flowservice/runs/$success" \
    --cacert "$folder/tls/ca.pem" --resolve "$name:$https_port:127.0.0.1"
  is "over https as $name" "200 $success" "$status $(value 'it["items"][0]["id"]')"
done

call GET "$base/runs"
is 'runs are listed' '200 12' "$status $(value 'len(it["items"])')"

call GET "$base/runs?property=metrics.statusSummary.status==Failed"
is 'by status, whatever its case' '200 failed' "$status $(value 'it["items"][0]["metrics"]["statusSummary"]["status"]')"

call GET "$base/runs?property=id==$failed,$success&property=id"
is 'by several ids, of each its id' "200 [{'id': '$failed'}, {'id': '$success'}]" "$status $(value 'it["items"]')"

call GET "$base/runs?property=activities[].targetInfo[].reference.ids[]==01EF01X41KJD82Y9ZX6ET54PCZ&count=true"
is 'by what stands in arrays' "200 {'count': 1}" "$status $(value 'it')"

call GET "$base/runs?orderby=+createdAt&limit=1"
is 'oldest first, the + as it is' "200 $success" "$status $(value 'it["items"][0]["id"]')"

call GET "$base/runs" -G --data-urlencode 'orderby=+createdAt' --data-urlencode 'limit=1'
is 'oldest first, the + encoded' "200 $success" "$status $(value 'it["items"][0]["id"]')"

call GET "$base/runs?limit=2&count=true"
is 'limit and count together are refused' '400 https://ns.adobe.com/aep/errors/FLOW-1401-400' "$status $(value 'it["type"]')"

query='limit=2&orderby=-createdAt'
for way in alone repeated; do
  call GET "$base/runs?$query"
  ids=''
  pages=0
  while :; do
    pages=$((pages + 1))
    ids="$ids $(value '" ".join(run["id"] for run in it["items"])')"
    href=$(value 'it["_links"].get("next", {}).get("href", "")')
    if [ -z "$href" ] || [ $pages -gt 10 ]; then
      break
    fi
    if [ $way = alone ]; then
      call GET "$base$href"
    else
      call GET "$base/runs?$query&continuationToken=${href#*=}"
    fi
  done
  is "pages lose and repeat nothing, the token $way" '6 12' "$pages $(printf '%s\n' $ids | sort -u | wc -l | tr -d ' ')"
done

call POST "$base/runs" -d "{\"flowId\":\"$on_demand\",\"params\":{\"startTime\":\"1663735590\",
  \"windowStartTime\":\"1651584991\",\"windowEndTime\":\"1651585017\",\"deltaColumn\":{\"name\":\"DOB\"}}}"
created=$(value 'it["items"][0]["id"]')
etag=$(value 'it["items"][0]["etag"]')
is 'a run is created' '201 36' "$status ${#created}"

call POST "$base/runs" -d ''
is 'not without a body' '400 https://ns.adobe.com/aep/errors/FLOW-1405-400' "$status $(value 'it["type"]')"

call PUT "$base/runs/$created" -H "If-Match: $etag" -d '{"providerRefId":"r"}'
is 'a run is updated' '200 r' "$status $(value 'it["providerRefId"]')"

call PUT "$base/runs/$created" -H "If-Match: $etag" -d '{"providerRefId":"s"}'
is 'not with the etag before' '412 https://ns.adobe.com/aep/errors/FLOW-1404-412' "$status $(value 'it["type"]')"

call PUT "$base/runs/$created" -d '{"providerRefId":"s"}'
is 'nor without one' '400 https://ns.adobe.com/aep/errors/FLOW-1403-400' "$status $(value 'it["type"]')"

call GET "$base/flows?property=name,id&orderby=name"
is 'flows are listed' "200 2021 winter campaign" "$status $(value 'it["items"][0]["name"]')"

call GET "$base/flows/$on_demand"
is 'a flow knows its last run' "200 $created" "$status $(value 'it["items"][0]["lastRunDetails"]["id"]')"

call GET "$base$(value 'it["items"][0]["runs"]')"
is 'and leads to its runs' "200 $created" "$status $(value 'it["items"][0]["id"]')"

for version in v2 v3; do
  status=$(curl -sS --max-time 60 -o "$folder/body" -D "$folder/headers" -w '%{http_code}' -X POST "$host/ims/token/$version" \
    -H 'Content-Type: application/x-www-form-urlencoded' -d 'grant_type=client_credentials' -d 'client_id=id' \
    -d 'client_secret=secret' -d 'scope=openid,AdobeID')
  is "a token is given out, $version" '200 bearer 86399' "$status $(value 'it["token_type"]') $(value 'it["expires_in"]')"
done
is 'and never stored on its way' '1' "$(grep -ci '^cache-control: no-store' "$folder/headers")"

ACCESS_TOKEN=$(value 'it["access_token"]')
call GET "$base/runs/$failed"
is 'and let in' '200' "$status"

kill -TERM $mock
wait $mock
is 'the mock ends well' '0' "$?"

echo "1..$number"
[ $failures -eq 0 ]
