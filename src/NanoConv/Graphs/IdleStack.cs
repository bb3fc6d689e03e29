namespace NanoConv.Graphs;

/// <summary>
/// Things kept for the next user, the last one first, as its memory is most likely in a cache. From any thread; a steady use allocates
/// nothing.
/// </summary>
/// <typeparam name="TItem">What is kept.</typeparam>
internal sealed class IdleStack<TItem>
    where TItem : class
{
    private readonly Lock gate = new();
    private readonly Stack<TItem> idle = new();

    /// <summary>One of them, or null if all are in use.</summary>
    public TItem? Take()
    {
        lock (gate)
            return idle.TryPop(out TItem? item) ? item : null;
    }

    /// <summary>Gives one back, or a new one.</summary>
    public void Return(TItem item)
    {
        lock (gate)
            idle.Push(item);
    }

    /// <summary>Gives back all that there are among some, and forgets them there.</summary>
    public void ReturnAll(Span<TItem?> items)
    {
        foreach (TItem? item in items)
        {
            if (item is not null)
                Return(item);
        }

        items.Clear();
    }
}
