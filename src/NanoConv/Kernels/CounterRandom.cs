using System.Numerics;
using System.Runtime.CompilerServices;

namespace NanoConv.Kernels;

/// <summary>
/// Random numbers as a pure function of (key, counter): SplitMix64 (Steele, Lea and Flood, 2014), jumped to any place.
/// Any worker can make any part of the sequence, so masks and initial weights do not depend on who makes them.
/// </summary>
public static class CounterRandom
{
    /// <summary>What a seed means, for checkpoints: it changes when the numbers do that a seed gives.</summary>
    internal const string Scheme = "SplitMix64, keyed by domain";

    private const ulong Gamma = 0x9E3779B97F4A7C15;

    /// <summary>A key for an independent sequence, from what it is for, the seed and whatever else tells the sequences apart.</summary>
    /// <remarks>
    /// Use and seed together are mixed by a bijection; each stream after them may lead two ways to one key by chance alone, 2⁻⁶⁴.
    /// </remarks>
    /// <param name="domain">What it is for; always with the same number of streams.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="streams">For instance the step and the layer.</param>
    public static ulong Key(RandomDomain domain, int seed, params ReadOnlySpan<int> streams)
    {
        ulong key = Mix((((ulong)domain << 32) | (uint)seed) + Gamma);
        foreach (int stream in streams)
            key = Mix((key ^ (uint)stream) + Gamma);
        return key;
    }

    /// <summary>64 random bits.</summary>
    /// <param name="key">The sequence.</param>
    /// <param name="counter">The place in it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Bits(ulong key, long counter) => Mix(key + (((ulong)counter + 1) * Gamma));

    /// <summary>The same of a vector of places that follow one another.</summary>
    /// <param name="key">The sequence.</param>
    /// <param name="first">The first place in it.</param>
    internal static Vector<ulong> VectorBits(ulong key, long first) =>
        Mix(new Vector<ulong>(key + (((ulong)first + 1) * Gamma)) + (Vector<ulong>.Indices * Gamma));

    /// <summary>A number in [0, 1), of 53 random bits.</summary>
    /// <param name="key">The sequence.</param>
    /// <param name="counter">The place in it.</param>
    public static double Uniform(ulong key, long counter) => (Bits(key, counter) >> 11) * (1.0 / (1L << 53));

    /// <summary>An integer in [0, bound), each as likely to within 2⁻³².</summary>
    /// <param name="key">The sequence.</param>
    /// <param name="counter">The place in it.</param>
    /// <param name="bound">At least 1.</param>
    public static int Below(ulong key, long counter, int bound) => (int)(((Bits(key, counter) >> 32) * (ulong)bound) >> 32);

    /// <summary>A random order: Fisher and Yates' shuffle.</summary>
    /// <param name="order">Shuffled in place.</param>
    /// <param name="key">The sequence.</param>
    public static void Shuffle(Span<int> order, ulong key)
    {
        for (int i = order.Length - 1; i > 0; i--)
        {
            int j = Below(key, i, i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
    }

    /// <summary>Dropout's mask: each element 0 with probability <paramref name="rate"/>, and otherwise 1 / (1 − rate).</summary>
    /// <remarks>One draw of 64 bits serves elements 2i and 2i+1 of the sequence, low half first; floats are made a vector at a time.</remarks>
    /// <param name="mask">Overwritten.</param>
    /// <param name="key">The sequence.</param>
    /// <param name="first">The place of the mask's first element in the sequence.</param>
    /// <param name="rate">The share to drop, in [0, 1).</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void DropoutMask<T>(Span<T> mask, ulong key, long first, double rate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T kept = T.CreateChecked(1 / (1 - rate));
        uint threshold = (uint)(rate * 4294967296.0);
        int i = 0;
        if (typeof(T) == typeof(float) && (first & 1) == 0 && BitConverter.IsLittleEndian)
        {
            Vector<ulong> counter = new Vector<ulong>(key + ((((ulong)first >> 1) + 1) * Gamma)) + (Vector<ulong>.Indices * Gamma);
            Vector<ulong> step = new((ulong)Vector<ulong>.Count * Gamma);
            Vector<T> ones = new(kept);
            for (; i <= mask.Length - Vector<T>.Count; i += Vector<T>.Count)
            {
                Vector<uint> draws = Vector.AsVectorUInt32(Mix(counter));
                Vector<uint> survives = Vector.GreaterThanOrEqual(draws, new Vector<uint>(threshold));
                (survives.As<uint, T>() & ones).CopyTo(mask[i..]);
                counter += step;
            }
        }

        for (; i < mask.Length; i++)
        {
            long place = first + i;
            ulong bits = Bits(key, place >> 1);
            uint draw = (place & 1) == 0 ? (uint)bits : (uint)(bits >> 32);
            mask[i] = draw < threshold ? T.Zero : kept;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<ulong> Mix(Vector<ulong> z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
