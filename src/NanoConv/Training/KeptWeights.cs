using System.Numerics;
using NanoConv.Graphs;

namespace NanoConv.Training;

/// <summary>A copy of a model's weights, for callbacks that do not know its number type; none to begin with.</summary>
internal abstract class KeptWeights
{
    /// <summary>Copies the model's weights as they are.</summary>
    public abstract void Keep();

    /// <summary>Forgets the copy.</summary>
    public abstract void Clear();

    /// <summary>Puts the copy back into the model, if there is one.</summary>
    /// <returns>Whether there was.</returns>
    public abstract bool Restore();

    /// <summary>Keeps the copy in a checkpoint.</summary>
    public abstract void Save(SavedState memory, string name);

    /// <summary>Takes up what was kept.</summary>
    /// <param name="memory">The checkpoint's part.</param>
    /// <param name="name">The array's name.</param>
    /// <param name="isThere">Whether there was a copy.</param>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public abstract void Load(SavedState memory, string name, bool isThere);
}

/// <inheritdoc/>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="model">The model.</param>
internal sealed class KeptWeights<T>(Model<T> model) : KeptWeights
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private T[]? weights;

    public override void Keep()
    {
        weights ??= new T[model.ParameterCount];
        model.Weights.CopyTo(weights);
    }

    public override void Clear() => weights = null;

    public override bool Restore()
    {
        if (weights is null)
            return false;
        model.Edit(weights.CopyTo);
        return true;
    }

    public override void Save(SavedState memory, string name) => memory.Set<T>(name, weights);

    public override void Load(SavedState memory, string name, bool isThere)
    {
        ReadOnlySpan<T> kept = memory.Array<T>(name, isThere ? model.ParameterCount : 0);
        weights = isThere ? kept.ToArray() : null;
    }
}
