using System.Numerics;
using NanoConv.Graphs;

namespace NanoConv.Training;

/// <summary>
/// Where a fit keeps its checkpoints, and where it finds the one to go on from: files, see <see cref="Models.CheckpointFolder"/>.
/// A fit keeps one before its first step, one after each epoch and, if asked for, one every so many steps.
/// </summary>
public abstract class CheckpointStore
{
    private readonly int everySteps;

    /// <summary>Steps from one checkpoint to the next, counted over all epochs; 0, the default, for the ends of epochs alone.</summary>
    public int EverySteps
    {
        get => everySteps;
        init => everySteps = value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), $"{nameof(EverySteps)}: expected at least 0, received {value}");
    }

    /// <summary>
    /// What else must be as it was for a fit to go on, by name: a digest of the examples, say, whose number alone is
    /// compared otherwise.
    /// </summary>
    public IReadOnlyDictionary<string, string> Identity { get; init; } = new Dictionary<string, string>();

    /// <summary>Called once before training.</summary>
    /// <returns>The checkpoint to go on from; null to begin anew.</returns>
    /// <exception cref="IOException">There is none, or there are some, where that was not to be.</exception>
    /// <exception cref="InvalidDataException">No checkpoint is whole.</exception>
    public abstract SavedState? Begin();

    /// <summary>Keeps a checkpoint; training waits.</summary>
    /// <param name="state">The checkpoint.</param>
    /// <param name="step">Steps that have been taken: one checkpoint each, in ascending order.</param>
    /// <exception cref="IOException">It cannot be kept; those before it are as they were.</exception>
    public abstract void Write(SavedState state, int step);

    /// <summary>Called once when the fit that has begun is over, whether it is finished or broken off.</summary>
    public virtual void End()
    {
    }

    /// <summary>A network in words that differ where two networks do.</summary>
    /// <param name="model">The network, built.</param>
    /// <typeparam name="T">The number type.</typeparam>
    protected internal virtual string Describe<T>(Model<T> model)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        IEnumerable<string> layers = model.Layers.Select((layer, index) =>
            $"{layer.Name} ({layer.Specification.TypeName}) {layer.OutputShape}"
            + (model.Topology.IsChain ? string.Empty : $" of {string.Join(", ", model.Topology.Inputs(index).ToArray())}"));
        return string.Join(" → ", layers.Prepend($"{model.InputShape}"));
    }
}
