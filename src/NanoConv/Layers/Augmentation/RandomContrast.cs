using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;
using NanoConv.Tensors;

namespace NanoConv.Layers.Augmentation;

/// <summary>In training moves each channel of a picture away from its mean, or towards it: (x − mean) · factor + mean; in prediction nothing.</summary>
public sealed class RandomContrast : Layer, IDescribed<RandomContrast>
{
    /// <summary>Specifies the layer as Keras does, but for values from 0 to 1, as this library's pictures have them; Keras's are from 0 to 255.</summary>
    /// <param name="lower">The factor is drawn from 1 − lower, 0 to 1, …</param>
    /// <param name="upper">… to 1 + upper, at least 0; by default as much as lower.</param>
    /// <param name="valueRange">The least and the greatest value, beyond which results are cut.</param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentException">A number is out of its range.</exception>
    public RandomContrast(double lower, double? upper = null, (double Least, double Greatest)? valueRange = null, string? name = null)
        : base(name)
    {
        (Lower, Upper) = (lower, upper ?? lower);
        if (!(Lower is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(lower), lower, "RandomContrast: expected a number from 0 to 1");
        if (!(Upper >= 0 && double.IsFinite(Upper)))
            throw new ArgumentOutOfRangeException(nameof(upper), upper, "RandomContrast: expected a finite number of at least 0");
        ValueRange = Values.Check(valueRange, TypeName);
    }

    /// <summary>The factor is drawn from 1 less this …</summary>
    public double Lower { get; }

    /// <summary>… to 1 and this.</summary>
    public double Upper { get; }

    /// <summary>The least and the greatest value.</summary>
    public (double Least, double Greatest) ValueRange { get; }

    /// <inheritdoc/>
    public override string Kind => "random_contrast";

    internal override bool KeepsOrder => true;

    /// <inheritdoc/>
    public static RandomContrast FromConfig(ConfigReader config) => new(
        config.Real("lower"), config.Real("upper"), Values.Read(config), config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        config.Add("lower", Lower);
        config.Add("upper", Upper);
        Values.Describe(config, ValueRange);
    }

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.ExpectPicture();
        return new Built<T>(builder, this);
    }

    private sealed class Built<T>(LayerBuilder<T> builder, RandomContrast specification) : AugmentationLayer<T>(builder, builder.InputShape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly T least = T.CreateChecked(specification.ValueRange.Least);
        private readonly T greatest = T.CreateChecked(specification.ValueRange.Greatest);

        private int Channels => InputShape[2];

        protected override void Augment(Draws draws, ReadOnlySpan<T> x, Span<T> y)
        {
            T factor = FactorOf(draws);
            for (int c = 0; c < Channels; c++)
            {
                T mean = Mean(x, c);
                for (int i = c; i < x.Length; i += Channels)
                    y[i] = T.Clamp(Unclamped(x[i], mean, factor), least, greatest);
            }
        }

        // What is cut has no gradient; of the others a part goes through the mean: dx = factor·dy + (1 − factor)·Σ dy / n.
        protected override void InputGradient(Draws draws, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dx)
        {
            T factor = FactorOf(draws), pixels = T.CreateChecked(x.Length / Channels);
            for (int c = 0; c < Channels; c++)
            {
                T mean = Mean(x, c), sum = T.Zero;
                for (int i = c; i < x.Length; i += Channels)
                {
                    T value = Unclamped(x[i], mean, factor);
                    T gradient = value >= least && value <= greatest ? dy[i] : T.Zero;
                    sum += gradient;
                    dx[i] = factor * gradient;
                }

                T through = (T.One - factor) * sum / pixels;
                for (int i = c; i < x.Length; i += Channels)
                    dx[i] += through;
            }
        }

        private static T Unclamped(T x, T mean, T factor) => ((x - mean) * factor) + mean;

        private T FactorOf(Draws draws) => T.CreateChecked(draws.Between((1 - specification.Lower, 1 + specification.Upper), 0));

        // In double, as a long sum of floats loses digits.
        private T Mean(ReadOnlySpan<T> x, int channel)
        {
            double sum = 0;
            for (int i = channel; i < x.Length; i += Channels)
                sum += double.CreateChecked(x[i]);
            return T.CreateChecked(sum / (x.Length / Channels));
        }
    }
}
