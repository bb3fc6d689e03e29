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
    /// w += momentum·u − rate·g. Or as PyTorch has it: u = momentum·u + g; w −= rate·u, or w −= rate·(g + momentum·u).
    /// </summary>
    /// <param name="w">Parameters, updated.</param>
    /// <param name="u">Velocities, updated.</param>
    /// <param name="g">Gradients, to which decay·w is added.</param>
    /// <param name="settings">Rate, momentum and decay of this step.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Momentum<T>(Span<T> w, Span<T> u, ReadOnlySpan<T> g, in MomentumStep<T> settings)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        MomentumStep<T> s = settings;
        (T inside, T outside) = s.OfGradients ? (T.One, -s.Rate) : (-s.Rate, T.One); // where the rate comes in
        Vector<T> momentum = new(s.Momentum), decay = new(s.Decay);
        int i = 0;
        for (; i <= w.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> weight = new(w[i..]), gradient = new(g[i..]);
            Vector<T> step = inside * (s.Decay == T.Zero ? gradient : gradient + (decay * weight));
            Vector<T> velocity = (momentum * new Vector<T>(u[i..])) + step;
            velocity.CopyTo(u[i..]);
            (weight + (outside * (s.Nesterov ? (momentum * velocity) + step : velocity))).CopyTo(w[i..]);
        }

        for (; i < w.Length; i++)
        {
            T step = inside * (s.Decay == T.Zero ? g[i] : g[i] + (s.Decay * w[i]));
            u[i] = (s.Momentum * u[i]) + step;
            w[i] += outside * (s.Nesterov ? (s.Momentum * u[i]) + step : u[i]);
        }
    }
}
