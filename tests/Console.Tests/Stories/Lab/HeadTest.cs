namespace TestServers.Tests.Stories.Lab;

/// <summary>HEAD through the real Apache, which asks the console for it as it came.</summary>
[Collection("lab")]
public sealed class HeadTest(LabFixture lab) : IClassFixture<LabFixture>
{
    [Theory]
    [InlineData("api/servers"), InlineData("api/bases"), InlineData("api/me"), InlineData("api/events")]
    [InlineData("healthz"), InlineData("metrics"), InlineData("openapi/v1.json"), InlineData("api/nowhere")]
    public async Task HEAD_has_the_head_of_GET_and_ends_at_once(string address)
    {
        using var anna = lab.As("anna");
        using var get = await anna.GetAsync(address, HttpCompletionOption.ResponseHeadersRead);
        using var request = new HttpRequestMessage(HttpMethod.Head, address);
        using var head = await anna.SendAsync(request).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(get.StatusCode, head.StatusCode);
        Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_log_that_is_followed_answers_HEAD_and_405_names_the_methods()
    {
        using var anna = lab.As("anna");
        using var log = new HttpRequestMessage(HttpMethod.Head, "api/builds/999999/log?follow=true");
        Assert.Equal(HttpStatusCode.NotFound, (await anna.SendAsync(log)).StatusCode);
        using var refused = await anna.Post("api/servers", new { });
        Assert.Equal(["GET", "HEAD", "OPTIONS"], refused.Content.Headers.Allow.Order());
        await refused.Problem(HttpStatusCode.MethodNotAllowed);
    }
}
