#!/usr/bin/env bash
# Sends a batch, reads it back, and follows alerts across breaks of the connection. The last event's id is kept in a file,
# so that another run goes on behind it.
#   bash curl.sh [http://127.0.0.1:4000] [file of the cursor]
set -euo pipefail
address=${1:-http://127.0.0.1:4000}
place=${2:-cursor.txt}

ask() {
  curl -sS --retry 5 --retry-connrefused "$address/graphql" -H 'content-type: application/json' -d "$1"
  echo
}

# The key names this content for ever: sending it again, after whatever error, answers the same batch.
ask '{
  "query": "mutation ($input: IngestBatchInput!) { ingestBatch(input: $input, wait: true) { __typename ... on IngestBatchPayload { duplicate batch { number state stored quarantine { index reason detail } } } ... on Error { message } ... on UnavailableError { retryAfterMs } } }",
  "variables": { "input": { "source": "curl", "idempotencyKey": "2026-01-31T12:00", "readings": [
    { "sensor": "curl/bearing", "time": "2026-01-31T12:00:00Z", "value": 61.2 },
    { "sensor": "curl/bearing", "time": "2026-01-31T12:01:00Z", "value": "n/a" } ] } } }'

# The alerts that there are, and the cursor of now: who follows from there misses nothing.
now=$(ask '{ "query": "{ alerts(first: 5) { totalCount eventCursor edges { node { severity reason } } } }" }')
echo "$now"
[ -s "$place" ] || sed -E 's/.*"eventCursor":"([^"]*)".*/\1/' <<<"$now" >"$place"

# One event of the stream per turn. It counts once its empty line is there: what is cut short comes again, whole.
read_events() {
  local line id='' data=''
  while IFS= read -r line; do
    case $line in
      'id: '*) id=${line#id: } ;;
      'data: '*) data=${line#data: } ;;
      '')
        [ -z "$data" ] || echo "$data"
        [ -z "$id" ] || echo "$id" >"$place"
        data=''
        ;;
    esac
  done
}

while true; do
  curl -sN "$address/graphql" -H 'content-type: application/json' -H 'accept: text/event-stream' \
    -H "last-event-id: $(<"$place")" \
    -d '{ "query": "subscription { alerts { cursor change alert { severity reason sensor { key } } } }" }' |
    read_events || true
  sleep 1
done
