using System.Runtime.InteropServices;

namespace TestServers.Tests.Stage;

/// <summary>A call that was made of the console; both times are ticks of one clock.</summary>
internal interface ITimedCall
{
    /// <summary>Before it was sent.</summary>
    long Began { get; }

    /// <summary>After its answer, or after which nothing of it can happen any more.</summary>
    long Ended { get; }
}

/// <summary>
/// Looks for an order of calls in which every answer is right: the search of Wing and Gong ("Testing and verifying
/// concurrent objects", 1993) with Lowe's memory of what was tried.
/// </summary>
internal static class OrderOfCalls
{
    /// <param name="first">How things stand before all calls.</param>
    /// <param name="after">
    /// How they may stand after a call, none: it cannot have been made then, or not with its answer.
    /// </param>
    public static bool Exists<TCall, TState>(
        IEnumerable<TCall> made,
        TState first,
        Func<TCall, TState, IEnumerable<TState>> after,
        out string why
    )
        where TCall : ITimedCall
        where TState : struct
    {
        var calls = made.OrderBy(c => c.Began).ToList();
        var tried = new HashSet<(int, string, TState)>();
        var stack = new Stack<(int First, HashSet<int> Done, TState Now)>();
        stack.Push((0, [], first));
        var furthest = 0;
        while (stack.TryPop(out var at))
        {
            var next = at.First;
            while (at.Done.Remove(next))
                next++;
            if (next == calls.Count)
            {
                why = "";
                return true;
            }
            if (!tried.Add((next, string.Join(',', at.Done.Order()), at.Now)))
                continue;
            furthest = Math.Max(furthest, next);
            foreach (var one in MayBeNext(CollectionsMarshal.AsSpan(calls), next, at.Done))
            {
                foreach (var state in after(calls[one], at.Now))
                    stack.Push((next, [.. at.Done, one], state));
            }
        }
        why =
            $"no order explains call {furthest} of {calls.Count}: "
            + $"{string.Join("\n", calls.Skip(Math.Max(0, furthest - 6)).Take(14))}";
        return false;
    }

    // They began before any other that is left had ended.
    private static List<int> MayBeNext<TCall>(ReadOnlySpan<TCall> calls, int first, HashSet<int> done)
        where TCall : ITimedCall
    {
        var end = long.MaxValue;
        for (var i = first; i < calls.Length && calls[i].Began < end; i++)
        {
            if (!done.Contains(i))
                end = Math.Min(end, calls[i].Ended);
        }
        var found = new List<int>();
        for (var i = first; i < calls.Length && calls[i].Began < end; i++)
        {
            if (!done.Contains(i))
                found.Add(i);
        }
        return found;
    }
}
