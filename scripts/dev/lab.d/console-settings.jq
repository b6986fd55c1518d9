# The console's settings in the lab; what a real one needs is the same.
def key($name): {user: $user, port: $ssh, key: "\($dir)/keys/\($name)", knownHosts: "\($dir)/keys/known_hosts"}
  + if $transport == "" then {} else {transport: $transport} end;
def base($name; $host; $spares; $check; $sanitize):
  {name: $name, host: $host, dump: "\($name).dump", owner: $name, spares: $spares, staleAfterHours: 26, jobs: 2,
    check: $check, sanitize: $sanitize};
def app($name; $repository; $path):
  {name: $name, repository: $repository, base: $name, defaultPath: $path,
    templates: "\($dir)/console/scripts/dev/samples/templates/\($name)", health: "{url}health",
    database: {user: $name, passwordFile: "\($dir)/secrets/\($name).password"}, secrets: {secretKey: $django}};
{
  listen: {socket: "\($dir)/run/console.sock"},
  pathBase: "/console",
  wwwroot: "\($dir)/console/wwwroot",
  state: "\($dir)/state",
  runtime: "\($dir)/run",
  hosts: [{name: "vmhost", uri: $uri, servers: "^qa[0-9]+$",
    address: "\($network).{number}", url: "http://\($network).{number}:\($guest)/",
    # libvirt cannot reset containers.
    power: (["start", "shutdown"] + if $uri | startswith("lxc") then [] else ["reset"] end)},
    if $clouds == "" then empty else {name: "cloud", servers: "^cl[0-9]+$",
      address: "\($network).{number}", url: "http://\($network).{number}:\($guest)/",
      power: ["start", "shutdown", "reset"],
      openStack: {cloudsFile: $clouds, cloud: "qa", powerCloud: "qa-power", metadata: {role: "qa"}}} end],
  guests: {ssh: (key("guest") + {answerSeconds: 15}), folder: "\($dir)/guests/{server}/srv"},
  databaseHosts: [{name: "db1", ssh: ({host: $database_address} + key("database-host")),
    address: $database_address, port: $database, copies: 2},
    # The same cluster once more, as one beside the console is reached: without ssh.
    {name: "db2", local: {program: "\($dir)/console/scripts/database-host/database-host",
      config: "\($dir)/database-host/config"},
    address: $database_address, port: $database, copies: 1}],
  bases: [base("shop"; "db1"; 1; $shop_check; $shop_sanitize),
    base("tickets"; "db2"; 1; $tickets_check; $tickets_sanitize),
    base("tickets_small"; "db2"; 0; $tickets_check; $tickets_sanitize) + {owner: "tickets"},
    base("reports"; "db1"; 1; "SELECT count(*) > 0 FROM report_day"; null) + {owner: "tickets", nights: 1}],
  apps: [
    app("shop"; {kind: "svn", url: "\($svn)shop"}; "trunk"),
    app("tickets"; {kind: "git", url: "\($git)tickets.git"}; "main") + {after: ["python3 -m compileall -q ."]},
    # As untidy as applications are. What the site uploads and makes is in folders that the web server's user may write
    # to: one that stays, and one in the working copy.
    app("photos"; {kind: "svn", url: "\($svn)photos"}; "trunk") + {base: "shop",
      database: {user: "shop", passwordFile: "\($dir)/secrets/shop.password"},
      variables: {motto: "It's \"fine\" & <b>''so''</b>, 100 % of \\ it; {{for}} you: ø"},
      folders: {venv: {python: "requirements.txt", system: true}, uploads: {link: "media"}}, migrations: "django",
      after: [{run: "\"$FOLDER_VENV/bin/python\" manage.py migrate --noinput", when: "any", minutes: 5},
        "mkdir -p previews && chmod 2770 previews \"$FOLDER_UPLOADS\""]},
    # The tickets with two databases, one of which is made from a full or a trimmed base.
    (app("desk"; {kind: "git", url: "\($git)tickets.git"}; "main") | del(.base))
      + {databases: {default: ["tickets", "tickets_small"], reports: ["reports"]},
      database: {user: "tickets", passwordFile: "\($dir)/secrets/tickets.password"}}
  ],
  tokens: [{name: "cron", sha256: $token, may: ["restore"]}],
  roles: [{role: "administrator", users: ["carla"]}],
  tags: [{servers: "^qa0[1-4]$", tags: ["64 GB"]}, {servers: "^qa0[48]$", tags: ["release"]}],
  builds: {outputMegabytes: 64},
  reservations: {defaultHours: 4, maxHours: 168}
}
