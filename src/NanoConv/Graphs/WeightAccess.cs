using System.Numerics;
using NanoConv.Layers;

namespace NanoConv.Graphs;

/// <summary>
/// Who may read a model's weights and packed kernels, and who change them: predictions read, an edit or the end of a training step
/// writes, and the rest of a step reads and keeps edits out.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
internal sealed class WeightAccess<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Data that a model predicts may come from the model itself, hence recursion.
    private readonly ReaderWriterLockSlim access = new(LockRecursionPolicy.SupportsRecursion);

    /// <summary>Grows whenever weights have changed.</summary>
    public long Version { get; private set; }

    // Whether this thread helps one that holds the lock: it must not wait for an edit that waits for both of them.
    private bool IsHelper => WorkerPool.Owner == this;

    /// <summary>Packs all that the layers make of their parameters.</summary>
    public static void Prepare(ReadOnlySpan<BuiltLayer<T>> layers)
    {
        foreach (BuiltLayer<T> layer in layers)
            layer.Prepare();
    }

    /// <summary>Lets somebody write, and prepares the layers that it concerns, whether or not that fails.</summary>
    public void Edit(Span<T> values, Action<Span<T>> edit, ReadOnlySpan<BuiltLayer<T>> changed)
    {
        RequireOutside("Edit");
        BeginUpdate();
        try
        {
            edit(values);
        }
        finally
        {
            EndUpdate(changed);
        }
    }

    /// <summary>Until <see cref="EndReading"/> the weights stay as they are.</summary>
    public void BeginReading()
    {
        if (access.IsWriteLockHeld)
            throw new InvalidOperationException("expected a prediction after the edit, received one from within Edit, with weights half written");
        if (!IsHelper)
            access.EnterReadLock();
    }

    public void EndReading()
    {
        if (!IsHelper)
            access.ExitReadLock();
    }

    /// <summary>A training step begins: predictions may run, edits wait for <see cref="EndStep"/>.</summary>
    public void BeginStep()
    {
        RequireOutside("Fit");
        access.EnterUpgradeableReadLock();
    }

    public void EndStep() => access.ExitUpgradeableReadLock();

    /// <summary>Within a step: from here to <see cref="EndUpdate"/> the weights change, and nobody reads them.</summary>
    public void BeginUpdate() => access.EnterWriteLock();

    /// <summary>Prepares the layers for the weights as they are, also where the update has failed halfway.</summary>
    public void EndUpdate(ReadOnlySpan<BuiltLayer<T>> changed)
    {
        try
        {
            Prepare(changed);
        }
        finally
        {
            Version++;
            access.ExitWriteLock();
        }
    }

    // Recursion would let a writer in where weights are half written, or are being read.
    private void RequireOutside(string caller)
    {
        if (access.IsReadLockHeld || access.IsUpgradeableReadLockHeld || access.IsWriteLockHeld || IsHelper)
            throw new InvalidOperationException($"{caller}: expected a call between steps, predictions and edits, received one from within");
    }
}
