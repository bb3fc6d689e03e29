using System.Numerics;

namespace NanoConv.Kernels;

/// <summary>
/// Numbers from the normal distribution as a pure function of (key, counter), by Box and Muller's way (1958): √(−2 ln u) · cos 2πv of two
/// uniform numbers, which are the halves of one draw of 64 bits. None is further than 6.8 from 0.
/// </summary>
internal static class NormalNumbers
{
    /// <summary>y = x + deviation · n, a normal number n for each element; drawn in double, so that float and double models have the same noise.</summary>
    /// <remarks>Every element is made in a whole vector: its bits depend on its place in the sequence alone, however that is cut.</remarks>
    /// <param name="y">Overwritten; may be x itself.</param>
    /// <param name="x">As many.</param>
    /// <param name="key">The sequence.</param>
    /// <param name="first">The place of the first element in the sequence.</param>
    /// <param name="deviation">The standard deviation.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Add<T>(Span<T> y, ReadOnlySpan<T> x, ulong key, long first, double deviation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<double> noise = stackalloc double[Vector<double>.Count];
        for (int i = 0; i < y.Length; i += noise.Length)
        {
            (Normal(key, first + i) * new Vector<double>(deviation)).CopyTo(noise);
            int count = Math.Min(noise.Length, y.Length - i);
            for (int j = 0; j < count; j++)
                y[i + j] = x[i + j] + T.CreateChecked(noise[j]);
        }
    }

    // u in (0, 1), where the logarithm is finite. The angle goes from π to 3π: where some lanes of a vector are below π/4 and others are not,
    // the cosine of .NET takes another way for all of them, and bits would depend on the company.
    private static Vector<double> Normal(ulong key, long first)
    {
        Vector<ulong> bits = CounterRandom.VectorBits(key, first);
        Vector<double> scale = new(1.0 / (1L << 32));
        Vector<double> u = (Vector.ConvertToDouble(bits >> 32) + new Vector<double>(0.5)) * scale;
        Vector<double> v = Vector.ConvertToDouble(bits & new Vector<ulong>(uint.MaxValue)) * scale;
        Vector<double> angle = (v + v + Vector<double>.One) * new Vector<double>(Math.PI);
        return Vector.SquareRoot(Vector.Log(u) * new Vector<double>(-2)) * Vector.Cos(angle);
    }
}
