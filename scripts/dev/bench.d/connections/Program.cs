using System.Diagnostics;
using System.Globalization;
using TestServers.HostPrograms;
using TestServers.Settings;

// What a call of a host program costs by the console's own code: connections CLIENT USER KEY KNOWN PORT FOLDER RUNS
// ADDRESS... With one address it prints the seconds of RUNS calls, each on a new connection, then of RUNS on one that
// is there: `new SECONDS` and `warm SECONDS`. With several it calls all of them at once and prints `seconds N threads N
// megabytes N processes N`, the most that it saw of itself and its ssh meanwhile; and the same before the calls.
var (client, user, key, known) = (args[0], args[1], args[2], args[3]);
var (port, folder, runs) = (int.Parse(args[4]), args[5], int.Parse(args[6]));
var addresses = args[7..];
var kind = Enum.Parse<SshClientKind>(client, ignoreCase: true);
var ssh = new SshSettings(user, key, known, port, Transport: kind, ConnectSeconds: 30);

async Task<double> Call(HostProgram program, string address, string verb = "status")
{
  var watch = Stopwatch.StartNew();
  var call = new HostCall(
    Transport.To(address, address, ssh, folder),
    "guest",
    verb,
    new Dictionary<string, string>(StringComparer.Ordinal),
    TimeSpan.FromMinutes(1)
  );
  var end = await program.Run(call, CancellationToken.None);
  if (!end.Done)
    throw new InvalidOperationException(end.Message);
  return watch.Elapsed.TotalSeconds;
}

async Task Forget(string address)
{
  if (kind == SshClientKind.Sshnet)
    return;
  foreach (var socket in Directory.EnumerateFiles(folder))
  {
    string[] arguments = ["-o", $"ControlPath={socket}", "-O", "exit", address];
    using var exit = Process.Start(new ProcessStartInfo("ssh", arguments) { RedirectStandardError = true })!;
    await exit.WaitForExitAsync();
  }
}

void Say(string what) => Console.WriteLine(what);

(int Threads, long Bytes, int Processes) Usage()
{
  using var self = Process.GetCurrentProcess();
  var children = Directory
    .EnumerateDirectories("/proc")
    .Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0]))
    .Count(d => CommandOf(d).Contains(key, StringComparison.Ordinal) && Path.GetFileName(d) != $"{self.Id}");
  return (self.Threads.Count, self.WorkingSet64, children);
}

string Told((int Threads, long Bytes, int Processes) usage) =>
  string.Create(
    CultureInfo.InvariantCulture,
    $"threads {usage.Threads} megabytes {usage.Bytes / 1e6:0} processes {usage.Processes}"
  );

string CommandOf(string process)
{
  try
  {
    return File.ReadAllText(process + "/cmdline");
  }
  catch (IOException)
  {
    return "";
  }
}

if (addresses.Length == 1)
{
  for (var run = 0; run <= runs; run++)
  {
    using var connections = new SshConnections();
    await Forget(addresses[0]);
    var seconds = await Call(new HostProgram(new(), connections: connections), addresses[0]);
    // The first one compiles.
    if (run > 0)
      Say(string.Create(CultureInfo.InvariantCulture, $"new {seconds:0.0000}"));
  }
  using var kept = new SshConnections();
  var program = new HostProgram(new(), connections: kept);
  for (var run = 0; run <= runs; run++)
  {
    var seconds = await Call(program, addresses[0]);
    if (run > 0)
      Say(string.Create(CultureInfo.InvariantCulture, $"warm {seconds:0.0000}"));
  }
}
else
{
  using var kept = new SshConnections();
  var program = new HostProgram(new(), connections: kept);
  await Call(program, addresses[0]);
  Say($"before {Told(Usage())}");
  var watch = Stopwatch.StartNew();
  var all = Task.WhenAll(addresses.Select(a => Call(program, a, "wait")));
  var (threads, bytes, processes) = Usage();
  while (!all.IsCompleted)
  {
    await Task.WhenAny(all, Task.Delay(200));
    var now = Usage();
    (threads, bytes, processes) = (
      Math.Max(threads, now.Threads),
      Math.Max(bytes, now.Bytes),
      Math.Max(processes, now.Processes)
    );
  }
  await all;
  var most = Told((threads, bytes, processes));
  Say(string.Create(CultureInfo.InvariantCulture, $"seconds {watch.Elapsed.TotalSeconds:0.00} {most}"));
}
foreach (var address in addresses)
  await Forget(address);
