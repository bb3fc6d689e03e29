using NanoConv.Data;
using NanoConv.Graphs;
using NanoConv.Initializers;
using NanoConv.Layers;
using NanoConv.Layers.Activations;
using NanoConv.Layers.Augmentation;
using NanoConv.Losses;
using NanoConv.Optimizers;
using NanoConv.Schedules;
using NanoConv.Tensors;
using NanoConv.Training;

namespace NanoConv.Cifar.Networks;

/// <summary>
/// The network and the settings of the CIFAR-10 speed run: 94 % of the test pictures in as little work as possible (Jordan, 2024, "94% on CIFAR-10 in 3.29
/// seconds on a single GPU", arXiv:2404.00498, airbench94). 1.97 million parameters, 118 million multiplications and additions a picture forward.
/// </summary>
public static class Cifar94
{
    /// <summary>Pictures a step.</summary>
    public const int BatchSize = 1024;

    private const double Epochs = 9.9;
    private const int WhiteningEpochs = 3, WhiteningImages = 5000;
    private const double WhiteningEpsilon = 5e-4;
    private const string WhiteningName = "whitening";

    // Nesterov's momentum makes steps 1 + 1 / (1 − momentum) times as long as gradients are: rates and decays are said as if it did not.
    private const double Momentum = 0.85, StepLength = 1024 * (1 + 1 / (1 - Momentum));
    private const double Rate = 11.5 / StepLength, Decay = 0.0153 * BatchSize / StepLength, BiasRate = 64;

    /// <summary>How the test pictures are looked at: each with its mirror image, and shifted by a pixel to either side.</summary>
    public static TestTimeAugmentation Views { get; } = TestTimeAugmentation.MirrorAndShift();

    /// <summary>The network, for pictures with values from 0 to 1.</summary>
    public static Sequential Create() => new(
    [
        // Two epochs in a row see each picture both ways; parts of it come from anywhere within two pixels.
        new RandomFlip(FlipMode.Horizontal, alternating: true),
        new RandomCrop(32, 32, padding: 2, FillMode.Reflect),
        new Normalization(mean: [0.4914, 0.4822, 0.4465], variance: [0.2470 * 0.2470, 0.2435 * 0.2435, 0.2616 * 0.2616]),

        // Its kernel is made of the pictures, and is not trained: see Whitening.
        new Conv2D(24, 2, activation: Activation.GELU, name: WhiteningName),
        .. Group(64),
        .. Group(256),
        .. Group(256),
        new MaxPooling2D(3),
        new Flatten(),
        new Dense(10, useBias: false, kernelInitializer: Uniform),
        new Rescaling([1.0 / 9]), // small logits: what they are scaled by, weights need not grow to
        Activation.Softmax,
    ]);

    /// <summary>The model, its first kernel made of training pictures.</summary>
    /// <param name="images">Training pictures with values from 0 to 1, of which the first 5,000 are looked at.</param>
    /// <param name="seed">The seed of the other weights.</param>
    public static Model<float> Build(IInputs<float> images, int seed)
    {
        Model<float> model = Create().Build<float>(images.InputShape, seed);
        int count = Math.Min(WhiteningImages, images.Count);
        var first = new Tensor<float>(images.InputShape.Batch(count));
        for (int i = 0; i < count; i++)
            images.CopyInput(i, first.AsSpan().Slice(i * images.InputShape.Elements, images.InputShape.Elements));
        string normalized = model.Layers.First(layer => layer.Specification is Normalization).Name;
        var seen = new TensorInputs<float>(model.Outputs(first, normalized)[0]);
        model.Edit($"{WhiteningName}/kernel", Whitening.Kernel(seen, size: 2, WhiteningEpsilon).CopyTo);
        return model;
    }

    /// <summary>How it is trained: 9.9 epochs of whole batches.</summary>
    /// <param name="images">Training pictures.</param>
    public static FitOptions Options(int images)
    {
        int stepsPerEpoch = Math.Max(1, images / BatchSize), steps = (int)Math.Ceiling(Epochs * stepsPerEpoch);
        return new FitOptions
        {
            Epochs = (int)Math.Ceiling(Epochs),
            BatchSize = BatchSize,
            DropRemainder = true,
            MaxSteps = steps,
            Loss = new CategoricalCrossentropy(labelSmoothing: 0.2, reduction: Reduction.Sum),

            // Up over the first 23 % of the steps and down again; steps as PyTorch takes them.
            Optimizer = new SGD(PiecewiseLinear.Triangular(Rate, steps), Momentum, nesterov: true, weightDecay: Decay / Rate, gradientVelocity: true)
            {
                Groups =
                [
                    new ParameterGroup($"{WhiteningName}/kernel", rate: 0),
                    new ParameterGroup($"{WhiteningName}/bias", new PiecewiseConstantDecay([WhiteningEpochs * stepsPerEpoch - 1], [1, 0])),
                    new ParameterGroup("batch_normalization_*/beta", BiasRate, Decay / (BiasRate * Rate)),
                ],
                Lookahead = new Lookahead(every: 5, new PowerGrowth(Math.Pow(0.95, 5), steps, power: 3)),
            },
        };
    }

    // Of PyTorch's first kernels.
    private static VarianceScaling Uniform => new(1.0 / 3, distribution: FanDistribution.Uniform);

    // Scales are left at 1: the next convolution has them in its kernel.
    private static BatchNormalization Norm => new(momentum: 0.6, epsilon: 1e-12, scale: false);

    private static Layer[] Group(int filters) =>
    [
        Convolution(filters), new MaxPooling2D(2), Norm, Activation.GELU,
        Convolution(filters), Norm, Activation.GELU,
    ];

    // The first filters hand their channels on, so that a deep network begins as a shallow one.
    private static Conv2D Convolution(int filters) =>
        new(filters, 3, padding: Padding.Same, useBias: false, kernelInitializer: new Dirac(Uniform));
}
