using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TestServers.Http;

namespace TestServers.Following;

/// <summary>What repositories tell of pushes.</summary>
public static class HooksApi
{
    private const int LargestBody = 1 << 20;

    // What is compared with where there is no key: it takes as long, and nobody knows it.
    private static readonly string NoKey = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));

    public static void MapHooks(this IEndpointRouteBuilder routes) =>
        routes
            .MapCalls("Following", "Have new commits built by themselves.")
            .MapPost("/api/hooks/{app}", Take)
            .As(
                "tellOfPush",
                Right.Signature,
                "Tell that there is something new in an app's repository, signed as GitHub, GitLab or Gitea do"
            )
            .MayBeRepeated()
            .WithMetadata(new AnyBody(), new RequestSizeLimitAttribute(LargestBody));

    // What is built, the repository says alone: of the body only its signature counts.
    private static Accepted Take(
        AppName app,
        HttpContext context,
        CurrentSettings settings,
        Follower follower,
        ILogger<Follower> log
    )
    {
        var known = settings.Now.App(app);
        var key = known?.Follow?.HookSecretFile is { } file ? KeyIn(file, log) : null;
        var request = context.Request;
        var isRight = HookSignature.IsRight(key ?? NoKey, header => request.Headers[header], AnyBody.Of(context).Span);
        if (key is null || key.Length == 0 || !isRight)
            throw Problem.Unauthorized(
                "No hook of this app is signed so. Its key is in the file that the settings name as "
                    + "`follow.hookSecretFile` of the app, and it comes in X-Hub-Signature-256, X-Gitea-Signature or "
                    + "X-Gitlab-Token."
            );
        follower.AskNow(known!);
        return TypedResults.Accepted((string?)null);
    }

    // Read at each time, so that a key can be replaced. Who sends a hook is not told that it cannot be.
    private static string? KeyIn(string file, ILogger log)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.LogWarning("The key of hooks cannot be read: {Reason}", e.Message);
            return null;
        }
    }
}
