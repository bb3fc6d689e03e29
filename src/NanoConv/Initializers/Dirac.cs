using NanoConv.Descriptions;
using NanoConv.Tensors;

namespace NanoConv.Initializers;

/// <summary>
/// Kernels of convolutions, [height, width, in, out], that hand their input on: filter i, for as many as there are channels, has a 1 for channel i in the
/// kernel's middle and zeros elsewhere (Zagoruyko and Komodakis, 2017), as PyTorch's dirac_ has it. A side of even length has its middle behind the
/// half. Filters beyond the channels are another initializer's. Keras has none like it.
/// </summary>
/// <param name="others">The filters that no channel is left for; by default <see cref="Zeros"/>, as in PyTorch.</param>
public sealed class Dirac(Initializer? others = null) : Initializer, IDescribed<Dirac>
{
    /// <summary>The filters that no channel is left for.</summary>
    public Initializer Others { get; } = others ?? new Zeros();

    /// <inheritdoc/>
    public static Dirac FromConfig(ConfigReader config) => new(config.Initializer("others", new Zeros()));

    /// <inheritdoc/>
    public void Describe(ConfigWriter config) => config.Add("others", Others);

    /// <summary>Refuses: without its shape a kernel has no middle.</summary>
    /// <inheritdoc/>
    public override void Fill<T>(Span<T> values, int fanIn, int fanOut, ulong key) => throw NeedsShape();

    /// <inheritdoc/>
    public override void Fill<T>(Span<T> values, Shape shape, int fanIn, int fanOut, ulong key)
    {
        if (shape.Rank != 4)
            throw new ArgumentException($"Dirac: expected a kernel of shape (height, width, in, out), received a parameter of shape {shape}");
        (int channels, int filters) = (shape[2], shape[3]);
        int middle = (((shape[0] / 2) * shape[1]) + (shape[1] / 2)) * channels, identities = Math.Min(channels, filters);
        Others.Fill(values, shape, fanIn, fanOut, key);
        for (int row = 0; row < values.Length / filters; row++)
            values.Slice(row * filters, identities).Clear();
        for (int i = 0; i < identities; i++)
            values[((middle + i) * filters) + i] = T.One;
    }
}
