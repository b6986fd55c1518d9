using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using TestServers.Storage;

// Writes so many changes, and prints how many a second there were and the median of what each took, in seconds.
// Usage: writers console SOCKET WRITERS CHANGES: changes of reservations, each writer's on a connection of its own
//        writers steps FOLDER CHANGES: by hand the four fsyncs of such a change, one after the other
//        writers bare FOLDER CHANGES: a line that is appended, and its fsync
var (changes, took) = (int.Parse(args[^1]), new List<double>());
var clock = Stopwatch.StartNew();
if (args[0] == "console")
{
  var writers = int.Parse(args[2]);
  using var http = Client(args[1]);
  // The first ones make reservations and connections.
  await Task.WhenAll(Enumerable.Range(0, writers).Select(w => Change(http, w, -1)));
  clock.Restart();
  await Task.WhenAll(
    Enumerable
      .Range(0, writers)
      .Select(async w =>
      {
        for (var n = 0; n < changes / writers; n++)
          await Measure(() => Change(http, w, n));
      })
  );
}
else
{
  var content = new byte[8000];
  var text = new string('x', content.Length);
  var (file, journal, audit) = (In("reservations.json"), In("journal.log"), In("audit.log"));
  for (var n = 0; n < changes; n++)
  {
    await Measure(() =>
    {
      if (args[0] == "steps")
      {
        Disk.WriteInPlace(journal, text);
        Disk.Replace(file, content);
      }
      Disk.Append(audit, text[..250] + "\n");
      return Task.CompletedTask;
    });
  }
}
var seconds = clock.Elapsed.TotalSeconds;
Console.WriteLine(
  string.Create(
    CultureInfo.InvariantCulture,
    $"{took.Count / seconds:0.0} {took.Order().ElementAt(took.Count / 2):0.00000}"
  )
);

string In(string name) => Path.Combine(args[1], name);

async Task Measure(Func<Task> change)
{
  var began = Stopwatch.GetTimestamp();
  await change();
  lock (took)
    took.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
}

static HttpClient Client(string path)
{
  var handler = new SocketsHttpHandler
  {
    ConnectCallback = async (_, cancel) =>
    {
      var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
      await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
      return new NetworkStream(socket, ownsSocket: true);
    },
  };
  var http = new HttpClient(handler) { BaseAddress = new("http://console/console/") };
  http.DefaultRequestHeaders.Add("X-Remote-User", "bench");
  return http;
}

static async Task Change(HttpClient http, int writer, int number)
{
  var at = $"api/servers/qa{writer % 60 + 1:00}/reservation";
  using var answer = await http.PutAsJsonAsync(at, new { purpose = $"change {number} of {writer}", hours = 8 });
  answer.EnsureSuccessStatusCode();
}
