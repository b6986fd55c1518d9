using System.Diagnostics;
using TestServers.Apps;
using TestServers.Foundation;
using TestServers.Settings;

// templates FOLDER: renders the three templates of a folder as a build does, in a process of its own, and prints a line
// for each figure: the first time, later times, after an edit of one file, and the memory that both took.
const int Later = 1000,
  Edits = 20;

var app = new AppSettings(AppName.From("shop")!, new(RepositoryKind.Svn, "svn://none/shop"), args[0]);
var values = Values();
string[] names = ["apache.conf", "wsgi.py", "settings.py"];
var file = names
  .SelectMany(name => new[] { name, name + ".cshtml" })
  .Select(name => Path.Combine(args[0], name))
  .Last(File.Exists);
var text = File.ReadAllText(file);
var before = Memory();
Tell("cold", Seconds(Render));
var cold = Memory();
for (var i = 0; i < Later; i++)
  Tell("warm", Seconds(Render));
for (var i = 0; i < Edits; i++)
{
  File.WriteAllText(file, $"{text}# {i}\n");
  Tell("edit", Seconds(Render));
}
Tell("megabytes", cold - before);
Tell("megabytes-an-edit", (Memory() - cold) / Edits);

void Render() => SiteTemplates.Render(app, values);

static double Seconds(Action act)
{
  var since = Stopwatch.GetTimestamp();
  act();
  return Stopwatch.GetElapsedTime(since).TotalSeconds;
}

static void Tell(string what, double figure) =>
  System.Console.WriteLine(FormattableString.Invariant($"{what} {figure:0.000000}"));

static double Memory()
{
  GC.Collect();
  using var own = Process.GetCurrentProcess();
  return own.WorkingSet64 / 1048576.0;
}

static Dictionary<string, object?> Values()
{
  static Dictionary<string, object?> Some(params string[] names) =>
    names.ToDictionary(n => n, object? (n) => n, StringComparer.Ordinal);
  return new(StringComparer.Ordinal)
  {
    ["server"] = Some("name", "address", "number", "url"),
    ["app"] = Some("name"),
    ["path"] = "branches/new-checkout",
    ["revision"] = "12",
    ["dataTime"] = "2026-01-01T00:00:00Z",
    ["build"] = Some("id", "by"),
    ["database"] = Some("name", "host", "port", "user", "password"),
    ["folders"] = Some("code", "site"),
    ["variables"] = Some("secretKey"),
  };
}
