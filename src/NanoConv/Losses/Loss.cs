using System.Numerics;

namespace NanoConv.Losses;

/// <summary>What training makes small: a function of a network's output and the target, for one example.</summary>
public abstract class Loss
{
    /// <summary>Whether a softmax at the network's end is left out, because the loss does it itself.</summary>
    public abstract bool TakesLogits { get; }

    /// <summary>Refuses a network whose output the loss does not fit.</summary>
    /// <param name="endsInSoftmax">Whether the last layer's output is a softmax.</param>
    /// <exception cref="ArgumentException">It does not fit.</exception>
    public virtual void CheckNetwork(bool endsInSoftmax)
    {
    }

    /// <summary>Refuses a target that the loss has no meaning for; called for every example before any is used.</summary>
    /// <param name="target">One example's target.</param>
    /// <typeparam name="T">The number type.</typeparam>
    /// <exception cref="ArgumentException">It is no such target.</exception>
    public virtual void CheckTarget<T>(ReadOnlySpan<T> target)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
    }

    /// <summary>One example's loss and its gradient.</summary>
    /// <param name="gradient">Overwritten: <paramref name="scale"/> times the gradient of the output.</param>
    /// <param name="output">The network's output, or its logits if <see cref="TakesLogits"/>.</param>
    /// <param name="target">The target, as long as the output.</param>
    /// <param name="scale">1 / the number of examples that the loss is the mean of.</param>
    /// <returns>The example's loss, not scaled.</returns>
    /// <typeparam name="T">The number type.</typeparam>
    public abstract T Evaluate<T>(Span<T> gradient, ReadOnlySpan<T> output, ReadOnlySpan<T> target, T scale)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Its type, and whatever it was set to: a fit is resumed only with a loss whose text is the same.</summary>
    public override string ToString() => GetType().Name;
}
