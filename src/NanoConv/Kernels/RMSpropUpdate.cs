using System.Numerics;

namespace NanoConv.Kernels;

/// <summary>RMSprop's arithmetic on flat spans of parameters.</summary>
public static class RMSpropUpdate
{
    /// <summary>
    /// RMSprop (Hinton, 2012), as Keras has it: v += (1−ρ)(g²−v); a += (1−ρ)(g−a); u = momentum·u + rate·g / √(v − a² + ε); w −= u.
    /// </summary>
    /// <param name="w">Parameters, updated.</param>
    /// <param name="v">Means of squared gradients, updated.</param>
    /// <param name="a">Means of gradients, updated; empty where they count as 0.</param>
    /// <param name="u">Last steps, updated; empty where there is no momentum.</param>
    /// <param name="g">Gradients.</param>
    /// <param name="settings">Rate, decay, momentum and ε.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Run<T>(Span<T> w, Span<T> v, Span<T> a, Span<T> u, ReadOnlySpan<T> g, in RMSpropStep<T> settings)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RMSpropStep<T> s = settings;
        Vector<T> rate = new(s.Rate), decay = new(s.Decay), momentum = new(s.Momentum), epsilon = new(s.Epsilon);
        int i = 0;
        for (; i <= w.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> gradient = new(g[i..]), variance = new(v[i..]);
            variance += decay * ((gradient * gradient) - variance);
            variance.CopyTo(v[i..]);
            if (!a.IsEmpty)
            {
                Vector<T> mean = new(a[i..]);
                mean += decay * (gradient - mean);
                mean.CopyTo(a[i..]);
                variance = Vector.Max(variance - (mean * mean), Vector<T>.Zero); // rounding may leave less than nothing
            }

            Vector<T> step = rate * gradient / Vector.SquareRoot(variance + epsilon);
            if (!u.IsEmpty)
            {
                step += momentum * new Vector<T>(u[i..]);
                step.CopyTo(u[i..]);
            }

            (new Vector<T>(w[i..]) - step).CopyTo(w[i..]);
        }

        for (; i < w.Length; i++)
        {
            v[i] += s.Decay * ((g[i] * g[i]) - v[i]);
            T variance = v[i];
            if (!a.IsEmpty)
            {
                a[i] += s.Decay * (g[i] - a[i]);
                variance = T.Max(variance - (a[i] * a[i]), T.Zero);
            }

            T step = s.Rate * g[i] / T.Sqrt(variance + s.Epsilon);
            if (!u.IsEmpty)
                step = u[i] = step + (s.Momentum * u[i]);
            w[i] -= step;
        }
    }
}
