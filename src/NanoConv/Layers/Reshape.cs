using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>
/// Gives an example other axes; in memory nothing changes, the last axis stays the one whose elements lie side by side. PyTorch's pictures lie
/// otherwise, so there <c>view</c> does not do the same to them.
/// </summary>
public sealed class Reshape : Layer, IDescribed<Reshape>
{
    private const int MostAxes = 32; // a hostile file may name millions

    /// <summary>Specifies the layer.</summary>
    /// <param name="targetShape">The axes of an example, 32 at most, without that of the batch; one may be −1, which is as long as is left for it.</param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentException">There is no axis, or there are too many, one is below 1 and not −1, or several are −1.</exception>
    public Reshape(IReadOnlyList<int> targetShape, string? name = null)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(targetShape);
        if (targetShape.Count is 0 or > MostAxes)
            throw new ArgumentException($"Reshape: expected 1 to {MostAxes} axes, received {targetShape.Count}", nameof(targetShape));
        TargetShape = [.. targetShape];
        if (TargetShape.Any(axis => axis is 0 or < -1) || TargetShape.Count(axis => axis == -1) > 1)
        {
            throw new ArgumentException(
                $"Reshape: expected axes of at least 1, but for one −1 at most, received {Describe(TargetShape)}", nameof(targetShape));
        }
    }

    /// <summary>The axes of an example; one may be −1.</summary>
    public IReadOnlyList<int> TargetShape { get; }

    /// <inheritdoc/>
    public override string Kind => "reshape";

    /// <inheritdoc/>
    public static Reshape FromConfig(ConfigReader config) => new(config.Wholes("target_shape"), config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config) => config.Add("target_shape", [.. TargetShape]);

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        int elements = builder.InputShape.Elements;
        Int128 known = 1;
        foreach (int axis in TargetShape.Where(axis => axis != -1))
            known = known <= elements ? known * axis : known; // more than that fits no input, however many axes follow
        bool isOpen = TargetShape.Contains(-1);
        if (isOpen ? known > elements || elements % known != 0 : known != elements)
            throw builder.Error($"expected an input of as many elements as {Describe(TargetShape)}, received {builder.InputShape}");
        return new Built<T>(builder, new Shape([.. TargetShape.Select(axis => axis == -1 ? (int)(elements / known) : axis)]));
    }

    private static string Describe(IReadOnlyList<int> axes) => $"({string.Join(", ", axes)}{(axes.Count == 1 ? "," : "")})";

    private sealed class Built<T>(LayerBuilder<T> builder, Shape output) : BuiltLayer<T>(builder, output)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        internal override bool IsIdentity => true;

        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y) => x.CopyTo(y);

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            if (!dx.IsEmpty)
                dy.CopyTo(dx);
        }
    }
}
