#!/usr/bin/env bash
#
# The same history twice, for the stories of compare: 110 commits in
# Subversion and in Git. Commit 4 makes the branch b from 3 (in Git: nothing),
# 5 is on trunk and b, 6 on b, all others on trunk; 7 has a hostile
# message, 8 a long one after two empty lines.

make_histories() {
  /usr/bin/python3 - "$repositories" <<'END'
import sys
out = sys.argv[1]
hostile = '@exit 0\x1b[31m\x1f\x85forged\r\n@result relation=forged\n\n@exit 0'
messages = {n: f'change {n}\n\nMore of {n}.' for n in range(1, 111)}
messages[7], messages[8] = hostile, '\n\n' + 'é' * 300 + '\nsecond'
def props(pairs):
    text = b''.join(b'K %d\n%s\nV %d\n%s\n' % (len(k), k, len(v), v) for k, v in pairs) + b'PROPS-END\n'
    return b'Prop-content-length: %d\nContent-length: %d\n\n%s\n' % (len(text), len(text), text)
def change(action, path, n):
    text = b'%d\n' % n
    head = b'Node-path: %s/page\nNode-kind: file\nNode-action: %s\n' % (path, action)
    return head + b'Text-content-length: %d\nContent-length: %d\n\n%s\n\n' % (len(text), len(text), text)
folder = b'Node-path: %s\nNode-kind: dir\nNode-action: add\n\n\n'
with open(out + '/dump', 'wb') as dump:
    dump.write(b'SVN-fs-dump-format-version: 2\n\n')
    for n in range(1, 111):
        dump.write(b'Revision-number: %d\n' % n + props([
            (b'svn:log', messages[n].encode()),
            (b'svn:author', b'an\x01na' if n == 7 else b'anna'),
            (b'svn:date', b'2026-11-22T%02d:%02d:00.123456Z' % (n // 60, n % 60))]))
        if n == 1: dump.write(folder % b'trunk' + folder % b'branches' + change(b'add', b'trunk', n))
        elif n == 4:
            dump.write(b'Node-path: branches/b\nNode-kind: dir\nNode-action: add\n')
            dump.write(b'Node-copyfrom-rev: 3\nNode-copyfrom-path: trunk\n\n\n')
        else:
            if n in (5, 6): dump.write(change(b'change', b'branches/b', n))
            if n != 6: dump.write(change(b'change', b'trunk', n))
with open(out + '/stream', 'wb') as stream:
    def commit(branch, n):
        text = messages[n].encode()
        who = b'anna <anna@shop.example> %d +0100' % (1795305600 + 60 * n + (branch == b'b'))
        stream.write(b'commit refs/heads/%s\nauthor %s\ncommitter %s\n' % (branch, who, who))
        stream.write(b'data %d\n%s\n' % (len(text), text))
        stream.write(b'M 644 inline page\ndata 3\n%03d\n' % n)
        if n == 3: stream.write(b'reset refs/heads/b\nfrom refs/heads/main\n\n')
    for n in range(1, 111):
        if n in (5, 6): commit(b'b', n)
        if n not in (4, 6): commit(b'main', n)
END
  svnadmin create "$repositories/history"
  svnadmin load --quiet --bypass-prop-validation "$repositories/history" <"$repositories/dump"
  git init --quiet --bare --initial-branch main "$repositories/history.git"
  git -C "$repositories/history.git" fast-import --quiet <"$repositories/stream"
}

# compare_svn FROM_PATH@REVISION PATH[@REVISION]
compare_svn() {
  local to=$2@
  call compare app=shop kind=svn "repository=file://$repositories/history" "from_path=${1%@*}" "from_revision=${1#*@}" \
    "path=${2%@*}" "revision=$(cut -d@ -f2 <<<"$to")"
}

# compare_git FROM PATH: branches and commits; an empty FROM is nothing.
compare_git() {
  call compare app=shop kind=git "repository=file://$repositories/history.git" "from_path=${1:+main}" \
    "from_revision=${1:+$(hash_of "$1")}" "path=$2"
}

hash_of() { git -C "$repositories/history.git" rev-parse "$1" 2>/dev/null || printf '%s' "$1"; }

# The commits that are told, a word for each: new5 gone7.
sides() {
  local number=0 told=() message side
  while side=$(sed -n "s/^@result commit\.$number\.side=//p" <<<"$output") && [[ -n $side ]]; do
    message=$(sed -n "s/^@result commit\.$number\.message=//p" <<<"$output")
    case $message in
      @exit*) message=7 ;;
      é*) message=8 ;;
    esac
    told+=("$side${message#change }")
    number=$((number + 1))
  done
  printf '%s' "${told[*]}"
}
