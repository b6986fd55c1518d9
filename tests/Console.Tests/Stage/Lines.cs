namespace TestServers.Tests.Stage;

/// <summary>Keeps what is logged: the level, the text, and what an exception says.</summary>
internal sealed class Lines<T> : ILogger<T>
{
    public List<string> Written { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    ) => Written.Add($"{logLevel} {formatter(state, exception)}{(exception is null ? "" : $": {exception.Message}")}");
}
