#!/usr/bin/env bats
#
# A real OpenStack in the lab: its servers are listed, stopped, paused, shelved and deleted while the console looks on,
# and its control plane is killed half-way.

# shellcheck disable=SC2154 # bats sets status, output and lines
bats_require_minimum_version 1.5.0
source "$BATS_TEST_DIRNAME/../hosts/root.bash"

setup() {
  need_root
  command -v debootstrap >/dev/null || [[ -n ${CONSOLE_OPENSTACK_ROOT-} ]] || skip 'debootstrap is not installed'
  scripts=$BATS_TEST_DIRNAME/../../scripts/dev dir=${CONSOLE_CLOUD_LAB-/tmp/co.$$}
}

teardown() {
  [[ -n ${CONSOLE_CLOUD_LAB-} || ! -d ${dir-} ]] || { "$scripts/lab" down --dir "$dir" && rm -rf -- "$dir"; }
}

free_port() {
  local port
  for ((port = 34000 + $$ % 200 * 10; port < 36000; port += 10)); do
    ss -Htln | grep -qE ":${port%0}[0-9] " || break
  done
  printf '%s\n' "$port"
}

# What it starts stays, and would keep bats.
cloud() { "$scripts/openstack" "$1" --dir "$dir/cloud" "${@:2}" 3>&-; }

# nova METHOD PATH [BODY]: as the administrator in the project.
nova() {
  curl --silent --show-error --fail-with-body --max-time 60 -X "$1" -H "X-Auth-Token: $(<"$BATS_TEST_TMPDIR/token")" \
    -H 'Content-Type: application/json' -H 'OpenStack-API-Version: compute 2.69' ${3+--data "$3"} \
    "$(jq -r .nova "$BATS_TEST_TMPDIR/cloud")/$2"
}

sign_in() {
  curl --silent --show-error --fail --max-time 60 -D - -o /dev/null -H 'Content-Type: application/json' --data '{
    "auth": {"identity": {"methods": ["password"],
      "password": {"user": {"name": "admin", "domain": {"id": "default"}, "password": "lab"}}},
    "scope": {"project": {"name": "qa", "domain": {"id": "default"}}}}}' \
    "$(jq -r .keystone "$BATS_TEST_TMPDIR/cloud")/auth/tokens" |
    sed -n 's/^X-Subject-Token: \([^\r]*\).*/\1/Ip' >"$BATS_TEST_TMPDIR/token"
}

# id NAME: of a server.
id() { nova GET "servers?name=%5E$1%24" | jq -r '.servers[0].id'; }

act() { nova POST "servers/$(id "$1")/action" "$2"; }

# ask PATH [CURL'S ARGUMENTS]: the console, as anna.
ask() {
  curl --silent --max-time 100 --user anna:lab-anna --header 'Content-Type: application/json' "${@:2}" \
    "$(jq -r .console "$BATS_TEST_TMPDIR/lab")api/$1"
}

# shows SERVER FILTER [SECONDS]: what the console shows of it.
shows() {
  local until=$((SECONDS + ${3-20}))
  until ask "servers/$1" >"$BATS_TEST_TMPDIR/shown" && jq -e "$2" "$BATS_TEST_TMPDIR/shown" >/dev/null; do
    ((SECONDS < until)) || { cat "$BATS_TEST_TMPDIR/shown" && return 1; }
    sleep 0.2
  done
}

problem() { ask servers | jq -r '.hosts[] | select(.name == "cloud").problem // empty'; }

# tells WORDS: what was under way when it was killed ends in its own words before.
tells() {
  local until=$((SECONDS + 40))
  until [[ $(problem) == *"$1"* ]]; do
    ((SECONDS < until)) || { problem && return 1; }
    sleep 0.2
  done
}

@test "Servers of a real OpenStack are listed, stopped, paused, shelved, deleted, switched; it is killed half-way" {
  if [[ -z ${CONSOLE_CLOUD_LAB-} ]]; then
    "$scripts/lab" up --openstack --without-bases --dir "$dir" --port "$(free_port)" 3>&- \
      >"$BATS_TEST_TMPDIR/up" 2>&1 || {
      cat "$BATS_TEST_TMPDIR/up" && return 1
    }
  fi
  "$scripts/lab" status --dir "$dir" --json >"$BATS_TEST_TMPDIR/lab"
  cloud status >"$BATS_TEST_TMPDIR/cloud"
  sign_in

  # Those with the metadata, and nobody else's; from the second page on, too, as Nova gives ten at once.
  for name in cl01 cl02 cl03 cl04; do
    shows "$name" '.state == "running" and .status == "ACTIVE" and .host == "cloud"'
  done
  [[ $(ask servers/cl05 | jq .status) == 404 ]]
  for number in {11..19}; do cloud server "cl$number" role=qa >/dev/null & done
  wait
  shows cl19 '.state == "running"'
  [[ $(ask servers | jq '[.servers[] | select(.host == "cloud")] | length') == 13 ]]
  shows cl01 '.address | endswith(".1")'

  act cl01 '{"os-stop": null}'
  shows cl01 '.state == "shut off" and .unusable == "cl01 is shut off. Who holds it can start it here."'
  act cl02 '{"pause": null}'
  shows cl02 '.state == "paused" and (.unusable | contains("openstack server unpause cl02"))'
  act cl03 '{"suspend": null}'
  shows cl03 '.state == "pmsuspended" and .status == "SUSPENDED"'
  act cl04 '{"shelve": null}'
  shows cl04 '.state == "shut off" and (.status | startswith("SHELVED"))' 60
  act cl11 '{"os-resetState": {"state": "error"}}'
  shows cl11 '.state == "crashed" and .status == "ERROR"'
  nova DELETE "servers/$(id cl12)"
  shows cl12 '.status == 404'
  # Nova does not call it a change: the next whole list has it.
  nova PUT "servers/$(id cl13)/metadata/role" '{"meta": {"role": "web"}}' >/dev/null
  shows cl13 '.status == 404' 80

  # By who holds one, through the console.
  for server in cl01 cl04 cl11; do
    ask "servers/$server/reservation" -X PUT -d '{"purpose": "start", "hours": 1}' | jq -e '.holder == "anna"'
    ask "servers/$server/power" -d '{"action": "start"}' | jq -e '.message | contains("is started.")'
    shows "$server" '.state == "running" and .unusable == null' 60
  done
  ask servers/cl01/power -d '{"action": "reset"}' | jq -e '.message | contains("is reset.")'
  shows cl01 '.state == "running"' 30
  ask servers/cl01/power -d '{"action": "shutdown"}' | jq -e '.message | contains("is asked to shut down.")'
  shows cl01 '.state == "shut off"' 90

  # The credential that lists may not switch, as Nova says itself.
  id=$(yq_of qa application_credential_id) secret=$(yq_of qa application_credential_secret)
  curl --silent --fail --max-time 60 -D - -o /dev/null -H 'Content-Type: application/json' --data "$(
    jq -nc --arg id "$id" --arg secret "$secret" \
      '{auth: {identity: {methods: ["application_credential"], application_credential: {$id, $secret}}}}'
  )" "$(jq -r .keystone "$BATS_TEST_TMPDIR/cloud")/auth/tokens" |
    sed -n 's/^X-Subject-Token: \([^\r]*\).*/\1/Ip' >"$BATS_TEST_TMPDIR/token"
  run nova POST "servers/$(id cl14)/action" '{"os-stop": null}'
  echo "$output"
  [[ $output == *403* ]]
  sign_in

  # All of it is killed, and comes back: what is shown meanwhile is as of then, with the reason.
  cloud kill
  shows cl14 '.problem != null and .state == "running" and .asOf != null'
  tells 'cannot be reached: Connection refused'
  shows qa01 '.problem == null'
  cloud start
  shows cl14 '.problem == null and .state == "running"' 120
  # Nova's driver has forgotten what it had made up, and knows what is made now.
  cloud server cl20 role=qa >/dev/null
  shows cl20 '.state == "running"'
}

# yq_of CLOUD KEY: of the lab's clouds.yaml.
yq_of() { sed -n "/^  $1:/,/^  [a-z-]*:\$/s/^ *$2: //p" "$dir/clouds.yaml" | head -n 1; }
