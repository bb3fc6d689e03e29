using System.Numerics;

namespace NanoConv.Kernels;

/// <summary>What is done to all weights alike: shrink them, average them.</summary>
public static class WeightMean
{
    /// <summary>w −= share·w. A factor 1 − share would be rounded, in float by a part of a small share that counts.</summary>
    /// <param name="w">Updated.</param>
    /// <param name="share">The share.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Shrink<T>(Span<T> w, T share)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int i = 0;
        for (; i <= w.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> weight = new(w[i..]);
            (weight - (share * weight)).CopyTo(w[i..]);
        }

        for (; i < w.Length; i++)
            w[i] -= share * w[i];
    }

    /// <summary>mean = kept·mean + (1 − kept)·w; for 1 and 0 exactly mean and w.</summary>
    /// <param name="mean">Updated.</param>
    /// <param name="w">As many.</param>
    /// <param name="kept">The share that is kept, in [0, 1].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Average<T>(Span<T> mean, ReadOnlySpan<T> w, double kept)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // From the one that counts more, towards the other.
        bool fromMean = kept > 0.5;
        T way = T.CreateChecked(fromMean ? 1 - kept : kept);
        int i = 0;
        for (; i <= w.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> old = new(mean[i..]), weight = new(w[i..]);
            (fromMean ? old + (way * (weight - old)) : weight + (way * (old - weight))).CopyTo(mean[i..]);
        }

        for (; i < w.Length; i++)
            mean[i] = fromMean ? mean[i] + (way * (w[i] - mean[i])) : w[i] + (way * (mean[i] - w[i]));
    }
}
