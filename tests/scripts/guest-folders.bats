#!/usr/bin/env bats
#
# Stories of the folders that stay on a guest: made, given to the steps, linked
# from the working copy, and never touched by a checkout.

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/guest.bash"

setup_file() { share_repositories subversion git branches_with_own_media; }

# A folder and a file of the repository's where others have the link.
make_branches_with_own_media() {
  local url=file://$repositories/svn/shop
  mkdir "$repositories/media"
  echo own >"$repositories/media/own"
  svn copy --quiet -m own "$url/trunk" "$url/branches/own"
  svn import --quiet -m own "$repositories/media" "$url/branches/own/media/uploads"
  git -C "$repositories/git" checkout --quiet -b own main
  mkdir -p "$repositories/git/media/uploads"
  echo own >"$repositories/git/media/uploads/own"
  git -C "$repositories/git" add media
  git -C "$repositories/git" commit --quiet -m own
  git -C "$repositories/git" checkout --quiet main
}

setup() {
  make_guest
  kept=$work/srv/kept/shop
}

folders=('folders=uploads cache' folder.uploads.link=media/uploads folder.cache.link=cache)

# is_linked: and what is behind the link is there.
is_linked() {
  [ "$(readlink "$copy/media/uploads")" = "$kept/uploads" ]
  [ "$(<"$copy/media/uploads/photo")" = photo ]
  [ "$(readlink "$copy/cache")" = "$kept/cache" ]
  [ "$(<"$kept/cache/page")" = cached ]
}

fill_folders() {
  echo photo >"$copy/media/uploads/photo"
  echo cached >"$copy/cache/page"
}

# stay_through FROM PATH OTHER
stay_through() {
  "$1" "$2" "${folders[@]}"
  has_result method=new
  [ -d "$kept/cache" ]
  fill_folders
  is_linked
  "$1" "$2" "${folders[@]}"
  has_result method=switched
  is_linked
  "$1" "$3" "${folders[@]}"
  has_result method=switched
  is_linked
  # The link goes with the settings, and the folder does not.
  "$1" "$3"
  [ ! -e "$copy/media" ] && [ ! -e "$copy/cache" ]
  [ "$(<"$kept/cache/page")" = cached ]
  [ "$(<"$kept/uploads/photo")" = photo ]
  # The working copy is made anew.
  rm -rf "$copy/.svn" "$copy/.git"
  "$1" "$2" "${folders[@]}"
  has_result method=new
  is_linked
}

@test "svn: a folder and the link to it stay through every checkout" {
  stay_through from_svn trunk 'branches/fast = é@2'
}

@test "git: a folder and the link to it stay through every checkout" {
  stay_through from_git main feature/fast
}

# give_way FROM PATH OWN
give_way() {
  "$1" "$2" "${folders[@]}"
  fill_folders
  "$1" "$3" "${folders[@]}"
  says '@left-out the link media/uploads to the folder uploads that stays: the repository has something of its own'
  last_line '@exit 0'
  [ ! -L "$copy/media/uploads" ]
  [ "$(<"$copy/media/uploads/own")" = own ]
  [ "$(ls "$kept/uploads")" = photo ]
  "$1" "$2" "${folders[@]}"
  last_line '@exit 0'
  is_linked
}

@test "svn: where the repository has something of its own there is no link, and nothing of the folder is lost" {
  give_way from_svn trunk branches/own
}

@test "git: where the repository has something of its own there is no link, and nothing of the folder is lost" {
  give_way from_git main own
}

@test "git: the link is there all the time, also while others upload" {
  from_git main "${folders[@]}"
  before=$(stat --format='%i %Z' "$copy/media/uploads" "$copy/cache")
  echo junk >"$copy/media/junk"
  from_git feature/fast "${folders[@]}"
  [ "$(stat --format='%i %Z' "$copy/media/uploads" "$copy/cache")" = "$before" ]
  [ ! -e "$copy/media/junk" ]
}

@test "what the application has put in the link's place is removed as a checkout does, and a link elsewhere is none" {
  from_git main "${folders[@]}"
  rm "$copy/media/uploads"
  mkdir "$copy/media/uploads"
  echo x >"$copy/media/uploads/x"
  from_git main "${folders[@]}"
  [ "$(readlink "$copy/media/uploads")" = "$kept/uploads" ]
  mkdir elsewhere
  ln -sfn "$work/elsewhere" "$copy/media/uploads"
  from_git main "${folders[@]}"
  [ "$(readlink "$copy/media/uploads")" = "$kept/uploads" ]
  [ -d elsewhere ]
}

@test "steps find each folder in their environment, and a step alone makes them, too" {
  from_git main
  # shellcheck disable=SC2016 # the step's
  call steps app=shop limit=20 "${folders[@]}" 'step.1=echo "$FOLDER_UPLOADS $FOLDER_CACHE"' \
    'step.2=echo new >media/uploads/new'
  has_result steps=2
  says $'\n'"$kept/uploads $kept/cache"$'\n'
  [ "$(<"$kept/uploads/new")" = new ]
}

@test "a link in a folder's place is refused before the code is touched" {
  from_git main
  mkdir -p elsewhere "$kept"
  ln -s "$work/elsewhere" "$kept/uploads"
  from_git feature/fast "${folders[@]}"
  [ "$status" -eq 1 ]
  has_error "$kept/uploads is a link, and a folder that stays must be one itself"
  [ "$(<"$copy/page")" = two ]
  call steps app=shop limit=20 "${folders[@]}" step.1=true
  has_error "$kept/uploads is a link"
}

@test "a file in a folder's place is told with its remedy" {
  mkdir -p "$kept"
  touch "$kept/uploads"
  from_git main "${folders[@]}"
  [ "$status" -eq 1 ]
  has_error "$kept/uploads is no folder, and one of shop that stays is to be there. Move it away"
}

@test "names and places that could lead elsewhere are refused" {
  for name in .. a/b Uploads code site 1a a-b; do
    from_git main "folders=$name"
    [ "$status" -eq 2 ] || { echo "$name is taken" && false; }
  done
  for place in / /etc ../x a/../b .git/hooks a/.svn -x 'a b' a//b a/; do
    from_git main folders=uploads "folder.uploads.link=$place"
    [ "$status" -eq 2 ] || { echo "$place is taken" && false; }
    call steps app=shop limit=20 folders=venv "folder.venv.python=$place"
    [ "$status" -eq 2 ] || { echo "$place is taken" && false; }
  done
  from_git main folders=uploads folder.other.link=x
  has_error 'takes no value folder.other.link'
}

@test "every folder that stays is told, whatever the settings name by now" {
  call status
  [[ $output != *'@result kept.'* ]] || return 1
  from_git main "${folders[@]}"
  mkdir "$kept/../other" "$kept/../other/old"
  ln -s /etc "$kept/link"
  call status
  has_result "kept.0=${kept%/*}/other/old" "kept.1=$kept/cache" "kept.2=$kept/uploads"
  [[ $output != *'@result kept.3'* ]] || return 1
}
