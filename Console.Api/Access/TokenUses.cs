namespace TestServers.Access;

/// <summary>Keeps when tokens were used last: every five minutes, and at a stop.</summary>
public sealed class TokenUses(PersonalTokens tokens, ILogger<TokenUses> log) : BackgroundService
{
    private readonly Loop _loop = new(TimeSpan.FromMinutes(5), log);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await _loop.Run(_ => tokens.KeepUses(), stoppingToken);
        try
        {
            await tokens.KeepUses();
        }
        catch (IOException refused)
        {
            log.LogError("{Reason}", refused.Message);
        }
    }
}
