# What people read of the console's answers. Names, purposes and messages are others' words: what a terminal would
# act upon, and what nobody sees, is taken out.

def plain: tostring | gsub("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]"; "");

def cut($most): if length > $most then .[:$most - 1] + "…" else . end;

# A line of a log: as plain, with tabs; and with colours where they are wanted, ended with the line.
def logged($colours):
  if test("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]") then
    gsub("(?<colour>\u001b\\[[0-9;:]*m)|(?!\t)[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]";
      if $colours == "" then "" else .colour // "" end)
    | if contains("\u001b") then . + "\u001b[0m" else . end
  else . end;

# While nobody says anything, a log that is followed has dots.
def is_silence: test("^[0-9:]{8} silence +[.]*$");

def instant: sub("[.][0-9]+"; "") | sub("[+]00:00$"; "Z") | fromdate;

def later($hours): instant + $hours * 3600 | todate;

def when:
  instant as $time | (if ($time | strflocaltime("%F")) == (now | strflocaltime("%F")) then "" else "%a %e %b, " end)
  + "%H:%M" as $form | $time | strflocaltime($form);

def table:
  (map(map(length)) | transpose | map(max)) as $widths
  | .[] | [., $widths] | transpose | map(.[0] + " " * (.[1] - (.[0] | length))) | join("  ") | sub(" +$"; "");

def what_runs:
  if . == null then "" else
    "\(.app) \(.path // "")" + if .result == "succeeded" then "" else " (\(.result))" end
  end | plain | cut(40);

def who_now:
  if .reservation then .reservation.holder
  elif .line.turn then "held for \(.line.turn.person)"
  elif .unusable then (if .state == "running" then "not to be used" else .state end)
  else "free" end | plain | cut(24);

def servers:
  [.servers[] | [
    (.name | plain), who_now,
    (.reservation // .line.turn | if . then "until \(.until | when)" else "" end),
    (.build | if . then "build \(.id) \(.state)" else "" end),
    (.configuration | what_runs),
    (.reservation.purpose // "" | plain | cut(40))
  ]] | if length == 0 then "There is no server." else table end;

def waiting:
  .line.waiting[]? | "  \(.person) waits since \(.since | when): \(.purpose)"
    + if .likely then ", whose turn is probably at \(.likely | when)" else "" end;

def who_has:
  (if .reservation then
     .reservation as $r | "\(.name): \($r.holder), since \($r.since | when) until \($r.until | when): \($r.purpose)"
       + if ($r.sharedWith | length) > 0 then ", shared with \($r.sharedWith | join(", "))" else "" end
   elif .line.turn then "\(.name): held for \(.line.turn.person) until \(.line.turn.until | when)"
   elif .unusable then "\(.name): nobody. \(.unusable)"
   else "\(.name): nobody" end,
   waiting) | plain;

def all_who_have:
  [.servers[] | select(.reservation or .line)]
  | if length == 0 then "Nobody has a server." else .[] | who_has end;

def place($own):
  "place \(.place): \(if $own then "you" else .person end), "
  + (if .watch then "watching " else "for " end)
  + (.server // ("any server" + if .host then " of \(.host)" else "" end + if .app then " for \(.app)" else "" end
       + if (.tags // [] | length) > 0 then " with \(.tags | join(", "))" else "" end))
  + (if .purpose then ": \(.purpose)" else "" end)
  + (if .turn then "; it is held until \(.turn.until | when)"
       + if $own then ": tsc reserve \(.turn.server)" else "" end
     elif .watch then ""
     else "; \(.ahead) before" + if .likely then ", probably at \(.likely | when)" else "" end end)
  | plain;

def lines:
  (.own | map(.place)) as $own
  | if (.places | length) == 0 then "Nobody waits."
    else (.own[] | place(true)), (.places[] | select(.place as $p | $own | index($p) | not) | place(false)) end;

def yours($server): "\($server) is yours until \(.until | when): \(.purpose)" | plain;

# Where a build is.
def progress:
  "build \(.id) " + (if .state == "queued" then "waits" + if .waitsFor then ": \(.waitsFor)" else "" end
    else ([.steps[] | select(.state == "running") | .name] | if length > 0 then "runs: " + join(", ") else "runs" end)
    end)
  | plain;

def ended:
  ("build \(.id) \(.state)" + if .seconds then " after \(.seconds | floor) s" else "" end
    + if .state == "succeeded" and .off then ": \(.message)"
      elif .state == "succeeded" then
        ": \(.app) \(.result.path // .path)" + (if .result.revision then " at \(.result.revision[:12])" else "" end)
        + " on \(.server)" + (if .result.dataTime then ", data of \(.result.dataTime | when)" else "" end)
      else ": \(.message // "it does not say why") The log: tsc log \(.id)" end,
   (.leftOut[]? | "  left out: \(.)")) | plain;

def size: if . == null then "of unknown size" else
    [["B", 1], ["kB", 1e3], ["MB", 1e6], ["GB", 1e9], ["TB", 1e12]] as $units
    | . as $bytes | (($units | map(select(.[1] <= $bytes)) | last) // $units[0]) as [$unit, $one]
    | "\($bytes / $one * 10 | round / 10) \($unit)" end;

def apps($server):
  [.apps[] | [
    (.app | plain),
    (if .site then "site" else "no site" end),
    (if .path then "\(.path)\(if .revision then " at \(.revision[:12])" else "" end)"
       + if .incomplete then ", incomplete" else "" end else "no code" end | plain | cut(40)),
    (.copies | map("\(.database), \(.size | size)") | join("; ") | plain),
    (if .dataTime then "data of \(.dataTime | when)" else "" end),
    (if (.folders | length) > 0 then "stays: \(.folders | join(", "))" else "" end | plain),
    (if .former then "not in the settings" else "" end)
  ]] | if length == 0 then "Nothing is on \($server)." else table end;

def back:
  if .state != "kept" then "being kept" elif .whyNot then "not here" elif .quick then "at once"
  elif .backSeconds then "takes \(.backSeconds | ceil) s" else "takes a copy" end;

def savepoints($server):
  (if .last.problem then
     "\(if .last.back then "Going back to" else "Keeping" end) \(.last.name) has failed: \(.last.problem)" | plain
   else empty end),
  ([(.savepoints + .others)[] | [
    (.id | tostring), (.name | plain | cut(40)), (if .server == $server then "" else "of \(.server)" end | plain),
    ("by \(.by), \(.at | when)" | plain), (.size | size), back, "until \(.droppedAt | when)", (.note | plain | cut(40))
  ]] | if length == 0 then "Nothing is kept." else table end);
