#!/usr/bin/env bats
#
# Stories of a virtual environment on a guest: made when it is missing, brought
# up to date when it is to have something else, and never believed to be whole
# when it is not. Packages come from a folder of this story's own.
#
# shellcheck disable=SC2016 # the variables are the steps'
# shellcheck disable=SC2030,SC2031 # each test is a subshell

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/guest.bash"

setup_file() {
  export BATS_TEST_TIMEOUT=120 wheels=$BATS_FILE_TMPDIR/wheels
  export PATH=/usr/bin:/bin repositories=$BATS_FILE_TMPDIR
  mkdir "$wheels"
  make_wheel one 1
  make_wheel one 2
  make_wheel two 1
}

# make_wheel NAME VERSION: a package of one module.
make_wheel() {
  python3 -c 'import sys, zipfile
name, version, folder = sys.argv[1:]
info = f"{name}-{version}.dist-info/"
with zipfile.ZipFile(f"{folder}/{name}-{version}-py3-none-any.whl", "w") as wheel:
    wheel.writestr(f"{name}.py", f"print(\"{name} {version}\")\n")
    wheel.writestr(info + "METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    wheel.writestr(info + "RECORD", f"{name}.py,,\n{info}METADATA,,\n{info}WHEEL,,\n{info}RECORD,,\n")' \
    "$1" "$2" "$wheels"
}

setup() {
  make_guest
  mkdir -p "$copy"
  venv=$work/srv/kept/shop/venv step='"$FOLDER_VENV/bin/python" -m one'
}

# needs LINE...: that is what the code asks for.
needs() { printf '%s\n' "$@" >"$copy/requirements.txt"; }

# build [VALUE...]: the steps, with the environment before them.
build() {
  call steps app=shop "limit=${limit-60}" folders=venv folder.venv.python=requirements.txt \
    "folder.venv.pip=--no-index --find-links=$wheels" "step.1=$step" "$@"
}

@test "it is made when it is missing, and nothing is started when it has what is asked for" {
  needs 'one==1'
  build
  has_result steps=1
  says "Folder venv: making the virtual environment with /usr/bin/python3."
  says $'\none 1\n@progress 1.00'
  program=$work/traced
  printf '#!/bin/sh\nexec strace -f -qq -e trace=execve -e signal=none -o "%s/trace" "%s" "$@"\n' "$work" \
    "$scripts/guest/guest" >"$program"
  chmod +x "$program"
  step=true build
  has_result steps=1
  says 'Folder venv: the virtual environment has what requirements.txt asks for.'
  run ! grep -q python "$work/trace"
}

@test "it is brought up to date by what is asked for, also in files that are named there" {
  needs '-r more/base.txt' 'two'
  mkdir "$copy/more"
  echo 'one==1' >"$copy/more/base.txt"
  build
  says $'\none 1\n'
  touch "$venv/of-the-first"
  echo 'one==2' >"$copy/more/base.txt"
  build
  has_result steps=1
  says 'Folder venv: bringing the virtual environment up to date by requirements.txt.'
  says $'\none 2\n'
  build
  says 'has what requirements.txt asks for'
  # Other options are another question; another place, or another Python, is another environment.
  build "folder.venv.system=true"
  says 'Folder venv: making the virtual environment'
  [ ! -e "$venv/of-the-first" ]
  mv "$work/srv" "$work/moved"
  sed -i "s|^folder=.*|folder=$work/moved|" "$configuration"
  build "folder.venv.system=true"
  says 'Folder venv: making the virtual environment'
  has_result steps=1
}

@test "a package of the code itself is installed anew with each revision, one that is linked to with its own words" {
  local own=$copy/libs/own
  make_own_package
  needs './libs/own' 'two'
  built_of 7
  step='"$FOLDER_VENV/bin/python" -m own' build
  says $'\nown first\n'
  step=true build
  says 'has what requirements.txt asks for'
  sed -i s/first/second/ "$own/own.py"
  built_of 8
  step='"$FOLDER_VENV/bin/python" -m own' build
  says 'bringing the virtual environment up to date'
  says $'\nown second\n'
  # What is linked to is the code as it is.
  needs '-e libs/own'
  step=true build
  built_of 9
  step=true build
  says 'has what requirements.txt asks for'
  echo '# more' >>"$own/pyproject.toml"
  step=true build
  says 'bringing the virtual environment up to date'
}

# What a checkout of this revision notes.
built_of() {
  mkdir -p "$work/srv/.built"
  printf '\x1f\x1f\x1f\x1fshop\x1ftrunk\x1f%s\x1f\n' "$1" >"$work/srv/.built/code.shop"
}

# A package that builds itself, as nothing can be fetched here.
make_own_package() {
  mkdir -p "$own"
  echo 'print("own first")' >"$own/own.py"
  printf '%s\n' '[build-system]' 'requires = []' 'build-backend = "maker"' 'backend-path = ["."]' >"$own/pyproject.toml"
  cat >"$own/maker.py" <<'END'
import os, zipfile
def make(folder, files):
    name = 'own-1-py3-none-any.whl'
    info = 'own-1.dist-info/'
    files[info + 'METADATA'] = 'Metadata-Version: 2.1\nName: own\nVersion: 1\n'
    files[info + 'WHEEL'] = 'Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n'
    files[info + 'RECORD'] = ''.join(f'{file},,\n' for file in [*files, info + 'RECORD'])
    with zipfile.ZipFile(os.path.join(folder, name), 'w') as wheel:
        for file, text in files.items():
            wheel.writestr(file, text)
    return name
def build_wheel(folder, config_settings=None, metadata_directory=None):
    return make(folder, {'own.py': open('own.py').read()})
def build_editable(folder, config_settings=None, metadata_directory=None):
    return make(folder, {'own.pth': os.getcwd() + '\n'})
END
}

@test "what pip cannot get is told, what was there still works, and the next build tries again" {
  needs 'one==1'
  build
  needs 'one==1' 'three'
  build
  [ "$status" -eq 1 ]
  has_error 'The virtual environment venv of shop could not be brought up to date: pip ended with exit code 1'
  says 'ERROR: No matching distribution found for three'
  [ "$("$venv/bin/python" -m one)" = 'one 1' ]
  build
  [ "$status" -eq 1 ]
  says 'bringing the virtual environment up to date'
  needs 'one==2'
  build
  has_result steps=1
  says $'\none 2\n'
}

@test "one that is killed half-way, or ended by the limit, is made from nothing" {
  needs 'one==1'
  build
  mkfifo "$work/never"
  needs "-c $work/never" 'one==1'
  limit=8 build
  [ "$status" -eq 1 ]
  has_error 'could not be brought up to date: the steps took longer than their limit of 8 s'
  run "$program" "$configuration" steps \
    < <(send app=shop limit=60 folders=venv folder.venv.python=requirements.txt step.1=true && kill_pip)
  [[ $output != *@exit* ]]
  needs 'one==1'
  build
  says 'Folder venv: making the virtual environment'
  says $'\none 1\n'
  has_result steps=1
}

# With everything around it, as a power cut does; none of it has time to clean up.
kill_pip() {
  local all
  await 30 pgrep -u "$EUID" -f "$venv/bin/python -I -m pip" >/dev/null
  mapfile -t all < <(pgrep -u "$EUID" -f "$configuration|$venv/bin/python -I -m pip")
  kill -KILL "${all[@]}"
}

@test "code without the file of requirements is told before anything is made" {
  build
  [ "$status" -eq 1 ]
  has_error 'The virtual environment venv of shop cannot be made: its code has no file requirements.txt'
  [ -z "$(ls -A "$venv")" ]
}

@test "a server without Python says so, and a folder that may not be written is named" {
  needs 'one==1'
  mkdir "$work/bin"
  find /usr/bin -maxdepth 1 ! -name 'python*' -exec ln -s -t "$work/bin" {} +
  printf '#!/bin/sh\nPATH=%s exec "%s" "$@"\n' "$work/bin" "$scripts/guest/guest" >"$work/without"
  chmod +x "$work/without"
  program=$work/without build
  [ "$status" -eq 1 ]
  has_error 'There is no python3 on this server'
  [ "$EUID" -ne 0 ] || skip 'root may write everywhere'
  chmod 500 "$venv"
  build
  chmod 700 "$venv"
  has_error "$venv cannot be written: .*chmod u+rwX"
}

@test "a full disk is told in the tool's words, and the next build makes it from nothing" {
  needs 'one==1'
  mkdir -p "$work/disk" "$work/srv/kept/shop/venv"
  cat >"$work/story" <<'END'
mount -t tmpfs -o size=4m none "$3" || exit 99
mkfifo pipe && exec 9<>pipe && rm pipe
printf '%s\n' protocol=1 app=shop limit=60 folders=venv folder.venv.python=requirements.txt step.1=true '' >&9
"$1" "$2" steps <&9
END
  run unshare --user --map-root-user --mount bash story "$program" "$configuration" "$venv"
  [ "$status" -ne 99 ] && [[ $output == *@exit* ]] || skip 'a small disk needs root or user namespaces'
  [ "$status" -eq 1 ]
  has_error 'The virtual environment venv of shop could not be .*: the disk of this server is full'
  build
  says 'Folder venv: making the virtual environment'
  has_result steps=1
}
