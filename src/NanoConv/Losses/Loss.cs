using System.Globalization;
using System.Numerics;

namespace NanoConv.Losses;

/// <summary>What training makes small: a function of a network's output and the target, for one example.</summary>
/// <remarks>
/// A step makes small the losses of its batch's examples, each times its weight (<see cref="Data.IDataset{T}.Weight"/>), reduced as
/// <see cref="Reduction"/> says, plus the penalties. As in Keras, that is the step's loss; an epoch's is the mean of its steps', each counting
/// as often as it has examples; and validation is reckoned in batches of the same size.
/// </remarks>
public abstract class Loss
{
    /// <summary>A loss.</summary>
    /// <param name="reduction">What becomes of the losses of a batch's examples.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is no reduction.</exception>
    protected Loss(Reduction reduction = Reduction.SumOverBatchSize)
    {
        if (!Enum.IsDefined(reduction))
            throw new ArgumentOutOfRangeException(nameof(reduction), $"{GetType().Name}: expected a reduction, received {reduction}");
        Reduction = reduction;
    }

    /// <summary>What becomes of the losses of a batch's examples.</summary>
    public Reduction Reduction { get; }

    /// <summary>Whether the activation at the network's end, <see cref="LogitsOf"/>, is left out, because the loss does it itself.</summary>
    public abstract bool TakesLogits { get; }

    /// <summary>Of a loss that takes logits: the activation that it does itself; a network that ends in another one keeps it.</summary>
    public virtual NetworkEnd LogitsOf => NetworkEnd.Softmax;

    /// <summary>What is counted as right.</summary>
    public virtual AccuracyKind AccuracyKind => AccuracyKind.Categorical;

    /// <summary>Refuses a network whose output the loss does not fit.</summary>
    /// <param name="end">What the network's output comes from.</param>
    /// <exception cref="ArgumentException">It does not fit.</exception>
    public virtual void CheckNetwork(NetworkEnd end)
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
    /// <param name="scale">
    /// What the example's loss counts in the batch's: its weight, by default 1, divided by the number of examples unless
    /// <see cref="Reduction"/> is the sum.
    /// </param>
    /// <returns>The example's loss, not scaled.</returns>
    /// <typeparam name="T">The number type.</typeparam>
    public abstract T Evaluate<T>(Span<T> gradient, ReadOnlySpan<T> output, ReadOnlySpan<T> target, T scale)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Its type, and whatever it was set to: a fit is resumed only with a loss whose text is the same.</summary>
    public override string ToString() => GetType().Name;

    /// <summary>What the sum of a batch's losses is divided by.</summary>
    internal int Divisor(int examples) => Reduction == Reduction.Sum ? 1 : examples;

    /// <summary>Whether it does itself what a network ends in.</summary>
    internal bool LeavesOut(NetworkEnd end) => TakesLogits && end != NetworkEnd.Other && end == LogitsOf;

    /// <summary>A share of smoothing from 0 to 1, or an error.</summary>
    private protected static double CheckSmoothing(string loss, double labelSmoothing) => labelSmoothing is >= 0 and <= 1
        ? labelSmoothing
        : throw new ArgumentOutOfRangeException(nameof(labelSmoothing), $"{loss}: expected label smoothing from 0 to 1, received {labelSmoothing}");

    /// <summary>Settings that are not their defaults, to go behind the others in <see cref="ToString"/>.</summary>
    private protected string Further(double labelSmoothing)
    {
        string smoothing = labelSmoothing == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", label_smoothing {labelSmoothing:R}");
        return smoothing + (Reduction == Reduction.Sum ? ", reduction sum" : "");
    }
}
