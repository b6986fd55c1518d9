namespace TestServers.Tests.Stage;

/// <summary>What a process and the whole machine have used since this was made, as /proc says.</summary>
internal sealed class Usage
{
    private const double TicksPerSecond = 100;
    private readonly int _process;
    private readonly double _ownBefore;
    private readonly (double Idle, double All) _before;

    public Usage(int process)
    {
        _process = process;
        (_ownBefore, _before) = (Own(), WholeMachine());
    }

    /// <summary>
    /// The process's processor time in seconds, the machine's busy share in percent, and the process's memory in MB.
    /// </summary>
    public (double Seconds, double Busy, double Memory) Now()
    {
        var (idle, all) = WholeMachine();
        var pages = double.Parse(File.ReadAllText($"/proc/{_process}/statm").Split(' ')[1]);
        return (
            Own() - _ownBefore,
            100 * (1 - (idle - _before.Idle) / (all - _before.All)),
            pages * Environment.SystemPageSize / 1e6
        );
    }

    private double Own()
    {
        var text = File.ReadAllText($"/proc/{_process}/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(fields[11]) + double.Parse(fields[12])) / TicksPerSecond;
    }

    private static (double Idle, double All) WholeMachine()
    {
        var fields = File.ReadLines("/proc/stat")
            .First()
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .Select(double.Parse)
            .ToList();
        return (fields[3] + fields[4], fields.Take(8).Sum());
    }
}
