#!/usr/bin/env bash
#
# Usage: CONSOLE=https://vmhost/console TOKEN_FILE=FILE next-free.sh APP PATH [COMMAND ...]
#
# Waits for the next server that is free, builds APP from PATH on it with fresh
# data, runs COMMAND with the server's address in SERVER_URL, and gives the
# server back, however that ends. Needs curl and jq.
#
# FILE has one line, Authorization: Bearer tsc_..., and nobody else may read
# it. A job that is started anew with the same KEY goes on with its server.

set -Eeuo pipefail

app=$1 path=$2 key=${KEY:-next-free-$(date +%s)-$RANDOM}

# ask ADDRESS [CURL'S OPTIONS]
ask() {
  curl --silent --fail-with-body --header @"$TOKEN_FILE" --header 'Content-Type: application/json' \
    "$CONSOLE/api/$1" "${@:2}"
}

# With its key a wish keeps its place in the line from one call to the next, and is granted once.
wish=$(jq -n --arg app "$app" --arg purpose "$app $path" '{$app, $purpose, hours: 2}')
until taken=$(ask 'reservations?wait=10' -H "Idempotency-Key: $key" -d "$wish"); do
  # Nothing came, or what stands before the console spoke for it: it was not reached.
  type=$(jq -r .type <<<"$taken" 2>/dev/null) || type=
  # Anything but "none is free" is for people.
  [[ ! $type || $type == *:none-free ]] || { jq -r .detail <<<"$taken" >&2 && exit 2; }
  sleep 1
done
server=$(jq -r .server <<<"$taken") number=$(jq -r .reservation.number <<<"$taken")
until held=$(ask "servers/$server"); do sleep 1; done
if [[ $(jq .reservation.number <<<"$held") != "$number" ]]; then
  echo "$server was reserved under the key $key before, and is not any more. Give another KEY." >&2
  exit 2
fi
trap 'ask "servers/$server/reservation?number=$number" -X DELETE' EXIT
echo "$server is reserved" >&2

build=$(jq -n --arg app "$app" --arg path "$path" '{$app, $path, database: true, code: true}')
accepted=$(ask "servers/$server/builds" -H "Idempotency-Key: $key-build" -d "$build") ||
  { jq -r .detail <<<"$accepted" >&2 && exit 2; }
id=$(jq -r .id <<<"$accepted")
until build=$(ask "builds/$id?wait=10") && jq -e .endedAt <<<"$build" >/dev/null; do sleep 1; done
[[ $(jq -r .state <<<"$build") == succeeded ]] || { jq -r .message <<<"$build" >&2 && exit 1; }

SERVER_URL=$(jq -r .url <<<"$taken") "${@:3}"
