using System.Numerics;

namespace NanoConv.Kernels;

/// <summary>Softmax over rows of C elements, its gradient, and its fusion with categorical cross-entropy.</summary>
public static class SoftmaxRows
{
    /// <summary>y_c = exp(x_c − m) / Σ exp(x_j − m), with m = max x, so that nothing overflows; row by row.</summary>
    /// <param name="y">Overwritten: [rows, C]; may be x itself.</param>
    /// <param name="x">Logits [rows, C].</param>
    /// <param name="classes">C, the length of a row.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Forward<T>(Span<T> y, ReadOnlySpan<T> x, int classes)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int start = 0; start < x.Length; start += classes)
            _ = Row(y.Slice(start, classes), x.Slice(start, classes));
    }

    /// <summary>dx_c = y_c · (dy_c − Σ_j dy_j·y_j), row by row.</summary>
    /// <param name="dx">Overwritten: [rows, C]; may be dy itself.</param>
    /// <param name="y">What <see cref="Forward"/> made.</param>
    /// <param name="dy">Its gradient [rows, C].</param>
    /// <param name="classes">C, the length of a row.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void InputGradient<T>(Span<T> dx, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, int classes)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int start = 0; start < y.Length; start += classes)
        {
            T dot = T.Zero;
            for (int c = start; c < start + classes; c++)
                dot += dy[c] * y[c];
            for (int c = start; c < start + classes; c++)
                dx[c] = y[c] * (dy[c] - dot);
        }
    }

    /// <summary>
    /// Softmax and categorical cross-entropy of one row at once: the loss Σ_c t_c·(log Σ_j exp x_j − x_c), finite for
    /// any finite logits, and its gradient p_c·Σt − t_c, where the two functions' derivatives cancel.
    /// </summary>
    /// <param name="dx">
    /// Overwritten with <paramref name="scale"/> times the gradient [C]; in between it holds the probabilities.
    /// </param>
    /// <param name="x">Logits [C].</param>
    /// <param name="target">The probability of each class: one-hot, or soft labels [C].</param>
    /// <param name="scale">What the loss of this row counts in what is differentiated.</param>
    /// <param name="smoothing">The share of each target that is spread over all classes: t·(1 − smoothing) + smoothing / C stands for t.</param>
    /// <returns>The loss of this row, not scaled.</returns>
    /// <typeparam name="T">The element type.</typeparam>
    public static T CrossEntropy<T>(Span<T> dx, ReadOnlySpan<T> x, ReadOnlySpan<T> target, T scale, T smoothing = default)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T logSum = Row(dx, x);
        T loss = T.Zero, weight = T.Zero, kept = T.One - smoothing, spread = smoothing / T.CreateChecked(x.Length);
        for (int c = 0; c < x.Length; c++)
        {
            // An impossible class costs nothing, even at a logit of −∞.
            T share = (target[c] * kept) + spread;
            if (share != T.Zero)
                loss += share * (logSum - x[c]);
            weight += share;
        }

        for (int c = 0; c < x.Length; c++)
            dx[c] = scale * ((dx[c] * weight) - ((target[c] * kept) + spread));
        return loss;
    }

    // Softmax of one row; returns log Σ exp x.
    private static T Row<T>(Span<T> y, ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T max = x[0];
        foreach (T logit in x)
            max = T.Max(max, logit);
        T sum = T.Zero;
        for (int c = 0; c < x.Length; c++)
        {
            y[c] = T.Exp(x[c] - max);
            sum += y[c];
        }

        for (int c = 0; c < x.Length; c++)
            y[c] /= sum;
        return max + T.Log(sum);
    }
}
