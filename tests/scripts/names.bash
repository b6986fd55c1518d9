#!/usr/bin/env bash
#
# Names of branches for the stories: chosen ones, and random ones by the tools'
# own rules. Git's rule is asked of `git check-ref-format`; Subversion takes
# every name without control characters that is not empty, . or ..

# write_names FILE git|svn COUNT: a name a line, the same at every run.
write_names() {
  /usr/bin/python3 - "$@" <<'END'
import random, subprocess, sys
out, kind, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
chosen = ['feature/x#12', 'release@2', 'branches/føø', '@', 'a@', "it's", '"so"', '100%', '%2e%2e/x', '%41', 'a+b',
    'a&b=c', '$(touch x)', '`touch x`', 'x;touch x', '${HOME}', 'a|b', '<b>x</b>', '{{path}}', 'trunk/-rf', 'e\u0301',
    '日本語', '😀', 'ж/ש', 'x' * 240, 'ü/' * 100 + 'x', 'refs/x', 'HEAD', 'a,b', '!', '(x)', 'deadbeef', '0123456']
more = {'git': ['-x', '--upload-pack=touch x'.replace(' ', '\u00a0'), 'refs/heads/x', 'refs/tags/x'],
    'svn': ['two  blanks', ' before', 'after ', ' ', '*', '?', '[a]', 'a\\b', 'a..b', '.hidden', 'x.lock', '...',
        'x~1', 'x^', 'http://x'.replace('//', '\\'), '-x', 'r1:2', 'a{1}', 'x' * 900]}
letters = list('abcXYZ019') + list('#@%+=!$&\'()`,;<>|"{}_-.~^:?*[\\ /') + list('äöüßøéñžłΩжשع日本語😀') + [
    '..', '.lock', '@{', '%2e', '%25', '$(id)', '--', '&amp;']
dice = random.Random(1)

def takes(names):
    """Those of the names that the tool takes."""
    if kind == 'svn':
        return [n for n in names if all(part not in ('', '.', '..') for part in n.split('/'))]
    text = b''.join(n.encode() + b'\0' for n in names)
    check = 'while IFS= read -r -d "" n; do git check-ref-format "refs/heads/$n" && echo 1 || echo 0; done'
    said = subprocess.run(['bash', '-c', check],
        input=text, stdout=subprocess.PIPE, check=True).stdout.split()
    return [n for n, good in zip(names, said) if good == b'1']

def made(number):
    name = ''.join(dice.choice(letters) for _ in range(dice.randint(1, 12)))
    return f'{number}{name}' if dice.random() < .5 else f'{name}{number}'

names, seen = [], set()
def keep(some):
    for name in takes(some):
        parts = name.split('/')
        above = {'/'.join(parts[:n]) for n in range(1, len(parts))}
        # A folder is no branch at the same time, in Git.
        if name in seen or above & set(names): continue
        names.append(name)
        seen.update(above | {name})
keep(chosen + more[kind])
number = 0
while len(names) < count:
    keep([made(number + n) for n in range(1000)])
    number += 1000
with open(out, 'w', encoding='utf-8', newline='\n') as file:
    file.write(''.join(n + '\n' for n in names[:max(count, len(chosen))]))
END
}

# One commit, or folder, a name, and in it the file page with the name's number.
make_named_git() {
  git init --quiet --bare --initial-branch main "$repositories/git"
  /usr/bin/python3 - "$1" <<'END' | git -C "$repositories/git" fast-import --quiet
import sys
out = sys.stdout.buffer
who = b'lab <lab@lab.example> 1795305600 +0000'
def commit(name, page, first):
    out.write(b'commit refs/heads/%s\n' % name + (b'mark :1\n' if first else b''))
    out.write(b'committer %s\ndata 1\nx\n' % who + (b'' if first else b'from :1\n'))
    out.write(b'M 644 inline page\ndata %d\n%s\n' % (len(page), page))
commit(b'main', b'main', True)
for number, name in enumerate(open(sys.argv[1], 'rb').read().splitlines()): commit(name, b'%d' % number, False)
END
}

make_named_svn() {
  svnadmin create "$repositories/svn"
  /usr/bin/python3 - "$1" <<'END' | svnadmin load --quiet --ignore-uuid "$repositories/svn"
import sys
out = sys.stdout.buffer
out.write(b'SVN-fs-dump-format-version: 2\n\nRevision-number: 1\n')
out.write(b'Prop-content-length: 10\nContent-length: 10\n\nPROPS-END\n\n')
made = set()
def folder(path):
    parts = path.split(b'/')
    for n in range(1, len(parts) + 1):
        part = b'/'.join(parts[:n])
        if part not in made: out.write(b'Node-path: %s\nNode-kind: dir\nNode-action: add\n\n\n' % part)
        made.add(part)
for path in (b'shop/trunk', b'shop/branches', b'shop/tags'): folder(path)
for number, name in enumerate(open(sys.argv[1], 'rb').read().split(b'\n')[:-1]):
    path, page = b'shop/branches/' + name, b'%d' % number
    folder(path)
    out.write(b'Node-path: %s/page\nNode-kind: file\nNode-action: add\n' % path)
    out.write(b'Text-content-length: %d\nContent-length: %d\n\n%s\n\n' % (len(page), len(page), page))
END
}
