namespace NanoConv.Losses;

/// <summary>−Σ_c t_c·log p_c, with p the network's softmax: computed from the logits, finite whenever they are.</summary>
/// <remarks>Targets are probabilities; integer labels reach it as one-hot rows, see <see cref="Data.IDataset{T}.CopyTarget"/>.</remarks>
/// <param name="fromLogits">Whether the network ends without softmax, as with Keras's <c>from_logits</c>.</param>
/// <param name="labelSmoothing">
/// The share α, from 0 to 1, of each target that is spread over all classes: t becomes t·(1 − α) + α / classes (Szegedy et al. 2015). What is
/// counted as right goes by the targets as they are.
/// </param>
/// <param name="reduction">What becomes of the losses of a batch's examples.</param>
/// <exception cref="ArgumentOutOfRangeException">Smoothing is no share, or the reduction is none.</exception>
public sealed class CategoricalCrossentropy(
    bool fromLogits = false, double labelSmoothing = 0, Reduction reduction = Reduction.SumOverBatchSize) : Loss(reduction)
{
    /// <summary>Whether the network ends without softmax.</summary>
    public bool FromLogits => fromLogits;

    /// <summary>The share of each target that is spread over all classes.</summary>
    public double LabelSmoothing { get; } = CheckSmoothing(nameof(CategoricalCrossentropy), labelSmoothing);

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(CategoricalCrossentropy)}(from_logits {fromLogits}{Further(LabelSmoothing)})";

    /// <inheritdoc/>
    public override bool TakesLogits => true;

    /// <inheritdoc/>
    public override void CheckNetwork(NetworkEnd end)
    {
        if ((end == NetworkEnd.Softmax) == fromLogits)
        {
            throw new ArgumentException(fromLogits
                ? "CategoricalCrossentropy(fromLogits: true): expected a network that ends without softmax, received one that ends in it"
                : "CategoricalCrossentropy: expected a network that ends in a softmax over one axis, received one that does not; "
                    + "end it with Flatten and Dense(classes, Activation.Softmax), or use fromLogits: true");
        }
    }

    /// <inheritdoc/>
    public override void CheckTarget<T>(ReadOnlySpan<T> target)
    {
        foreach (T share in target)
        {
            if (!(share >= T.Zero))
                throw new ArgumentException($"CategoricalCrossentropy: expected targets of at least 0, the classes' probabilities, received {share}");
        }
    }

    /// <inheritdoc/>
    public override T Evaluate<T>(Span<T> gradient, ReadOnlySpan<T> output, ReadOnlySpan<T> target, T scale) =>
        Kernels.SoftmaxRows.CrossEntropy(gradient, output, target, scale, T.CreateTruncating(LabelSmoothing));
}
