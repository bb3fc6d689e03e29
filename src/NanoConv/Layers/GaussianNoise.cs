using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;

namespace NanoConv.Layers;

/// <summary>
/// In training, adds a number to each element that is drawn from the normal distribution around 0; in prediction, nothing. The noise is a
/// function of seed, step, layer and element.
/// </summary>
public sealed class GaussianNoise : Layer, IDescribed<GaussianNoise>
{
    /// <summary>Specifies noise.</summary>
    /// <param name="stddev">The standard deviation, at least 0. Above 1, as is meet for pixels up to 255, Keras refuses it.</param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is below 0 or not finite.</exception>
    public GaussianNoise(double stddev, string? name = null)
        : base(name)
    {
        if (!(stddev >= 0 && double.IsFinite(stddev)))
            throw new ArgumentOutOfRangeException(nameof(stddev), stddev, "GaussianNoise: expected a finite standard deviation of at least 0");
        Stddev = stddev;
    }

    /// <summary>The standard deviation.</summary>
    public double Stddev { get; }

    /// <inheritdoc/>
    public override string Kind => "gaussian_noise";

    internal override bool KeepsOrder => true;

    /// <inheritdoc/>
    public static GaussianNoise FromConfig(ConfigReader config) => new(config.Real("stddev"), config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config) => config.Add("stddev", Stddev);

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return new Built<T>(builder, Stddev);
    }

    private sealed class Built<T>(LayerBuilder<T> builder, double deviation) : BuiltLayer<T>(builder, builder.InputShape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        internal override bool IsIdentity => true;

        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
        {
            if (!pass.Training)
            {
                x.CopyTo(y);
                return;
            }

            ulong key = CounterRandom.Key(RandomDomain.GaussianNoise, pass.Seed, pass.Step, pass.LayerIndex);
            NormalNumbers.Add(y, x, key, (long)pass.FirstExample * InputShape.Elements, deviation);
        }

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            if (!dx.IsEmpty)
                dy.CopyTo(dx);
        }
    }
}
