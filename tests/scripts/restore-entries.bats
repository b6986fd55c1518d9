#!/usr/bin/env bats
#
# Stories of what pg_restore says when several of its jobs write into one
# pipe, piece by piece: each message is a prefix, and then the rest.
#
# shellcheck disable=SC2016 # $1 is of the program that is written

source "$BATS_TEST_DIRNAME/host.bash"

setup() {
  cd "$BATS_TEST_TMPDIR" || exit
  cat >list <<'END_OF_LIST'
215; 1259 16385 TABLE DATA public c shop
216; 1259 16386 TABLE DATA public customer shop
217; 0 0 COMMENT public TABLE c shop
218; 0 0 COMMENT public TABLE customer shop
END_OF_LIST
}

# heard JOBS WORDS: what is made of a pg_restore that says this.
heard() {
  printf '#!/bin/sh\nprintf %%b "$1" >&2\nexit 1\n' >says && chmod +x says
  run "$scripts/database-host/restore-entries" list "$1" ./says "$2"
}

@test "another job's prefix before or behind one's own hides no entry" {
  local mixed prefix='pg_restore: '
  for mixed in "${prefix}" "${prefix}processing data\n" ''; do
    heard 2 "$prefix${mixed}from TOC entry 215; 0 0 TABLE DATA c\n${prefix}error: COPY failed for table \"c\": no\n"
    [ "$output" = 'error: COPY failed for table "c": no' ] || { echo "$mixed: $output" && false; }
  done
  heard 2 "$prefix${prefix}processing data\nfrom TOC entry 217; 0 0 COMMENT\n${prefix}error: no\n\
${prefix}warning: errors ignored on restore: 1\n"
  [ "$output" = $'217\tno' ]
}

@test "of two that end in the same moment none is taken for the other" {
  heard 2 'pg_restore: pg_restore: from TOC entry 217; 0 0\nfrom TOC entry 218; 0 0\npg_restore: error: no\n'
  [ "$output" = 'error: no. Which of its entries could not be made is not known.' ]
  [ "$status" -eq 3 ]
}

@test "of more that fail than were heard none is passed over" {
  local one='pg_restore: from TOC entry 217; 0 0\npg_restore: error: no\n'
  heard 2 "${one}pg_restore: warning: errors ignored on restore: 2\n"
  echo "$output"
  [ "$status" -eq 3 ]
  [[ $output == 'error: pg_restore could not make 2 of its entries, and not each of them was heard.'* ]]
  # A setting that this server does not know, and an entry that fails twice, are no others.
  heard 2 "pg_restore: error: could not execute query: ERROR:  unknown\nCommand was: SET new_one = off;\n\n\
${one}pg_restore: warning: errors ignored on restore: 2\n"
  [[ $status == 0 && $output == $'217\tno' ]]
  heard 2 "${one}${one}pg_restore: warning: errors ignored on restore: 1\n"
  [[ $status == 0 && $output == $'217\tno' ]]
}
