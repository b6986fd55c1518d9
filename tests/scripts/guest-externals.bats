#!/usr/bin/env bats
#
# Stories of Subversion's externals that an app's settings want: brought from
# the repositories that are named, and from no others.

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/guest.bash"

setup_file() { share_repositories subversion parts; }

setup() {
  make_guest
  parts=file://$repositories/parts
  sed -i "s|^repositories=.*|& $parts|" "$configuration"
  chosen="externals=$parts/* file://$repositories/svn/shop/*"
}

# Revision 2 of parts has `two` in its file; branches/with names it in every form.
make_parts() {
  local url=file://$repositories/svn/shop parts=file://$repositories/parts
  svnadmin create "$repositories/parts"
  svn checkout --quiet "$parts" "$repositories/mine"
  for text in one two; do
    mkdir -p "$repositories/mine/lib"
    echo "$text" >"$repositories/mine/lib/text"
    svn add --quiet --force "$repositories/mine/lib"
    svn commit --quiet -m "$text" "$repositories/mine"
  done
  svn mkdir --quiet -m x "$url/branches/with"
  svn checkout --quiet "$url/branches/with" "$repositories/with"
  mkdir "$repositories/with/own"
  svn add --quiet "$repositories/with/own"
  printf '# a note\n%s/lib newest\nold -r 1 %s/lib\n-r 1 %s/lib@2 "deep/two words"\n^/shop/trunk/page@3 page\n' \
    "$parts" "$parts" "$parts" >"$repositories/lines"
  svn propset --quiet svn:externals -F "$repositories/lines" "$repositories/with/own"
  svn propset --quiet svn:externals '../../trunk/deep code' "$repositories/with"
  svn commit --quiet -m with "$repositories/with"
}

leaves_out() { says "@left-out $*"; }
leaves_out_nothing() { [[ $output != *'left out'* ]] || { echo "$output" && return 1; }; }
has_text() { [[ $(<"$copy/$1") == "$2" ]]; }

@test "Externals of every form come, exactly at their revisions, and go with their path" {
  for method in new switched switched; do
    from_svn branches/with "$chosen"
    has_result "method=$method"
    leaves_out_nothing
    has_text own/newest/text two
    has_text own/old/text one
    has_text 'own/deep/two words/text' one
    has_text own/page trunk
    [[ $(svn info --show-item revision "$copy/code") -gt 4 && -e $copy/code/file1 ]]
    says 'The external own/old is '"$parts/lib"' at revision 1.'
  done
  has_result changed=false
  [ "$(echo "$copy"/.svn/console-externals/*)" = "$copy/.svn/console-externals/list" ]
  # Whatever somebody has done to them is undone.
  echo spoilt >"$copy/own/old/text"
  touch "$copy/own/old/more"
  rm -r "$copy/own/newest"
  echo spoilt >"$copy/own/page"
  from_svn branches/with "$chosen"
  has_result changed=true
  has_text own/old/text one
  has_text own/newest/text two
  has_text own/page trunk
  [ ! -e "$copy/own/old/more" ]
  from_svn trunk "$chosen"
  has_result method=switched
  [ ! -e "$copy/own" ] && [ ! -e "$copy/code" ] && [ -e "$copy/other/with" ]
  from_svn branches/with "$chosen"
  has_result method=switched
  has_text 'own/deep/two words/text' one
  # Not chosen any more: they are as if they had never been there, and that is said.
  from_svn branches/with
  has_result method=switched
  leaves_out '5 externals (code, own/newest, own/old, …): a checkout does not bring them'
  [ ! -e "$copy/own/newest" ] && [ ! -e "$copy/own/deep" ] && [ ! -e "$copy/.svn/console-externals" ]
}

@test "What may have moved in its repository comes anew, and the plan does not take it for the same" {
  svn copy --quiet -m moving "file://$repositories/svn/shop/branches/with" \
    "file://$repositories/svn/shop/branches/moving"
  svn checkout --quiet "file://$repositories/svn/shop/branches/moving" "$work/moving"
  from_svn branches/moving "$chosen"
  compare_again "$chosen"
  [[ $output != *here_untouched* ]]
  echo three >"$repositories/mine/lib/text"
  svn commit --quiet -m three "$repositories/mine"
  from_svn branches/moving "$chosen"
  has_result changed=true
  has_text own/newest/text three
  has_text own/old/text one
  echo "-r 1 $parts/lib fixed" >"$work/lines"
  svn propset --quiet svn:externals -F "$work/lines" "$work/moving"
  svn propdel --quiet svn:externals "$work/moving/own"
  svn commit --quiet -m fixed "$work/moving"
  from_svn branches/moving "$chosen"
  [ ! -e "$copy/code" ] && [ ! -e "$copy/own/newest" ] && [ ! -e "$copy/own/deep" ] && [ -d "$copy/own" ]
  compare_again "$chosen"
  has_result here_untouched=true
  echo spoilt >"$copy/fixed/text"
  compare_again "$chosen"
  [[ $output != *here_untouched* ]]
}

compare_again() {
  local revision
  revision=$(svn info --show-item revision "$copy")
  call compare app=shop kind=svn repository="file://$repositories/svn/shop" path=branches/moving \
    from_path=branches/moving "from_revision=$revision" "$@"
  has_result relation=same
}

@test "An external from elsewhere, or of a hostile form, is left out with the reason, and nothing is touched" {
  svn checkout --quiet "file://$repositories/svn/shop/branches" "$work/branches" --depth empty
  svn mkdir --quiet "$work/branches/hostile" && cd "$work/branches/hostile"
  mkdir real && svn add --quiet real
  ln -s "$work" link && svn add --quiet link
  svn commit --quiet -m x "$work/branches"
  {
    echo "$parts/lib ../out"
    echo "$parts/lib $work/absolute"
    echo "$parts/lib .SVN/x"
    echo "$parts/lib link/x"
    echo "$parts/lib real"
    echo "$parts/../svn/secret secret"
    echo "$parts/%2e%2e/x dots"
    echo "^/../../../x above"
    echo "http://elsewhere.example/x else"
    echo "-r {2020-01-01} $parts/lib dated"
    echo "--config-option=x $parts/lib option"
    echo "svn+touch://localhost/x tunnel"
    echo 'one'
  } >"$work/lines"
  # Subversion itself refuses some of these; a server need not.
  svn propset --quiet --force svn:externals -F "$work/lines" . || skip_refused
  svn commit --quiet -m hostile .
  cd "$work"
  from_svn branches/hostile "externals=$parts/* file://$repositories/*"
  last_line '@exit 0'
  leaves_out 'the external link/x: something else of branches/hostile stands there.'
  leaves_out 'the external real: something else of branches/hostile stands there.'
  leaves_out "the external secret: it comes from file://$repositories/svn/secret, which is not among the repositories"
  leaves_out 'the external else: it comes from http://elsewhere.example/x, which the app'"'"'s settings do not name'
  leaves_out 'the external tunnel: it comes from svn+touch://localhost/x, which the app'"'"'s settings do not name'
  leaves_out 'the external dated: what is said of it is no address that could be used.'
  [ ! -e "$work/srv/code/out" ] && [ ! -e "$work/x" ] && [ ! -e "$copy/.svn/x" ] && [ ! -e "$work/absolute" ]
  call compare app=shop kind=svn repository="file://$repositories/svn/shop" path=branches/hostile "externals=$parts/*"
  leaves_out 'the external else: it comes from http://elsewhere.example/x'
}

# Takes out what this Subversion does not take, line by line.
skip_refused() {
  local line
  : >"$work/taken"
  while IFS= read -r line; do
    { cat "$work/taken" && echo "$line"; } >"$work/try"
    ! svn propset --quiet svn:externals -F "$work/try" . 2>/dev/null || cp "$work/try" "$work/taken"
  done <"$work/lines"
  svn propset --quiet svn:externals -F "$work/taken" .
}

@test "An external that is gone ends the step with a sentence; the next build with it is whole" {
  from_svn branches/with "$chosen"
  mv "$repositories/parts" "$repositories/away"
  from_svn branches/with "$chosen"
  has_error "The external own/newest of branches/with could not be had from $parts/lib ("
  last_line '@exit 1'
  mv "$repositories/away" "$repositories/parts"
  from_svn branches/with "$chosen"
  has_result method=switched
  has_text own/newest/text "$(svn cat "$parts/lib/text")"
  has_text own/old/text one
  # What a kill has left locked, or half, is made anew.
  lock_like_a_killed_svn "$copy/own/old"
  rm "$copy/own/newest/.svn/wc.db"
  from_svn branches/with "$chosen"
  leaves_out_nothing
  [ "$(svnversion "$copy/own/old")" = 1 ]
}

@test "The externals of an external stay out, and are said" {
  svn update --quiet "$repositories/mine"
  svn propset --quiet svn:externals "$parts/lib@1 inner" "$repositories/mine/lib"
  svn commit --quiet -m nested "$repositories/mine"
  svn checkout --quiet "file://$repositories/svn/shop/branches" "$work/branches" --depth empty
  svn mkdir --quiet "$work/branches/nested"
  svn propset --quiet svn:externals "$parts/lib@HEAD outer" "$work/branches/nested"
  svn commit --quiet -m nested "$work/branches"
  from_svn branches/nested "$chosen"
  leaves_out 'the externals of the external outer: a checkout brings those of the path itself.'
  [ -e "$copy/outer/text" ] && [ ! -e "$copy/outer/inner" ]
}
