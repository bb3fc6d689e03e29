using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;

namespace NanoConv.Layers;

/// <summary>
/// In training, sets whole channels of a picture to zero with a probability and multiplies the others by 1 / (1 − rate) (Tompson et al., 2015):
/// neighbouring pixels are alike, and dropping some of them drops little. In prediction, nothing. The mask is a function of seed, step,
/// layer, example and channel.
/// </summary>
public sealed class SpatialDropout2D : Layer, IDescribed<SpatialDropout2D>
{
    /// <summary>Specifies dropout of channels.</summary>
    /// <param name="rate">The share of channels to drop, in [0, 1).</param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside [0, 1).</exception>
    public SpatialDropout2D(double rate, string? name = null)
        : base(name)
    {
        if (!(rate >= 0 && rate < 1))
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "SpatialDropout2D: expected a rate in [0, 1)");
        Rate = rate;
    }

    /// <summary>The share of channels to drop.</summary>
    public double Rate { get; }

    /// <inheritdoc/>
    public override string Kind => "spatial_dropout2d";

    internal override bool KeepsOrder => true;

    /// <inheritdoc/>
    public static SpatialDropout2D FromConfig(ConfigReader config) => new(config.Real("rate"), config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config) => config.Add("rate", Rate);

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return new Built<T>(builder, builder.ExpectPicture().Channels, Rate);
    }

    private sealed class Built<T>(LayerBuilder<T> builder, int channels, double rate) : BuiltLayer<T>(builder, builder.InputShape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public override IReadOnlyList<KeptBuffer> Kept { get; } = [new KeptBuffer("mask", channels)];

        public override int ScratchElements => channels;

        internal override bool IsIdentity => true;

        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
        {
            if (!pass.Training)
            {
                x.CopyTo(y);
                return;
            }

            ulong key = CounterRandom.Key(RandomDomain.SpatialDropout, pass.Seed, pass.Step, pass.LayerIndex);
            CounterRandom.DropoutMask(pass.Kept(0)[..(pass.Count * channels)], key, (long)pass.FirstExample * channels, rate);
            Mask(pass, y, x);
        }

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            if (dx.IsEmpty)
                return;
            if (pass.Training)
                Mask(pass, dx, dy);
            else
                dy.CopyTo(dx);
        }

        private void Mask(LayerPass<T> pass, Span<T> to, ReadOnlySpan<T> from)
        {
            Span<T> zeros = pass.Scratch[..channels];
            zeros.Clear();
            int elements = InputShape.Elements;
            for (int example = 0; example < pass.Count; example++)
            {
                ReadOnlySpan<T> mask = pass.Kept(0).Slice(example * channels, channels);
                ChannelSums.ScaleAndShift(to.Slice(example * elements, elements), from.Slice(example * elements, elements), mask, zeros);
            }
        }
    }
}
