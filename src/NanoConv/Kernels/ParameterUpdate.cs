using System.Numerics;

namespace NanoConv.Kernels;

/// <summary>The optimisers' arithmetic on flat spans of parameters.</summary>
public static class ParameterUpdate
{
    /// <summary>
    /// Adam (Kingma and Ba, 2015): m += (1−β₁)(g−m); v += (1−β₂)(g²−v); w −= rate · m·c₁ / (√(v·c₂) + ε).
    /// </summary>
    /// <param name="w">Parameters, updated.</param>
    /// <param name="m">First moments, updated.</param>
    /// <param name="v">Second moments, updated.</param>
    /// <param name="g">Gradients.</param>
    /// <param name="settings">Rate, decays, corrections and ε of this step.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Adam<T>(Span<T> w, Span<T> m, Span<T> v, ReadOnlySpan<T> g, in AdamStep<T> settings)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        AdamStep<T> s = settings;
        Vector<T> rate = new(s.Rate), decay1 = new(s.Decay1), decay2 = new(s.Decay2);
        Vector<T> correction1 = new(s.Correction1), correction2 = new(s.Correction2), epsilon = new(s.Epsilon);
        int i = 0;
        for (; i <= w.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> gradient = new(g[i..]), first = new(m[i..]), second = new(v[i..]);
            first += decay1 * (gradient - first);
            second += decay2 * ((gradient * gradient) - second);
            first.CopyTo(m[i..]);
            second.CopyTo(v[i..]);
            Vector<T> step = rate * (first * correction1) / (Vector.SquareRoot(second * correction2) + epsilon);
            (new Vector<T>(w[i..]) - step).CopyTo(w[i..]);
        }

        for (; i < w.Length; i++)
        {
            m[i] += s.Decay1 * (g[i] - m[i]);
            v[i] += s.Decay2 * ((g[i] * g[i]) - v[i]);
            w[i] -= s.Rate * (m[i] * s.Correction1) / (T.Sqrt(v[i] * s.Correction2) + s.Epsilon);
        }
    }

    /// <summary>
    /// Gradient descent with momentum, as Keras has it: u = momentum·u − rate·g; w += u, or with Nesterov's look-ahead
    /// w += momentum·u − rate·g.
    /// </summary>
    /// <param name="w">Parameters, updated.</param>
    /// <param name="u">Velocities, updated.</param>
    /// <param name="g">Gradients.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="momentum">The share of the velocity that is kept.</param>
    /// <param name="nesterov">Whether to look ahead.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Momentum<T>(Span<T> w, Span<T> u, ReadOnlySpan<T> g, T rate, T momentum, bool nesterov)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < w.Length; i++)
        {
            T step = rate * g[i];
            u[i] = (momentum * u[i]) - step;
            w[i] += nesterov ? (momentum * u[i]) - step : u[i];
        }
    }
}
