#!/usr/bin/env bats
#
# Stories of why a repository could not be read, as the tools tell it: of all
# their lines the one with the cause, whatever bytes are among them.
#
# shellcheck disable=SC1091,SC2034,SC2154 # errors and reason are of the files that are tried

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/guest.bash"

setup_file() { share_repositories git; }

# tells REASON LINE...: that is the reason in these lines.
tells() {
  local wanted=$1
  shift
  printf '%b\n' "$@" >errors
  find_reason
  [ "$reason" = "$wanted" ] || { echo "$reason, and not $wanted" && return 1; }
}

@test "the line with the cause is the reason, not the summary after it and not the advice" {
  source "$scripts/shared/output"
  source "$scripts/guest/repository"
  errors=errors
  local advice=('' 'Please make sure you have the correct access rights' 'and the repository exists.')
  tells 'ssh: connect to host git.example.com port 22: Connection refused' \
    'ssh: connect to host git.example.com port 22: Connection refused\r' \
    'fatal: Could not read from remote repository.' "${advice[@]}"
  tells 'git@git.example.com: Permission denied (publickey).' \
    'git@git.example.com: Permission denied (publickey).' 'fatal: Could not read from remote repository.' "${advice[@]}"
  tells 'Host key verification failed.' 'Host key verification failed.' \
    'fatal: Could not read from remote repository.' "${advice[@]}"
  tells 'fatal: Could not read from remote repository.' 'fatal: Could not read from remote repository.' "${advice[@]}"
  tells "fatal: unable to access 'https://git.example.com/': Could not resolve host: git.example.com" \
    "fatal: unable to access 'https://git.example.com/': Could not resolve host: git.example.com"
  tells 'error: RPC failed; curl 28 Operation too slow' 'error: RPC failed; curl 28 Operation too slow' \
    'fatal: early EOF' 'fatal: fetch-pack: invalid index-pack output'
  tells "fatal: repository 'https://git.example.com/x/' not found" 'remote: Repository not found.' \
    "fatal: repository 'https://git.example.com/x/' not found"
  tells 'fatal: remote error: no such thing' 'warning: x\0y' 'fatal: remote error:\0 no such thing' 'hint: look there'
  tells "svn: E000111: Can't connect to host 'svn': Connection refused" \
    "svn: E170013: Unable to connect to a repository at URL 'svn://svn/x'" \
    "svn: E000111: Can't connect to host 'svn': Connection refused"
  tells 'ssh: connect to host svn port 22: No route to host' 'ssh: connect to host svn port 22: No route to host' \
    "svn: E170013: Unable to connect to a repository at URL 'svn+ssh://svn/x'" \
    "svn: E210002: To better debug SSH connection problems, remove the -q option from 'ssh'" \
    'svn: E210002: Network connection closed unexpectedly'
  tells 'svn: E210002: Network connection closed unexpectedly' 'svn: E170013: Unable to connect' \
    'svn: E210002: Network connection closed unexpectedly'
  tells "svn: E155004: Working copy 'x' locked" "svn: E155004: Working copy 'x' locked" \
    "svn: E155004: Run 'svn cleanup' to remove locks"
  tells 'it says no reason' ''
}

# speak_through SCRIPT: ssh is that.
speak_through() {
  export HOME=$work/home
  mkdir -p "$HOME"
  printf '#!/bin/sh\n%s\n' "$1" >"$HOME/ssh"
  chmod +x "$HOME/ssh"
  git config --global core.sshCommand "$HOME/ssh"
  sed -i 's|^repositories=|&ssh://git.example.com |' "$configuration"
}

@test "git: words with NULs and bytes that are no text are told, with the right reason and advice" {
  speak_through 'printf "banner \\0\\377\\n" >&2; printf "fatal: \\0not today\\377\\n" >&2; exit 128'
  call checkout app=shop kind=git repository=ssh://git.example.com/x path=main
  says '@error Git could not get main from ssh://git.example.com/x (fatal:  not today'
  says '). Check that the repository exists, runs and lets this server in'
  [[ $output != *'null byte'* ]]
  speak_through 'printf "\\0\\nssh: connect to host git.example.com port 22: Connection timed out\\r\\n" >&2; exit 255'
  call checkout app=shop kind=git repository=ssh://git.example.com/x path=main
  has_error '(ssh: connect to host git.example.com port 22: Connection timed out). Check that'
}
