using NanoConv.Descriptions;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>y = x · scale + offset, by numbers that are settings: <c>new Rescaling(1 / 255.0)</c> takes bytes to [0, 1].</summary>
public sealed class Rescaling : ConstantAffine, IDescribed<Rescaling>
{
    /// <summary>Specifies the layer, with the same numbers for all channels; the arguments and defaults are Keras's.</summary>
    /// <param name="scale">What each number is multiplied by.</param>
    /// <param name="offset">What is then added.</param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentException">A number is not finite.</exception>
    public Rescaling(double scale, double offset = 0, string? name = null)
        : this([scale], [offset], name)
    {
    }

    /// <summary>Specifies the layer, with numbers for each channel.</summary>
    /// <param name="scale">What each channel is multiplied by, in their order; a single number for all.</param>
    /// <param name="offset">What is then added to it; a single number for all, and by default 0.</param>
    /// <param name="name">The layer's name.</param>
    /// <exception cref="ArgumentException">There is no number, or one is not finite.</exception>
    public Rescaling(IReadOnlyList<double> scale, IReadOnlyList<double>? offset = null, string? name = null)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(scale);
        (Scale, Offset) = ([.. scale], [.. offset ?? [0]]);
        foreach (IReadOnlyList<double> numbers in (IReadOnlyList<double>[])[Scale, Offset])
        {
            if (numbers.Count == 0 || !numbers.All(double.IsFinite))
                throw new ArgumentException($"Rescaling: expected finite numbers, one or one for each channel, received [{string.Join(", ", numbers)}]");
        }
    }

    /// <summary>What each channel is multiplied by; one number for all, or one for each.</summary>
    public IReadOnlyList<double> Scale { get; }

    /// <summary>What is then added; one number for all, or one for each.</summary>
    public IReadOnlyList<double> Offset { get; }

    /// <inheritdoc/>
    public override string Kind => "rescaling";

    /// <inheritdoc/>
    public static Rescaling FromConfig(ConfigReader config) => new(config.OneOrMoreReals("scale"), config.OneOrMoreReals("offset"), config.Name);

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        config.AddOneOrMore("scale", (double[])[.. Scale]);
        config.AddOneOrMore("offset", (double[])[.. Offset]);
    }

    private protected override int Count(Shape inputShape, Func<string, ArgumentException> error)
    {
        int channels = LastAxis(inputShape);
        foreach ((IReadOnlyList<double> numbers, string what) in ((IReadOnlyList<double>, string)[])[(Scale, "scale"), (Offset, "offset")])
        {
            if (numbers.Count != 1 && numbers.Count != channels)
                throw error($"expected one {what}, or one for each of {channels} channels, received {numbers.Count}");
        }

        return channels;
    }

    private protected override (double[] Centre, double[] Scale, double[] Shift) Make(Shape inputShape)
    {
        int channels = LastAxis(inputShape);
        return (new double[channels], ForEach(Scale), ForEach(Offset));

        double[] ForEach(IReadOnlyList<double> numbers) => [.. Enumerable.Range(0, channels).Select(c => numbers[numbers.Count == 1 ? 0 : c])];
    }
}
