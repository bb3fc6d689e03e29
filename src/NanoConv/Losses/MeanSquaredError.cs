namespace NanoConv.Losses;

/// <summary>The mean over outputs of (y − t)², for quantities of any size. There is no accuracy: nothing is right or wrong.</summary>
/// <remarks>As in Keras, an example's loss is the mean over its outputs.</remarks>
/// <param name="reduction">What becomes of the losses of a batch's examples.</param>
/// <exception cref="ArgumentOutOfRangeException">It is no reduction.</exception>
public sealed class MeanSquaredError(Reduction reduction = Reduction.SumOverBatchSize) : Loss(reduction)
{
    /// <inheritdoc/>
    public override bool TakesLogits => false;

    /// <inheritdoc/>
    public override AccuracyKind AccuracyKind => AccuracyKind.None;

    /// <inheritdoc/>
    public override string ToString() => nameof(MeanSquaredError) + (Reduction == Reduction.Sum ? "(reduction sum)" : "");

    /// <inheritdoc/>
    public override T Evaluate<T>(Span<T> gradient, ReadOnlySpan<T> output, ReadOnlySpan<T> target, T scale)
    {
        T outputs = T.CreateChecked(output.Length), share = (scale + scale) / outputs, sum = T.Zero;
        for (int i = 0; i < output.Length; i++)
        {
            T difference = output[i] - target[i];
            sum += difference * difference;
            gradient[i] = share * difference;
        }

        return sum / outputs;
    }
}
