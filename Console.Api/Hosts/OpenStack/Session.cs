namespace TestServers.Hosts.OpenStack;

/// <summary>
/// Signed in to a cloud: one token for all calls, renewed before it ends and when Nova takes it no more. Who wants to
/// be left alone for a time is.
/// </summary>
/// <param name="resolve">The cloud as the settings and their files say it now: a secret may have been replaced.</param>
internal sealed class Session(Func<Cloud> resolve, TimeProvider clock) : IDisposable
{
    /// <summary>So long before its end a token is renewed; of one that holds shortly, a third of its life.</summary>
    private static readonly TimeSpan Before = TimeSpan.FromMinutes(5);
    private readonly SemaphoreSlim _signing = new(1);
    private CloudClient? _client;
    private string? _way;
    private KeystoneToken? _token;
    private long _given;
    private LeftAlone? _leftAlone;
    private Refusal? _refusal;

    /// <summary>So long the same login is not tried again once it was refused: too often locks a user out.</summary>
    internal static readonly TimeSpan AfterRefusal = TimeSpan.FromMinutes(1);

    public void Dispose()
    {
        _client?.Dispose();
        _signing.Dispose();
    }

    /// <summary>Calls Nova; a token that it does not take is replaced once.</summary>
    /// <exception cref="CloudFault">It could not be called, or wants to be left alone.</exception>
    public async Task<CloudAnswer> Ask(
        Func<KeystoneToken, HttpRequestMessage> call,
        int mostBytes,
        CancellationToken cancel
    )
    {
        var token = await Token(null, cancel);
        var answer = await Send(call, token, mostBytes, cancel);
        return answer.Status == 401 ? await Send(call, await Token(token, cancel), mostBytes, cancel) : answer;
    }

    private async Task<CloudAnswer> Send(
        Func<KeystoneToken, HttpRequestMessage> call,
        KeystoneToken token,
        int mostBytes,
        CancellationToken cancel
    )
    {
        EnsureWanted();
        using var request = call(token);
        return Heed(await _client!.Ask(request, Nova.Who(token), mostBytes, cancel));
    }

    /// <param name="refused">A token that is not taken any more.</param>
    private async Task<KeystoneToken> Token(KeystoneToken? refused, CancellationToken cancel)
    {
        await _signing.WaitAsync(cancel);
        try
        {
            if (_token is { } token && token != refused && clock.GetElapsedTime(_given) < Usable(token.Life))
                return token;
            EnsureWanted();
            _token = null;
            var cloud = Resolved();
            if (_refusal is { } before && before.Of == cloud.Login && clock.GetElapsedTime(before.At) < AfterRefusal)
                throw new CloudFault(before.Sentence) { IsRefusal = true };
            if (_client is null || _way != cloud.Way)
            {
                // What is under way with the one before goes on.
                (_client, _way) = (new(cloud), cloud.Way);
            }
            using var request = Keystone.SignIn(cloud);
            var asked = clock.GetTimestamp();
            var answer = Heed(await _client.Ask(request, Keystone.Who(cloud), Keystone.MostBytes, cancel));
            (_token, _given) = (Read(answer, cloud), asked);
            return _token;
        }
        catch (CloudFault)
        {
            // The file of the CA may be another by the next time.
            if (_token is null)
                _way = null;
            throw;
        }
        finally
        {
            _signing.Release();
        }
    }

    private KeystoneToken Read(CloudAnswer answer, Cloud cloud)
    {
        try
        {
            return Keystone.Read(answer, cloud, clock.GetUtcNow());
        }
        catch (CloudFault fault) when (fault.IsRefusal)
        {
            _refusal = new(cloud.Login, clock.GetTimestamp(), fault.Message);
            throw;
        }
    }

    private Cloud Resolved()
    {
        try
        {
            return resolve();
        }
        catch (WrongSetting e)
        {
            throw new CloudFault($"The settings cannot be used any more: {e.Message}");
        }
    }

    private static TimeSpan Usable(TimeSpan life) => life - (life < Before * 3 ? life / 3 : Before);

    private CloudAnswer Heed(CloudAnswer answer)
    {
        if (answer.Status is 429 or 503)
        {
            var fault = answer.Fault();
            Volatile.Write(ref _leftAlone, new(clock.GetTimestamp(), fault.Pause!.Value, fault.Message));
            throw fault;
        }
        return answer;
    }

    private void EnsureWanted()
    {
        if (
            Volatile.Read(ref _leftAlone) is { } alone
            && alone.Pause - clock.GetElapsedTime(alone.At) is { Ticks: > 0 } rest
        )
            throw new CloudFault(alone.Sentence) { Pause = rest };
    }

    /// <summary>Since when, for how long, and why nothing is asked.</summary>
    private sealed record LeftAlone(long At, TimeSpan Pause, string Sentence);

    /// <summary>Which login was refused, when, and in which words.</summary>
    private sealed record Refusal(CloudLogin Of, long At, string Sentence);
}
