namespace TestServers.Storage;

/// <summary>An act that somebody waits for: how it is decided, and what became of it.</summary>
internal abstract class DecidedAct
{
    // A decision reads the settings that its asker holds, whoever's turn it is made in.
    private readonly ExecutionContext? _context = ExecutionContext.Capture();

    /// <summary>The act as it was decided last.</summary>
    public Act Act { get; private set; } = new();

    /// <summary>Whether the decision itself was to refuse it.</summary>
    public abstract bool IsRefused { get; }

    /// <summary>Decides, on what the acts before leave.</summary>
    public void Decide()
    {
        Act = new();
        if (_context is null)
            TryDecide();
        else
            ExecutionContext.Run(_context, _ => TryDecide(), null);
    }

    /// <summary>Takes back what was decided.</summary>
    public void Undo() => Act.Undo();

    /// <summary>The disk has it: everybody sees it.</summary>
    public void Publish() => Act.PublishAll();

    /// <summary>Answers as it was decided.</summary>
    public abstract void Answer();

    /// <summary>Refuses it.</summary>
    public abstract void Refuse(Exception why);

    protected abstract void TryDecide();
}

/// <inheritdoc cref="DecidedAct"/>
internal sealed class DecidedAct<T>(Func<Act, T> decide) : DecidedAct
{
    private readonly TaskCompletionSource<T> _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _refusal;
    private T? _result;

    /// <summary>Ends when the disk has it, or when it is refused.</summary>
    public Task<T> Settled => _settled.Task;

    /// <inheritdoc/>
    public override bool IsRefused => _refusal is not null;

    /// <inheritdoc/>
    public override void Answer()
    {
        if (_refusal is null)
            _settled.SetResult(_result!);
        else
            _settled.SetException(_refusal);
    }

    /// <inheritdoc/>
    public override void Refuse(Exception why) => _settled.SetException(why);

    /// <inheritdoc/>
    protected override void TryDecide()
    {
        (_result, _refusal) = (default, null);
        try
        {
            _result = decide(Act);
        }
        catch (Exception e)
        {
            _refusal = e;
            Act.Undo();
        }
    }
}
