using System.Numerics;
using System.Runtime.CompilerServices;
using NanoConv.Convolutions;

namespace NanoConv.Bench;

/// <summary>One convolution by one algorithm with all its buffers: a shard of images, ready to run in each direction.</summary>
internal sealed class ConvolutionCase<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ConvolutionAlgorithm<T> algorithm;
    private readonly int images;
    private readonly AlignedArray<T> input;
    private readonly AlignedArray<T> y;
    private readonly AlignedArray<T> outputGradient;
    private readonly AlignedArray<T> dw;
    private readonly AlignedArray<T> dx;
    private readonly AlignedArray<T> scratch;

    public ConvolutionCase(ConvolutionAlgorithm<T> algorithm, int images)
    {
        (this.algorithm, this.images) = (algorithm, images);
        ConvolutionGeometry geometry = algorithm.Geometry;
        Random random = new(1);
        input = Numbers(random, algorithm.Input.Length(images));
        y = new(algorithm.Output.Length(images));
        outputGradient = Numbers(random, algorithm.OutputGradient.Length(images));
        dw = new(geometry.KernelElements);
        dx = new(images * geometry.Window.InputElements);
        scratch = new(algorithm.ScratchElements);
        algorithm.Prepare(Numbers(random, geometry.KernelElements).Span.ToArray(), new T[geometry.Filters]);
    }

    /// <summary>
    /// A shard of a layer's examples, by one algorithm or, if that is null, by the direct one and, where it is another, by the one that the layer has
    /// chosen; none if the layer is no convolution, or the algorithm does not take it.
    /// </summary>
    public static IEnumerable<ConvolutionCase<T>> Of(BuiltLayer<T> layer, ConvolutionAlgorithmKind? kind)
    {
        if (layer.Specification is not Conv2D conv)
            return [];
        ConvolutionGeometry geometry = new(new(layer.InputShape, conv.KernelSize, conv.Strides, conv.Padding), conv.Filters);
        ConvolutionAlgorithmKind[] kinds = kind is { } one ? [one] : [ConvolutionAlgorithmKind.Direct, ConvolutionAlgorithm<T>.For(geometry).Kind];
        return kinds.Distinct().Where(each => ConvolutionAlgorithm<T>.Refusal(geometry, each) is null)
            .Select(each => new ConvolutionCase<T>(ConvolutionAlgorithm<T>.For(geometry, each), Inference.ShardSize));
    }

    /// <summary>The algorithm's name.</summary>
    public string Algorithm => algorithm.Name;

    /// <summary>Multiplications and additions of one direction, by its definition.</summary>
    public double Flops => (double)images * algorithm.Geometry.ForwardFlops;

    /// <summary>
    /// Bytes of input, kernel and output, each moved once. The same in all directions: each reads two of them and
    /// writes the third, or its gradient.
    /// </summary>
    public long Bytes => (((long)images * (algorithm.Geometry.Window.InputElements + algorithm.Geometry.OutputElements)) + algorithm.Geometry.KernelElements)
        * Unsafe.SizeOf<T>();

    /// <summary>The three directions by name.</summary>
    public IReadOnlyList<(string Name, Action Run)> Directions =>
        [("forward", Forward), ("kernel gradient", KernelGradient), ("input gradient", InputGradient)];

    public void Forward() => algorithm.Forward(images, y, input, scratch, relu: true);

    public void KernelGradient() => algorithm.KernelGradient(images, dw, input, outputGradient, scratch);

    public void InputGradient() => algorithm.InputGradient(images, dx, outputGradient, scratch);

    private static AlignedArray<T> Numbers(Random random, int count)
    {
        AlignedArray<T> numbers = new(count);
        foreach (ref T number in numbers.Span)
            number = T.CreateTruncating((2 * random.NextDouble()) - 1);
        return numbers;
    }
}
