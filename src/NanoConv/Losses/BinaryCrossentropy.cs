using System.Numerics;

namespace NanoConv.Losses;

/// <summary>
/// The mean over outputs of −t·log p − (1 − t)·log(1 − p), with p the network's sigmoid: computed from the logits, finite whenever they are.
/// </summary>
/// <remarks>
/// <para>With one output it tells two classes apart, the target being 0 or 1; with several it judges each by itself. As in Keras, an example's
/// loss is the mean over its outputs. Other than there the probabilities are never clipped, so that the network has to end in a sigmoid or
/// without (Keras takes any numbers for probabilities); and of logits, too, those are counted as right whose sigmoid is above ½ where the
/// target is (Keras compares the logits themselves with ½).</para>
/// <para>Softplus log(1 + eᶻ) is max(z, 0) + log(1 + e^−|z|): no exponential overflows, and no two large numbers are subtracted.</para>
/// </remarks>
/// <param name="fromLogits">Whether the network ends without sigmoid, as with Keras's <c>from_logits</c>.</param>
/// <param name="labelSmoothing">The share α, from 0 to 1, by which targets move towards ½: t becomes t·(1 − α) + α / 2.</param>
/// <param name="reduction">What becomes of the losses of a batch's examples.</param>
/// <exception cref="ArgumentOutOfRangeException">Smoothing is no share, or the reduction is none.</exception>
public sealed class BinaryCrossentropy(
    bool fromLogits = false, double labelSmoothing = 0, Reduction reduction = Reduction.SumOverBatchSize) : Loss(reduction)
{
    /// <summary>Whether the network ends without sigmoid.</summary>
    public bool FromLogits => fromLogits;

    /// <summary>The share by which targets move towards ½.</summary>
    public double LabelSmoothing { get; } = CheckSmoothing(nameof(BinaryCrossentropy), labelSmoothing);

    /// <inheritdoc/>
    public override bool TakesLogits => true;

    /// <inheritdoc/>
    public override NetworkEnd LogitsOf => NetworkEnd.Sigmoid;

    /// <inheritdoc/>
    public override AccuracyKind AccuracyKind => AccuracyKind.Binary;

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(BinaryCrossentropy)}(from_logits {fromLogits}{Further(LabelSmoothing)})";

    /// <inheritdoc/>
    public override void CheckNetwork(NetworkEnd end)
    {
        if (fromLogits && end != NetworkEnd.Other)
        {
            throw new ArgumentException(
                $"BinaryCrossentropy(fromLogits: true): expected a network that ends without sigmoid and softmax, received one that ends in {end}");
        }

        if (!fromLogits && end != NetworkEnd.Sigmoid)
        {
            throw new ArgumentException(
                "BinaryCrossentropy: expected a network that ends in a sigmoid, received one that does not; "
                + "end it with Dense(outputs, Activation.Sigmoid) or a layer Activation.Sigmoid, or use fromLogits: true");
        }
    }

    /// <inheritdoc/>
    public override void CheckTarget<T>(ReadOnlySpan<T> target)
    {
        foreach (T share in target)
        {
            if (!(share >= T.Zero && share <= T.One))
                throw new ArgumentException($"BinaryCrossentropy: expected targets from 0 to 1, probabilities, received {share}");
        }
    }

    /// <inheritdoc/>
    public override T Evaluate<T>(Span<T> gradient, ReadOnlySpan<T> output, ReadOnlySpan<T> target, T scale)
    {
        T kept = T.CreateTruncating(1 - LabelSmoothing), moved = T.CreateTruncating(LabelSmoothing / 2);
        T outputs = T.CreateChecked(output.Length), share = scale / outputs, sum = T.Zero;
        for (int i = 0; i < output.Length; i++)
        {
            T z = output[i], yes = (target[i] * kept) + moved, no = T.One - yes;
            T tail = T.Exp(-T.Abs(z)), nearer = T.One / (T.One + tail), farther = tail * nearer; // σ(|z|) and σ(−|z|)
            sum += (no * T.Max(z, T.Zero)) + (yes * T.Max(-z, T.Zero)) + LogOnePlus(tail);
            gradient[i] = share * (z >= T.Zero ? (no * nearer) - (yes * farther) : (no * farther) - (yes * nearer));
        }

        return sum / outputs;
    }

    // log(1 + x), as accurate for tiny x: the rounding of 1 + x is made good by what 1 + x is in fact (Kahan).
    private static T LogOnePlus<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T sum = T.One + x;
        return sum == T.One ? x : T.Log(sum) * (x / (sum - T.One));
    }
}
