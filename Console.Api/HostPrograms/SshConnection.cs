using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace TestServers.HostPrograms;

/// <summary>A host as ssh finds it, with the files that say who we are and who it is.</summary>
internal sealed record SshRoute(
    string Host,
    int Port,
    string User,
    string Key,
    string KnownHosts,
    int ConnectSeconds,
    int SilenceSeconds
)
{
    public static SshRoute Of(SshTransport transport) =>
        new(
            transport.Destination,
            transport.Ssh.Port,
            transport.Ssh.User,
            transport.Ssh.Key,
            transport.Ssh.KnownHosts,
            transport.Ssh.ConnectSeconds,
            transport.Ssh.SilenceSeconds
        );

    /// <summary>Its name as known_hosts has it.</summary>
    public string Name => Port == 22 ? Host : $"[{Host}]:{Port}";
}

/// <summary>
/// One connection to one host, which many calls share. The library waits on threads: what could wait long has a thread
/// of its own, as the pool's are those that answer people. A call that runs needs none.
/// </summary>
internal sealed class SshConnection(SshRoute route) : IDisposable
{
    private readonly TaskCompletionSource<SshFault> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _using = new();
    private readonly List<SshCall> _calls = [];
    private SshClient? _client;
    private SshFault? _refused;
    private Task<bool>? _probe;
    private long _heard = Environment.TickCount64;
    private int _uses;
    private bool _hasGreeted,
        _isRetired,
        _isClosed,
        _isWatched;

    /// <summary>Raised when the last use has ended.</summary>
    public event Action? Unused;

    /// <summary>Completes when the connection has broken off, with the reason.</summary>
    public Task<SshFault> Lost => _lost.Task;

    private TimeSpan Silence => TimeSpan.FromSeconds(route.SilenceSeconds);

    private TimeSpan Quiet => TimeSpan.FromMilliseconds(Environment.TickCount64 - Volatile.Read(ref _heard));

    /// <summary>Logs in; everything together takes at most the limit for that.</summary>
    /// <exception cref="SshFailure">It could not.</exception>
    public async Task Connect()
    {
        var limit = TimeSpan.FromSeconds(route.ConnectSeconds);
        var deadline = new CancellationTokenSource(limit);
        var connecting = OnOwnThread(() => Login(deadline.Token));
        try
        {
            await connecting.WaitAsync(limit);
            Heard();
        }
        catch (Exception e)
        {
            // It has come through in the last moment.
            if (connecting.IsCompletedSuccessfully)
                return;
            _ = connecting.ContinueWith(_ => Close(), TaskScheduler.Default);
            var isLate = e is TimeoutException or OperationCanceledException or SshOperationTimeoutException;
            var fault =
                Volatile.Read(ref _refused)
                ?? (isLate && !_hasGreeted && await IsForeign() ? SshFault.Foreign : null)
                ?? (isLate ? SshFault.TimedOut : SshFault.Of(e, _hasGreeted));
            throw new SshFailure(fault);
        }
    }

    /// <summary>Takes it for a call, unless it is not to be used any more.</summary>
    public bool TryUse()
    {
        lock (_using)
        {
            if (_isRetired || _isClosed || Lost.IsCompleted)
                return false;
            _uses++;
            return true;
        }
    }

    /// <summary>The use has ended.</summary>
    public void Leave()
    {
        lock (_using)
        {
            if (--_uses > 0)
                return;
        }
        Unused?.Invoke();
    }

    /// <summary>Whether nobody uses it, and from now on nobody can.</summary>
    public bool TryRetire()
    {
        lock (_using)
        {
            if (_uses > 0)
                return false;
            return _isRetired = true;
        }
    }

    /// <summary>No call begins on it any more.</summary>
    public void Retire()
    {
        lock (_using)
            _isRetired = true;
    }

    public bool IsRetired
    {
        get
        {
            lock (_using)
                return _isRetired;
        }
    }

    /// <summary>Whether what a call says is not taken yet: nothing else comes meanwhile.</summary>
    public bool IsHeldBack
    {
        get
        {
            lock (_using)
                return _calls.Exists(c => c.IsHeldBack);
        }
    }

    /// <summary>Asks whether the host is there.</summary>
    /// <exception cref="SshFailure">
    /// It is not, and the connection is lost; or its answer is late, and what runs on it goes on.
    /// </exception>
    public async Task MustBeThere()
    {
        var limit = Silence / 2;
        var probe = Ask();
        var isLate = await Task.WhenAny(probe, Task.Delay(limit)) != probe;
        if (isLate && IsRunning)
        {
            // That is given up by the watch alone: the answer may come behind much that is said.
            Retire();
            throw new SshFailure(SshFault.TimedOut);
        }
        if (isLate)
            Lose(SshFault.Silent(route.SilenceSeconds));
        else if (!await probe)
            Lose(SshFault.Closed);
        if (Lost.IsCompleted)
            throw new SshFailure(await Lost);
    }

    /// <summary>Starts a program there. It has begun from here on, whatever happens.</summary>
    /// <exception cref="SshException">The host opens no further channel here: nothing has begun.</exception>
    public async Task Begin(SshCall call)
    {
        lock (_using)
            _calls.Add(call);
        Watch();
        await OnOwnThread(() =>
        {
            var command = _client!.CreateCommand(call.Line);
            SetOutput(command, call.Output);
            SetErrors(command, call.Errors);
            try
            {
                call.Run(command, command.ExecuteAsync(CancellationToken.None));
            }
            catch
            {
                // The call may go on elsewhere: its streams are not to end with this.
                SetOutput(command, Stream.Null);
                SetErrors(command, Stream.Null);
                command.Dispose();
                throw;
            }
            call.Send(command);
        });
    }

    /// <summary>The call is over.</summary>
    public void Forget(SshCall call)
    {
        lock (_using)
            _calls.Remove(call);
    }

    /// <summary>Something has come.</summary>
    public void Heard() => Volatile.Write(ref _heard, Environment.TickCount64);

    /// <summary>Gives it up: all its calls end with this reason.</summary>
    public void Lose(SshFault fault)
    {
        Retire();
        if (_lost.TrySetResult(fault))
            Close();
    }

    public void Dispose() => Close();

    /// <summary>Ends it, in the background: the library waits for the other side.</summary>
    public void Close()
    {
        lock (_using)
        {
            if (_isClosed)
                return;
            _isClosed = true;
        }
        _ = OnOwnThread(() =>
        {
            try
            {
                _client?.Dispose();
            }
            catch (Exception e) when (e is SshException or SocketException or ObjectDisposedException)
            {
                // It was gone already.
            }
        });
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_OutputStream")]
    private static extern void SetOutput(SshCommand command, Stream output);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_ExtendedOutputStream")]
    private static extern void SetErrors(SshCommand command, Stream errors);

    private static Task OnOwnThread(Action act) =>
        Task.Factory.StartNew(act, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static Task<T> OnOwnThread<T>(Func<T> act) =>
        Task.Factory.StartNew(act, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static Task OnOwnThread(Func<Task> act) =>
        Task
            .Factory.StartNew(act, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .Unwrap();

    // A name has several addresses: the first that takes the connection is the host.
    private async Task Login(CancellationToken cancel)
    {
        var addresses = await Dns.GetHostAddressesAsync(route.Host, cancel);
        using var identity = SshIdentity.Of(route.Key);
        foreach (var (at, address) in addresses.Index())
        {
            var client = new SshClient(InfoFor(address, identity));
            client.HostKeyReceived += (_, e) => Judge(e);
            client.ServerIdentificationReceived += (_, _) => _hasGreeted = true;
            // Whatever it is: its thread has ended, and nothing is heard any more.
            client.ErrorOccurred += (_, _) => Lose(SshFault.Closed);
            try
            {
                _client = client;
                await client.ConnectAsync(cancel);
                // From now on it is how long a channel or an answer is waited for.
                client.ConnectionInfo.Timeout = Silence;
                return;
            }
            catch (SocketException) when (at + 1 < addresses.Length && !cancel.IsCancellationRequested)
            {
                client.Dispose();
            }
            catch (SshAuthenticationException) when (identity.Problem is { } problem)
            {
                Volatile.Write(ref _refused, problem);
                throw;
            }
        }
    }

    private Renci.SshNet.ConnectionInfo InfoFor(IPAddress address, SshIdentity identity)
    {
        var info = new Renci.SshNet.ConnectionInfo($"{address}", route.Port, route.User, identity.Method(route.User))
        {
            Timeout = TimeSpan.FromSeconds(route.ConnectSeconds),
            RetryAttempts = 1,
            // The 11th of the usual 10 would wait without end.
            MaxSessions = 1000,
        };
        var all = info.HostKeyAlgorithms.ToList();
        var order = Known().Order(route.Host, route.Port, all.Select(a => a.Key)).ToList();
        info.HostKeyAlgorithms.Clear();
        foreach (var name in order)
            info.HostKeyAlgorithms.Add(name, all.First(a => a.Key == name).Value);
        return info;
    }

    // The library trusts every key that nobody objects to.
    private void Judge(HostKeyEventArgs shown)
    {
        shown.CanTrust = false;
        var key = new ShownHostKey(shown.HostKey, shown.Certificate is { } c ? CertificateOf(c) : null);
        var verdict = Known().Judge(route.Host, route.Port, key, DateTimeOffset.UtcNow);
        if (verdict == HostKeyVerdict.Known)
            shown.CanTrust = true;
        else
            Volatile.Write(ref _refused, SshFault.Of(verdict, key, route.Name, route.KnownHosts));
    }

    private static HostCertificate CertificateOf(Renci.SshNet.Security.Certificate certificate) =>
        new(
            certificate.CertificateAuthorityKey,
            certificate.Type == Renci.SshNet.Security.Certificate.CertificateType.Host,
            [.. certificate.ValidPrincipals],
            certificate.ValidAfter,
            certificate.ValidBefore,
            certificate.CriticalOptions.Count > 0
        );

    // Without the file nothing is known, as for ssh.
    private KnownHosts Known()
    {
        try
        {
            return KnownHosts.Read(route.KnownHosts);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return KnownHosts.Parse("");
        }
    }

    // Only of a port that has let the time for a login pass: whether it talks, and not as an sshd does.
    private async Task<bool> IsForeign()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(0.5));
        try
        {
            using var probe = new TcpClient();
            await probe.ConnectAsync(route.Host, route.Port, limit.Token);
            var first = new byte[4];
            await probe.GetStream().ReadExactlyAsync(first, limit.Token);
            return !first.AsSpan().SequenceEqual("SSH-"u8);
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private bool IsRunning
    {
        get
        {
            lock (_using)
                return _calls.Count > 0;
        }
    }

    private Task<bool> Ask()
    {
        lock (_using)
        {
            if (_probe is not { IsCompleted: false })
                _probe = OnOwnThread(Probe);
            return _probe;
        }
    }

    /// <summary>
    /// Asks for something that a host refuses, as the library asks nothing else that is answered. A key with `restrict`
    /// may forward nothing, and nobody but root could take port 1.
    /// </summary>
    private bool Probe()
    {
        const int Forbidden = 1;
        try
        {
            using var port = new ForwardedPortRemote(IPAddress.Loopback, Forbidden, IPAddress.Loopback, Forbidden);
            _client!.AddForwardedPort(port);
            try
            {
                port.Start();
                port.Stop();
            }
            finally
            {
                _client.RemoveForwardedPort(port);
            }
        }
        catch (Exception e) when (e is SshConnectionException or SshOperationTimeoutException or SocketException)
        {
            return false;
        }
        catch (SshException)
        {
            // Refused: it is there.
        }
        catch (Exception e) when (e is ObjectDisposedException or InvalidOperationException)
        {
            // It was closed meanwhile.
            return false;
        }
        Heard();
        return true;
    }

    // While calls run: a host of which nothing comes is asked, and given up when it does not answer.
    private void Watch()
    {
        lock (_using)
        {
            if (_isWatched)
                return;
            _isWatched = true;
        }
        _ = WatchWhileUsed();
    }

    private async Task WatchWhileUsed()
    {
        var half = Silence / 2;
        while (true)
        {
            var quiet = Quiet;
            if (await Task.WhenAny(Lost, Task.Delay(quiet < half ? half - quiet : TimeSpan.Zero)) == Lost)
                return;
            lock (_using)
            {
                if (_calls.Count == 0)
                {
                    _isWatched = false;
                    return;
                }
            }
            // What we do not read yet is no silence of the other side.
            if (IsHeldBack)
                Heard();
            if (Quiet < half)
                continue;
            var probe = Ask();
            await Task.WhenAny(probe, Lost, Task.Delay(half));
            if (Quiet >= half && !(probe.IsCompleted && await probe))
                Lose(SshFault.Silent(route.SilenceSeconds));
        }
    }
}
