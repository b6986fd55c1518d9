namespace TestServers.Tests.Stage;

/// <summary>Calls as a script makes them.</summary>
internal static class Call
{
    public static Task<HttpResponseMessage> Put(this HttpClient http, string path, object body) =>
        http.PutAsJsonAsync(path, body);

    public static Task<HttpResponseMessage> Post(this HttpClient http, string path, object body) =>
        http.PostAsJsonAsync(path, body);

    public static Task<JsonElement> Json(this HttpClient http, string path) => http.GetFromJsonAsync<JsonElement>(path);

    public static Task<JsonElement> Json(this HttpResponseMessage answer) =>
        answer.Content.ReadFromJsonAsync<JsonElement>();

    public static string? Text(this JsonElement element, string name) =>
        element.GetProperty(name).ValueKind == JsonValueKind.Null ? null : element.GetProperty(name).ToString();

    /// <summary>
    /// A build when it has ended, or as it is after so many seconds: each call waits for a while, and is made again.
    /// </summary>
    public static async Task<JsonElement> EndOf(this HttpClient http, string? id, double seconds = 90)
    {
        var began = System.Diagnostics.Stopwatch.StartNew();
        JsonElement build;
        do build = await http.Json($"api/builds/{id}?wait=20");
        while (build.Text("endedAt") is null && began.Elapsed.TotalSeconds < seconds);
        return build;
    }

    /// <summary>Asserts a problem+json with this status, and gives back its detail.</summary>
    public static async Task<string> Problem(this HttpResponseMessage answer, HttpStatusCode status)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = await answer.Json();
        Assert.StartsWith("urn:test-server-console:", problem.Text("type"), StringComparison.Ordinal);
        return problem.Text("detail")!;
    }
}
