using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Initializers;
using NanoConv.Kernels;
using NanoConv.Regularizers;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>
/// x where it is positive, α·x elsewhere, with slopes α that are learned (He et al., 2015): one for each element of an example, or for each channel, or
/// a single one. At 0 the slope is taken as α, as in PyTorch; Keras takes 0.
/// </summary>
public sealed class PReLU : Layer, IDescribed<PReLU>
{
    private readonly int[] sharedAxes;

    /// <summary>Specifies the layer; the defaults are Keras's. PyTorch's starts from slopes of 0.25 and shares all axes but the channels, or all.</summary>
    /// <param name="alphaInitializer">By default <see cref="Zeros"/>, with which it begins as ReLU.</param>
    /// <param name="alphaRegularizer">Added to the loss for α.</param>
    /// <param name="sharedAxes">
    /// The axes along which elements share their α, counted from 1, as 0 is that of the batch: [1, 2] for a slope for each channel of pictures, all axes for
    /// a single one; by default none, so that each element of an example has its own.
    /// </param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentException">An axis is below 1, or there twice.</exception>
    public PReLU(
        Initializer? alphaInitializer = null, Regularizer? alphaRegularizer = null, IReadOnlyList<int>? sharedAxes = null, string? name = null)
        : base(name)
    {
        (AlphaInitializer, AlphaRegularizer, this.sharedAxes) = (alphaInitializer ?? new Zeros(), alphaRegularizer, [.. sharedAxes ?? []]);
        if (Array.Exists(this.sharedAxes, axis => axis < 1) || this.sharedAxes.Distinct().Count() < this.sharedAxes.Length)
        {
            throw new ArgumentException(
                $"PReLU: expected different shared axes, from 1 on, received [{string.Join(", ", this.sharedAxes)}]", nameof(sharedAxes));
        }
    }

    /// <summary>The slopes' first values.</summary>
    public Initializer AlphaInitializer { get; }

    /// <summary>What is added to the loss for the slopes.</summary>
    public Regularizer? AlphaRegularizer { get; }

    /// <summary>The axes along which elements share their slope, from 1.</summary>
    public IReadOnlyList<int> SharedAxes => sharedAxes;

    /// <inheritdoc/>
    public override string Kind => "p_re_lu";

    internal override int? ForeignKernelRank => 0;

    internal override bool KeepsOrder => true;

    /// <inheritdoc/>
    public static PReLU FromConfig(ConfigReader config) => new(
        config.Initializer("alpha_initializer", new Zeros()),
        config.Regularizer("alpha_regularizer"),
        config.Wholes("shared_axes"),
        config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        config.Add("alpha_initializer", AlphaInitializer);
        config.Add("alpha_regularizer", AlphaRegularizer);
        config.Add("shared_axes", sharedAxes);
    }

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.InputShape.Rank == 0)
            throw builder.Error("expected an input with axes, received a single number");
        int[] axes = builder.InputShape.Axes.ToArray();
        foreach (int axis in sharedAxes)
        {
            if (axis > axes.Length)
                throw builder.Error($"expected shared axes up to {axes.Length}, the last one of an input of shape {builder.InputShape}, received {axis}");
            axes[axis - 1] = 1;
        }

        builder.AddParameter("alpha", new Shape(axes), AlphaInitializer, 1, 1, AlphaRegularizer);
        return new Built<T>(builder, new LearnedSlopes(builder.InputShape, new Shape(axes)));
    }

    private sealed class Built<T>(LayerBuilder<T> builder, LearnedSlopes slopes) : BuiltLayer<T>(builder, builder.InputShape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        internal override bool TakesPostOperations => true;

        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y) => slopes.Multiply(y, x, x, Parameters[0].Value);

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            slopes.AddGradient(pass.Gradient(0), dy, x);
            if (!dx.IsEmpty)
                slopes.Multiply(dx, dy, x, Parameters[0].Value);
        }
    }
}
