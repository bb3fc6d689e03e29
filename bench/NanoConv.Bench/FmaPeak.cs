using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace NanoConv.Bench;

/// <summary>Peak FLOP/s: what the machine can do at most, multiply-adds on registers alone, in this very process.</summary>
internal static class FmaPeak
{
    private const int Sums = 12;

    /// <summary>GFLOP/s of all threads together; the best of a few runs.</summary>
    public static double Measure<T>(int threads)
        where T : unmanaged, IFloatingPointIeee754<T> => Enumerable.Range(0, 5).Max(_ => Burst<T>(threads, 8_000_000));

    /// <summary>
    /// The same, measured once and for a few milliseconds: to stand beside a measurement of as long. A shared machine is
    /// faster and slower by the second, and what is asked is how much of the machine at that moment was used.
    /// </summary>
    public static double Burst<T>(int threads, long iterations = 500_000)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] rates = new double[threads];
        Thread[] others = [.. Enumerable.Range(1, threads - 1).Select(index => new Thread(() => rates[index] = Rate<T>(iterations)))];
        foreach (Thread thread in others)
            thread.Start();
        rates[0] = Rate<T>(iterations);
        foreach (Thread thread in others)
            thread.Join();
        return rates.Sum();
    }

    private static double Rate<T>(long iterations)
        where T : unmanaged, IFloatingPointIeee754<T> => 2.0 * iterations * Sums * Vector<T>.Count / Seconds<T>(iterations) / 1e9;

    private static double Seconds<T>(long iterations)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        long start = Stopwatch.GetTimestamp();
        T result = Loop(iterations, new Vector<T>(T.CreateChecked(0.5)), Vector<T>.One);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return T.IsNaN(result) ? double.NaN : seconds; // the result is used, so the loop stays
    }

    // x ← x·½ + 1 tends to 2: neither overflow nor denormals.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T Loop<T>(long iterations, Vector<T> half, Vector<T> one)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector<T> a = one, b = one, c = one, d = one, e = one, f = one, g = one, h = one, i = one, j = one, k = one, l = one;
        for (long n = 0; n < iterations; n++)
        {
            a = MultiplyAdd(a, half, one);
            b = MultiplyAdd(b, half, one);
            c = MultiplyAdd(c, half, one);
            d = MultiplyAdd(d, half, one);
            e = MultiplyAdd(e, half, one);
            f = MultiplyAdd(f, half, one);
            g = MultiplyAdd(g, half, one);
            h = MultiplyAdd(h, half, one);
            i = MultiplyAdd(i, half, one);
            j = MultiplyAdd(j, half, one);
            k = MultiplyAdd(k, half, one);
            l = MultiplyAdd(l, half, one);
        }

        return Vector.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> MultiplyAdd<T>(Vector<T> x, Vector<T> y, Vector<T> z)
        where T : unmanaged, IFloatingPointIeee754<T> => typeof(T) == typeof(float)
            ? Vector.MultiplyAddEstimate(x.As<T, float>(), y.As<T, float>(), z.As<T, float>()).As<float, T>()
            : Vector.MultiplyAddEstimate(x.As<T, double>(), y.As<T, double>(), z.As<T, double>()).As<double, T>();
}
