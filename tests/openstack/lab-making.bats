#!/usr/bin/env bats
#
# The real Nova of the lab makes a server for an app when somebody waits for one: it is on the board at once, is given,
# built on, let go and deleted. What Nova refuses ends with its own sentence and leaves nothing there.
#
# CONSOLE_CLOUD_LAB names the folder of a `lab up --openstack` that stays, with its bases, and whose settings are put
# back; without it one is brought up. Nothing is asked for within five minutes of a refusal, so not twice in that time.

# shellcheck disable=SC2154 # bats sets status, output and lines
# shellcheck disable=SC2016 # what is in single quotes is jq's, or is looked at again and again
bats_require_minimum_version 1.5.0
source "$BATS_TEST_DIRNAME/../hosts/root.bash"

setup() {
  need_root
  command -v debootstrap >/dev/null || [[ -n ${CONSOLE_OPENSTACK_ROOT-} ]] || skip 'debootstrap is not installed'
  scripts=$BATS_TEST_DIRNAME/../../scripts/dev dir=${CONSOLE_CLOUD_LAB-/tmp/cm.$$}
  if [[ -z ${CONSOLE_CLOUD_LAB-} ]]; then
    "$scripts/lab" up --openstack --dir "$dir" --port "$(free_port)" 3>&- >"$BATS_TEST_TMPDIR/up" 2>&1 || {
      cat "$BATS_TEST_TMPDIR/up" && return 1
    }
  fi
  "$scripts/lab" status --dir "$dir" --json >"$BATS_TEST_TMPDIR/lab"
  "$scripts/openstack" status --dir "$dir/cloud" >"$BATS_TEST_TMPDIR/cloud" 3>&-
  cp -p "$dir/console.json" "$BATS_TEST_TMPDIR/console.json"
  sign_in
  write_maker
}

teardown() {
  [[ ! -s $BATS_TEST_TMPDIR/project ]] || { quota -1 && leave_line; }
  [[ -z ${made-} ]] || rm -f -- "$dir/guests/$made"
  if [[ -z ${CONSOLE_CLOUD_LAB-} ]]; then
    [[ ! -d ${dir-} ]] || { "$scripts/lab" down --dir "$dir" && rm -rf -- "$dir"; }
  elif [[ -s $BATS_TEST_TMPDIR/console.json ]]; then
    settings .
  fi
}

free_port() {
  local port
  for ((port = 34000 + $$ % 200 * 10; port < 36000; port += 10)); do
    ss -Htln | grep -qE ":${port%0}[0-9] " || break
  done
  printf '%s\n' "$port"
}

# call METHOD URL [BODY]: of the cloud, as the administrator in the project.
call() {
  curl --silent --show-error --fail-with-body --max-time 60 -X "$1" -H "X-Auth-Token: $(<"$BATS_TEST_TMPDIR/token")" \
    -H 'Content-Type: application/json' -H 'OpenStack-API-Version: compute 2.69' ${3+--data "$3"} "$2"
}

nova() { call "$1" "$(jq -r .nova "$BATS_TEST_TMPDIR/cloud")/$2" "${@:3}"; }

sign_in() {
  local answer
  answer=$(curl --silent --show-error --fail --max-time 60 -D - -H 'Content-Type: application/json' --data '{
    "auth": {"identity": {"methods": ["password"],
      "password": {"user": {"name": "admin", "domain": {"id": "default"}, "password": "lab"}}},
    "scope": {"project": {"name": "qa", "domain": {"id": "default"}}}}}' \
    "$(jq -r .keystone "$BATS_TEST_TMPDIR/cloud")/auth/tokens")
  sed -n 's/^X-Subject-Token: \([^\r]*\).*/\1/Ip' <<<"$answer" >"$BATS_TEST_TMPDIR/token"
  sed '1,/^\r$/d' <<<"$answer" >"$BATS_TEST_TMPDIR/scope"
  jq -r .token.project.id "$BATS_TEST_TMPDIR/scope" >"$BATS_TEST_TMPDIR/project"
}

# A third cloud of the file: the credential that may make and delete.
write_maker() {
  local keystone
  keystone=$(jq -r .keystone "$BATS_TEST_TMPDIR/cloud")
  install -m 600 -o "$(stat -c %u "$dir/clouds.yaml")" "$dir/clouds.yaml" "$dir/clouds-maker.yaml"
  call POST "$keystone/users/$(jq -r .token.user.id "$BATS_TEST_TMPDIR/scope")/application_credentials" "$(
    jq -nc --arg name "maker-$EPOCHREALTIME" \
      '{application_credential: {$name, roles: [{name: "member"}, {name: "reader"}]}}'
  )" | jq -r --arg url "${keystone%/v3}" '.application_credential |
    "  qa-maker:\n    auth_type: v3applicationcredential\n    region_name: RegionOne\n    auth:\n" +
    "      auth_url: \($url)\n      application_credential_id: \(.id)\n" +
    "      application_credential_secret: \(.secret)"' >>"$dir/clouds-maker.yaml"
}

# quota INSTANCES: how many the project may have.
quota() {
  nova PUT "os-quota-sets/$(<"$BATS_TEST_TMPDIR/project")" \
    "{\"quota_set\": {\"instances\": $1, \"force\": true}}" >/dev/null
}

# settings FILTER [JQ'S ARGUMENTS]: of the lab, changed by it, and read by the console.
settings() {
  local pid reads
  read -r pid _ <"$dir/pid/console"
  reads=$(grep -c 'was read again' "$dir/log/console.log" || true)
  jq "${@:2}" "$1" "$BATS_TEST_TMPDIR/console.json" >"$BATS_TEST_TMPDIR/new.json"
  cat "$BATS_TEST_TMPDIR/new.json" >"$dir/console.json"
  kill -HUP "$pid"
  within 20 "the settings are read" eval "(( \$(grep -c 'was read again' '$dir/log/console.log') > $reads ))"
}

# within SECONDS WHAT COMMAND...: until it succeeds.
within() {
  local until=$((SECONDS + $1))
  until "${@:3}"; do
    ((SECONDS < until)) || { echo "Not within $1 s: $2" && return 1; }
    sleep 0.2
  done
}

# ask PATH [CURL'S ARGUMENTS]: the console, as anna.
ask() {
  curl --silent --max-time 100 --user "${person-anna}:lab-${person-anna}" --header 'Content-Type: application/json' \
    "${@:2}" "$(jq -r .console "$BATS_TEST_TMPDIR/lab")api/$1"
}

# shows FILTER: whether what the console shows of the server that was made is so.
shows() { ask "servers/$made" | jq -e "$1" >/dev/null; }

waits() { ask line -d "{\"purpose\": \"a server of its own\", \"app\": \"$1\", \"host\": \"cloud\", \"hours\": 1}"; }

leave_line() {
  local place
  for place in $(ask line | jq '.own[].place'); do ask "line/$place" -X DELETE >/dev/null; done
}

on_board() { ask servers | jq -r '.servers[] | select(.host == "cloud").name'; }

# What the console has made, by its mark.
in_nova() { nova GET 'servers/detail' | jq -r '.servers[] | select(.metadata["test-server-console"]).name'; }

@test "A server is made by Nova when somebody waits, is given, built on, let go, and deleted after its time" {
  image=$(<"$dir/cloud/openstack/image")
  settings '(.hosts[] | select(.name == "cloud")) |= (.address = "127.71.0.1" | .url = "http://127.71.0.1:\($web)/" |
      .openStack |= (.cloudsFile = $clouds | .makeCloud = "qa-maker" | .metadata = {role: "made"})) |
    (.apps[] | select(.name == "shop")).make = {host: "cloud", name: "cl{number}", image: $image, flavor: "1",
      network: "none", minutes: 5, hours: 0.02}' --arg image "$image" --arg clouds "$dir/clouds-maker.yaml" \
    --arg web "$(jq -r '.hosts[] | select(.name == "cloud").url' "$dir/console.json" | grep -oE '[0-9]+/$' | tr -d /)"
  within 20 'the others are not meant any more' eval '[[ -z $(on_board) ]]'

  waits shop | jq -e '.place > 0'
  asked=$SECONDS
  within 5 'it is on the board' eval '[[ -n $(on_board) ]]'
  made=$(on_board)
  echo "$made is on the board after $((SECONDS - asked)) s"
  shows '.unusable | startswith("'"$made"' is being made: ")'
  # Nova's driver makes no inside: the address leads to a guest of the lab's, whose folder has its own name.
  ln -s qa01 "$dir/guests/$made"
  within 60 'it is held for her' shows '.line.turn != null and .state == "running" and .status == "ACTIVE"'
  echo "$made can be used after $((SECONDS - asked)) s"
  [[ $(in_nova) == "$made" ]]
  ask "servers/$made/reservation" -X PUT -d '{}' | jq -e '.holder == "anna"'

  build=$(ask "servers/$made/builds" -d '{"app": "shop", "path": "trunk", "database": true, "code": true}' | jq -r .id)
  within 120 'the build has ended' eval 'ask "builds/$build?wait=60" | jq -e ".endedAt != null" >/dev/null'
  ask "builds/$build" | jq -r '.state, .message'
  ask "builds/$build" | jq -e '.state == "succeeded"'
  curl --silent --fail "$(ask "servers/$made" | jq -r .url)health"
  shows '.configuration.app == "shop" and .configuration.path == "trunk" and .reservation.holder == "anna"'

  # Held, it stays; let go, it is told, and is deleted after its 72 s.
  [[ $(ask "servers/$made/reservation" -X DELETE -o /dev/null -w '%{http_code}') == 204 ]]
  within 120 'it is told' eval 'ask messages | jq -e "any(.messages[]; .kind == \"serverGoes\")" >/dev/null'
  within 120 'Nova has it no more' eval '[[ -z $(in_nova) ]]'
  within 20 'it is not on the board' shows '.status == 404'
  within 30 'it is forgotten' eval '[[ $(jq -c .servers "$dir/state/made.json") == "{}" ]]'
}

# told SENTENCE: whether the person knows why none could be made.
told() {
  ask messages | jq -e --arg said "$1" 'any(.messages[]; .kind == "notMade" and (.text | contains($said)))' >/dev/null
}

# refused APP SENTENCE: waits in vain for a server for it, is told why, and nothing stays.
refused() {
  local place
  place=$(waits "$1" | jq -r .place)
  within 90 'it is told' told "$2" || { ask messages | jq -r '.messages[].text' && return 1; }
  ask messages | jq -r --arg app "for $1 " '.messages[] | select(.kind == "notMade" and (.text | contains($app))).text'
  person=carla told "$2"
  within 60 'Nova has nothing' eval '[[ -z $(in_nova) && $(jq -c .servers "$dir/state/made.json") == "{}" ]]'
  within 20 'nor has the board' eval '[[ -z $(on_board) ]]'
  ask "line/$place" -X DELETE >/dev/null
}

@test "What Nova does not take or cannot place ends with its own sentence and leaves nothing" {
  image=$(<"$dir/cloud/openstack/image")
  nova GET flavors/huge >/dev/null 2>&1 || nova POST flavors \
    '{"flavor": {"id": "huge", "name": "huge", "ram": 90000000, "vcpus": 90000, "disk": 900000}}' >/dev/null
  make() {
    printf '(.apps[] | select(.name == "%s")).make = {host: "cloud", name: "cl{number}", image: %s, flavor: "%s",
      network: "none", minutes: 5}' "$1" "$2" "$3"
  }
  settings '(.hosts[] | select(.name == "cloud")).openStack |=
      (.cloudsFile = $clouds | .makeCloud = "qa-maker" | .metadata = {role: "made"}) |
    '"$(make shop '$image' 99) | $(make tickets '"00000000-0000-4000-8000-000000000000"' 1) |
    $(make photos '$image' 1) | $(make desk '$image' huge)" --arg image "$image" --arg clouds "$dir/clouds-maker.yaml"
  within 20 'the others are not meant any more' eval '[[ -z $(on_board) ]]'

  refused tickets 'Can not find requested image'
  quota 0
  refused photos 'Quota exceeded for instances'
  quota -1
  refused desk 'No valid host was found'
  refused shop 'Flavor 99 could not be found'
}
