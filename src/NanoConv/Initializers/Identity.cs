using NanoConv.Descriptions;
using NanoConv.Tensors;

namespace NanoConv.Initializers;

/// <summary>
/// A multiple of the identity, for the kernels of dense layers, [inputs, units]: as many inputs as there are units go through, zeros stand elsewhere. Those
/// of convolutions have <see cref="Dirac"/>.
/// </summary>
public sealed class Identity : Initializer, IDescribed<Identity>
{
    /// <summary>Specifies the matrix; the default is Keras's.</summary>
    /// <param name="gain">What stands on the diagonal.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not finite.</exception>
    public Identity(double gain = 1) => Gain = CheckFinite(gain, nameof(gain));

    /// <summary>What stands on the diagonal.</summary>
    public double Gain { get; }

    /// <inheritdoc/>
    public static Identity FromConfig(ConfigReader config) => new(config.Real("gain", 1));

    /// <inheritdoc/>
    public void Describe(ConfigWriter config) => config.Add("gain", Gain);

    /// <summary>Refuses: without its shape a matrix has no diagonal.</summary>
    /// <inheritdoc/>
    public override void Fill<T>(Span<T> values, int fanIn, int fanOut, ulong key) => throw NeedsShape();

    /// <inheritdoc/>
    public override void Fill<T>(Span<T> values, Shape shape, int fanIn, int fanOut, ulong key)
    {
        if (shape.Rank != 2)
            throw new ArgumentException($"Identity: expected a matrix, received a parameter of shape {shape}");
        values.Clear();
        for (int i = 0; i < Math.Min(shape[0], shape[1]); i++)
            values[(i * shape[1]) + i] = T.CreateChecked(Gain);
    }
}
