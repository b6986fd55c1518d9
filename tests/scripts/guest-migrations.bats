#!/usr/bin/env bats
#
# Stories of a database's migrations beside those of the code, on a guest: told
# after the steps, and before a build whose database stays.
#
# shellcheck disable=SC2016 # what must stay what it is
# shellcheck disable=SC2030,SC2031 # each test is a subshell

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/guest.bash"

setup_file() { share_repositories migrations; }

# In both repositories: the trunk has 0001 and 0002 of the shop, a branch has 0001 and 0003, another has none.
make_migrations() {
  local url=file://$repositories/svn/shop tree=$repositories/tree
  svnadmin create "$repositories/svn"
  git init --quiet --initial-branch main "$repositories/git"
  git -C "$repositories/git" config user.name lab
  git -C "$repositories/git" config user.email lab@lab.example
  mkdir -p "$tree"
  echo page >"$tree/page"
  keep_branch bare
  mkdir -p "$tree/apps/shop/migrations"
  touch "$tree"/apps/shop/migrations/{__init__,helper,0001_first,0003_other}.py
  keep_branch other
  mv "$tree"/apps/shop/migrations/000{3_other,2_second}.py
  keep_branch main
}

keep_branch() {
  svn import --quiet -m "$1" "$tree" "$url/$1"
  git -C "$repositories/git" checkout --quiet -b "$1"
  git -C "$repositories/git" rm -rq --ignore-unmatch .
  cp -r "$tree/." "$repositories/git/"
  git -C "$repositories/git" add .
  git -C "$repositories/git" commit --quiet -m "$1"
}

setup() {
  make_guest
  tells=$work/tells
}

# steps BUILD LINE...: of which that is what the app's command says.
steps() {
  printf '%s\n' "${@:2}" >"$tells"
  call steps app=shop limit=20 step.1=true "migrations=cat $tells; echo noise" console=0123456789ab "build=$1"
}

# plan KIND PATH SINCE [CONSOLE]: what a build of that would say of a database that build SINCE has made.
plan() {
  call compare app=shop "kind=$1" "repository=$(repository "$1")" "path=$2" "migrations_since=$3" \
    "console=${4-0123456789ab}"
  last_line '@exit 0'
  found=$(sed -n 's/^@result migration\.[0-9]*\.\(name\|side\)=//p' <<<"$output" | paste -sd ' ')
}

repository() { case $1 in svn) echo "file://$repositories/svn/shop" ;; git) echo "file://$repositories/git" ;; esac }

trunk=('known shop.0001_first' 'known shop.0002_second' 'known auth.0001_initial' 'own shop'
  'applied shop.0001_first' 'applied auth.0001_initial' 'applied gone.0009_x')

@test "what code and database have not in common is said after the steps" {
  from_git main
  steps 7 "${trunk[@]}" 'applied shop.0003_other'
  has_result steps=1
  says '@left-out migrations of the database: it has 2 (gone.0009_x, shop.0003_other) that this code does not know.'
  says '@left-out migrations of the code: 1 (shop.0002_second) that the database has not had.'
  steps 8 'known a.1' 'applied a.1' 'replaced a.0' 'applied a.0'
  run ! grep -q '^@left-out' <<<"$output"
}

@test "a command that fails, or says nothing that is one, stops no build" {
  from_git main
  call steps app=shop limit=20 step.1=true 'migrations=echo applied a.1; echo why >&2; exit 3'
  has_result steps=1
  says $'\nwhy\n'
  says '@left-out the migrations of the database beside those of the code: what asks for them has failed (exit code 3)'
  steps 7 'applied $(touch x)' 'applied a b' 'known' 'applied a[$(touch x)]'
  has_result steps=1
  [ ! -e "$copy/x" ]
}

# foresee KIND FROM
foresee() {
  "$2" main
  steps 7 "${trunk[@]}" 'applied shop.0002_second'
  plan "$1" main 7
  has_result migrations=compared
  [ "$found" = '' ] || { echo "$found" && false; }
  plan "$1" other 7
  [ "$found" = 'shop.0002_second unknown shop.0003_other pending' ] || { echo "$found" && false; }
  # Nothing of it is left in the code, and what is not the code's own is not looked for there.
  plan "$1" bare 3
  [ "$found" = 'shop.0001_first unknown shop.0002_second unknown' ] || { echo "$found" && false; }
}

@test "git: what the kept database has and the wanted code has not is told before" { foresee git from_git; }

@test "svn: what the kept database has and the wanted code has not is told before" { foresee svn from_svn; }

@test "an app whose label is not its folder's name is found where it says" {
  from_git main
  steps 7 'known store.0001_first' 'applied store.0001_first' 'applied store.0002_second' 'own store=apps/shop'
  says '@left-out migrations of the database: it has 1 (store.0002_second) that this code does not know.'
  plan git main 7
  has_result migrations=compared
  [ "$found" = '' ] || { echo "$found" && false; }
  plan git other 7
  [ "$found" = 'store.0002_second unknown store.0003_other pending' ] || { echo "$found" && false; }
}

@test "of a database that was replaced since, and of another console's, nothing is told" {
  from_git main
  plan git other 1
  run ! grep -q '^@result migration' <<<"$output"
  steps 7 "${trunk[@]}"
  for since in 8 70; do
    plan git other "$since"
    run ! grep -q '^@result migration' <<<"$output"
  done
  plan git other 7 ba9876543210
  run ! grep -q '^@result migration' <<<"$output"
  # A note that was cut is none.
  sed -i '$d' "$work/srv/.built/migrations.shop"
  plan git other 7
  run ! grep -q '^@result migration' <<<"$output"
  # One whose steps have failed is none, either: they may have applied some.
  steps 7 "${trunk[@]}"
  call steps app=shop limit=20 step.1=false "migrations=cat $tells" console=0123456789ab build=8
  plan git other 7
  run ! grep -q '^@result migration' <<<"$output"
}

@test "Django's own are told by its loader" {
  /usr/bin/python3 -c 'import django' 2>/dev/null || skip 'there is no Django here'
  from_git main
  mkdir -p "$copy/shop/migrations" site
  touch "$copy"/shop/{__init__,migrations/__init__}.py
  for number in 1 2; do
    printf 'from django.db import migrations\nclass Migration(migrations.Migration):\n  dependencies = []\n' \
      >"$copy/shop/migrations/000$number.py"
  done
  printf '%s\n' "SECRET_KEY = 'x'" "INSTALLED_APPS = ['shop']" "DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'" \
    "SQLITE = 'django.db.backends.sqlite3'" \
    "DATABASES = {'default': {'ENGINE': SQLITE, 'NAME': '$work/data'}," \
    "  'reports': {'ENGINE': SQLITE, 'NAME': '$work/reports'}, 'away': {'ENGINE': SQLITE, 'NAME': '/none/x'}}" \
    >site/settings.py
  (
    cd "$copy" && PYTHONPATH=$work/site:$copy DJANGO_SETTINGS_MODULE=settings /usr/bin/python3 -B - <<'END'
import django
django.setup()
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
for alias, names in ('default', ('0001', '0009')), ('reports', ('0002', '0010')):
    recorder = MigrationRecorder(connections[alias])
    recorder.ensure_schema()
    for name in names:
        recorder.record_applied('shop', name)
END
  )
  PATH=/usr/bin:/bin call steps app=shop limit=20 migrations=django "file.settings.py=$(base64 -w 0 site/settings.py)" \
    "file.wsgi.py=$(base64 <<<w)" "file.apache.conf=$(base64 <<<a)"
  last_line '@exit 0'
  says '@left-out migrations of the database: it has 2 (shop.0009, shop.0010) that this code does not know.'
  says 'The database away cannot be asked for its migrations'
  says '@left-out migrations of the code: 1 (shop.0002) that the database has not had.'
}
