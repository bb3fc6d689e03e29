using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NanoConv.Bench;

/// <summary>Reads a buffer from end to end and adds: as fast as the place where the buffer lies can deliver it.</summary>
internal sealed class ReadStream
{
    private const int Sums = 8;

    // A call long enough for the clock, also where the buffer is small.
    private const int LeastBytes = 4 << 20;

    private readonly float[] buffer;
    private readonly int repeats;

    /// <summary>Makes and writes the buffer: pages never written would all be one page of zeros, always in a cache.</summary>
    public ReadStream(int bytes)
    {
        buffer = new float[bytes / sizeof(float)];
        Array.Fill(buffer, 1f);
        repeats = Math.Max(1, LeastBytes / bytes);
    }

    /// <summary>What a call of <see cref="Run"/> reads.</summary>
    public double Bytes => (double)repeats * buffer.Length * sizeof(float);

    /// <summary>The sum; kept, so that the loop stays.</summary>
    public float Sum { get; private set; }

    /// <summary>Reads the buffer, a small one several times.</summary>
    public void Run()
    {
        float sum = 0;
        for (int i = 0; i < repeats; i++)
            sum += Add(buffer);
        Sum = sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Add(ReadOnlySpan<float> x)
    {
        Vector<float> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
        ReadOnlySpan<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(x);
        for (int i = 0; i <= vectors.Length - Sums; i += Sums)
        {
            ReadOnlySpan<Vector<float>> eight = vectors.Slice(i, Sums);
            a += eight[0];
            b += eight[1];
            c += eight[2];
            d += eight[3];
            e += eight[4];
            f += eight[5];
            g += eight[6];
            h += eight[7];
        }

        return Vector.Sum(a + b + c + d + e + f + g + h);
    }
}
