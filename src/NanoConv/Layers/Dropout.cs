using System.Numerics;
using System.Numerics.Tensors;
using NanoConv.Descriptions;
using NanoConv.Kernels;

namespace NanoConv.Layers;

/// <summary>
/// In training, sets each element to zero with a probability and multiplies the others by 1 / (1 − rate), so that the
/// expectation stays; in prediction, nothing. The mask is a function of seed, step, layer and element.
/// </summary>
public sealed class Dropout : Layer, IDescribed<Dropout>
{
    /// <summary>Specifies dropout.</summary>
    /// <param name="rate">The share of elements to drop, in [0, 1).</param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside [0, 1).</exception>
    public Dropout(double rate, string? name = null)
        : base(name)
    {
        if (!(rate >= 0 && rate < 1))
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "Dropout: expected a rate in [0, 1)");
        Rate = rate;
    }

    /// <summary>The share of elements to drop.</summary>
    public double Rate { get; }

    /// <inheritdoc/>
    public override string Kind => "dropout";

    internal override bool KeepsOrder => true;

    /// <inheritdoc/>
    public static Dropout FromConfig(ConfigReader config) => new(config.Real("rate"), config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        config.Add("rate", Rate);
    }

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return new Built<T>(builder, Rate);
    }

    private sealed class Built<T>(LayerBuilder<T> builder, double rate) : BuiltLayer<T>(builder, builder.InputShape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public override IReadOnlyList<KeptBuffer> Kept { get; } = [new KeptBuffer("mask", builder.InputShape.Elements)];

        internal override bool IsIdentity => true;

        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
        {
            if (!pass.Training)
            {
                x.CopyTo(y);
                return;
            }

            Span<T> mask = pass.Kept(0)[..x.Length];
            ulong key = CounterRandom.Key(RandomDomain.Dropout, pass.Seed, pass.Step, pass.LayerIndex);
            CounterRandom.DropoutMask(mask, key, (long)pass.FirstExample * InputShape.Elements, rate);
            TensorPrimitives.Multiply(x, mask, y);
        }

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            if (dx.IsEmpty)
                return;
            if (pass.Training)
                TensorPrimitives.Multiply(dy, pass.Kept(0)[..dy.Length], dx);
            else
                dy.CopyTo(dx);
        }
    }
}
