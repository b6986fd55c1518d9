using System.Globalization;

namespace TestServers.Monitoring;

/// <summary>
/// Tells the first of many alike at once, and then no more than once in a while how many there were and which was the
/// last: whoever sends thousands of wrong tokens does not fill the log.
/// </summary>
internal sealed class RarelyTold(TimeSpan pause, TimeProvider clock, Action<string> tell) : IDisposable
{
    private readonly Lock _counting = new();
    private ITimer? _timer;
    private int _untold;
    private string _last = "";

    public void Note(string what)
    {
        lock (_counting)
        {
            if (_timer is not null)
            {
                (_untold, _last) = (_untold + 1, what);
                return;
            }
            _timer = clock.CreateTimer(_ => TellRest(), null, pause, pause);
        }
        tell(what);
    }

    public void Dispose()
    {
        lock (_counting)
        {
            _timer?.Dispose();
            _timer = null;
        }
    }

    private void TellRest()
    {
        string rest;
        lock (_counting)
        {
            if (_untold == 0)
            {
                _timer?.Dispose();
                _timer = null;
                return;
            }
            var times = _untold == 1 ? "once more" : $"{_untold.ToString(CultureInfo.InvariantCulture)} times more";
            rest = $"{_last.TrimEnd('.')}; it happened {times} within {pause.TotalSeconds:0} s, this was the last.";
            _untold = 0;
        }
        tell(rest);
    }
}
