using FsCheck;
using FsCheck.Fluent;
using NanoConv.Convolutions;

namespace NanoConv.Tests;

/// <summary>Networks to compile.</summary>
internal static partial class Generators
{
    /// <summary>
    /// Graphs of some layers that mostly follow one another: convolutions with and without bias and activation, batch normalisations,
    /// activations, additions, and layers that change nothing; then a head of the same kinds.
    /// </summary>
    public static Arbitrary<CompilationCase> Compilations { get; } = Arb.From(
        from sides in Gen.Elements(3, 4, 4, 8).Two()
        from channels in Gen.Elements(1, 4, 8, 8, 8, 16)
        from groups in Gen.Choose(1, 4).SelectMany(count => Gen.ArrayOf(Gen.Frequency((2, CompilationSteps), (1, ResidualSteps)), count))
        let steps = groups.SelectMany(some => some).ToArray()
        from head in CompilationHead
        from others in Gen.Choose(0, 2).SelectMany(count => Gen.ArrayOf(Gen.Choose(0, 11), count))
        from seed in Seeds
        let found = new CompilationCase((sides.Item1, sides.Item2, channels), steps, head, others, seed)
        where found.Build<double>().ForwardFlops < 2_000_000
        select found,
        Shrink);

    private static Gen<int> NearPlace => Gen.Frequency((4, Gen.Constant(0)), (1, Gen.Choose(1, 11)));

    private static Gen<GraphStep[]> CompilationSteps => Gen.Choose(1, 4).SelectMany(count => Gen.ArrayOf(CompilationStep, count));

    // A residual block: it adds what its last convolution reads, or something before that.
    private static Gen<GraphStep[]> ResidualSteps =>
        from kernels in Gen.Elements(1, 3, 3).Two()
        from first in Gen.Elements<Layer[]>([], [Activation.ReLU], [new BatchNormalization(), Activation.ReLU])
        from normalization in Gen.Elements(0, 1, 1, 2).SelectMany(count => Gen.ArrayOf(Normalization, count))
        from others in Gen.OneOf(Gen.Constant((int[])[1 + normalization.Length]), Gen.ArrayOf(Gen.Choose(1, 4), 1), Gen.ArrayOf(Gen.Choose(1, 4), 2))
        from end in Gen.OneOf(Gen.Constant<Layer[]>([]), LayerInPlace.Select(layer => (Layer[])[layer]))
        select (GraphStep[])
        [
            new(new Conv2D(8, kernels.Item1, padding: Padding.Same, activation: first.Length > 0 ? Activation.Linear : Activation.ReLU), [0]),
            .. ((Layer[])[.. first, new Conv2D(8, kernels.Item2, padding: Padding.Same), .. normalization]).Select(layer => new GraphStep(layer, [0])),
            new(new Add(), [0, .. others]), .. end.Select(layer => new GraphStep(layer, [0])),
        ];

    private static Gen<GraphStep> CompilationStep => Gen.Frequency(
        (12, from layer in Gen.Frequency((4, CompilationConvolution), (4, Normalization), (3, LayerInPlace))
             from place in NearPlace
             select new GraphStep(layer, [place])),
        (3, from layer in Gen.Elements<Layer>(new Add(), new Add(), new Add(), new Multiply(), new Concatenate())
            from first in NearPlace
            from others in Gen.Choose(1, 2).SelectMany(count => Gen.ArrayOf(Gen.Choose(0, 11), count))
            select new GraphStep(layer, [first, .. others])));

    private static Gen<Layer> CompilationConvolution =>
        from filters in Gen.Elements(4, 8, 8, 8, 16)
        from kernel in Gen.Elements(1, 3, 3)
        from stride in Gen.Elements(1, 1, 1, 1, 1, 2)
        from activation in Gen.Elements(Activation.Linear, Activation.Linear, Activation.Linear, Activation.ReLU, Activation.SiLU, Activation.Softmax)
        from useBias in Gen.Elements(true, false)
        from algorithm in Gen.Elements<ConvolutionAlgorithmKind?>(
            null, null, null, ConvolutionAlgorithmKind.Naive, ConvolutionAlgorithmKind.NaiveProduct)
        select (Layer)new Conv2D(filters, kernel, stride, Padding.Same, activation, useBias, algorithm: algorithm);

    private static Gen<Layer> Normalization =>
        from scale in Gen.Elements(true, true, false)
        from center in Gen.Elements(true, true, false)
        from epsilon in Gen.Elements(1e-3, 0.1)
        select (Layer)new BatchNormalization(0.9, epsilon, center, scale);

    private static Gen<Layer> LayerInPlace => Gen.Elements<Layer>(
        Activation.ReLU, Activation.ReLU, Activation.SiLU, Activation.Softmax, Activation.Linear, new Dropout(0.3), new MaxPooling2D(2, 1, Padding.Same),
        new SpatialDropout2D(0.3), new GaussianNoise(0.3), new LayerNormalization(epsilon: 0.1), new GroupNormalization(1, 0.1), new Rescaling(0.5, 0.25),
        new NanoConv.Layers.Normalization(mean: [0.5], variance: [0.25]));

    private static Gen<Layer[]> CompilationHead =>
        from classes in Gen.Choose(2, 5)
        from useBias in Gen.Elements(true, false)
        from head in Gen.Elements<Layer[]>(
            [new Dense(classes, Activation.Softmax, useBias)],
            [new Dense(classes, useBias: useBias), Activation.Softmax],
            [new Dense(classes, useBias: useBias), new BatchNormalization(), Activation.Softmax],
            [new Dense(6, useBias: useBias), new BatchNormalization(), Activation.ReLU, new Dropout(0.5), new Dense(classes, Activation.Softmax)],
            [new Dense(classes, Activation.Softmax), new Dropout(0.5)],
            [new Dense(classes), Activation.Softmax, Activation.Linear],
            [new Dense(classes, Activation.ReLU), new BatchNormalization()])
        select head;

    private static IEnumerable<CompilationCase> Shrink(CompilationCase found) =>
        Enumerable.Range(0, found.Steps.Length).Where(_ => found.Steps.Length > 1).Select(i => found with { Steps = Without(found.Steps, i) })
            .Concat(Enumerable.Range(0, found.AlsoOutputs.Length).Select(i => found with { AlsoOutputs = Without(found.AlsoOutputs, i) }))
            .Concat(Towards(found.InputShape[0], 1).Select(less => found with { InputShape = (less, found.InputShape[1], found.InputShape[2]) }))
            .Concat(Towards(found.InputShape[1], 1).Select(less => found with { InputShape = (found.InputShape[0], less, found.InputShape[2]) }));
}
