// A bare Kestrel that answers GET /console/api/servers with the bytes of a file: what there is to be reached.
// Usage: bare SOCKET FILE
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(args[0]));
var app = builder.Build();
var list = File.ReadAllBytes(args[1]);
app.MapGet("/console/api/servers", () => Results.Bytes(list, "application/json; charset=utf-8"));
app.Run();
