using System.Numerics;
using NanoConv.Kernels;

namespace NanoConv.Layers;

/// <summary>
/// Layers behind a product that scale and shift its outputs, as batch normalisations do in prediction, as part of its weights:
/// (x·w + b) · s + t = x·(w · s) + (b · s + t), with a number of s and t for each output.
/// </summary>
/// <param name="layers">In the order in which they follow.</param>
/// <typeparam name="T">The number type.</typeparam>
internal sealed class WeightFold<T>(IReadOnlyList<BuiltLayer<T>> layers)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The weights to multiply by instead, from the parameters as they are now.</summary>
    /// <param name="kernel">[…, outputs].</param>
    /// <param name="bias">[outputs]; empty for none.</param>
    public (ReadOnlyMemory<T> Kernel, ReadOnlyMemory<T> Bias) Apply(ReadOnlySpan<T> kernel, ReadOnlySpan<T> bias)
    {
        int outputs = layers[0].ScaleAndShift!.Value.Scale.Length;
        T[] factors = new T[outputs], folded = new T[kernel.Length], shifts = new T[outputs];
        Array.Fill(factors, T.One);
        bias.CopyTo(shifts);
        foreach (BuiltLayer<T> layer in layers)
        {
            (ReadOnlyMemory<T> scale, ReadOnlyMemory<T> shift) = layer.ScaleAndShift!.Value;
            for (int c = 0; c < outputs; c++)
                (factors[c], shifts[c]) = (factors[c] * scale.Span[c], (shifts[c] * scale.Span[c]) + shift.Span[c]);
        }

        ChannelSums.ScaleAndShift(folded, kernel, factors, new T[outputs]);
        return (folded, shifts);
    }
}
