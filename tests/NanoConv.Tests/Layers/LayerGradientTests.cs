using NanoConv.Convolutions;

namespace NanoConv.Tests.Layers;

/// <summary>Rung 3: every parameter and input of every layer against central differences, with a random cotangent.</summary>
public sealed class LayerGradientTests : PropertySuite
{
    private const double Share = 0.2;

    /// <summary>Every activation, with a bias; what is fused without one, too.</summary>
    public static TheoryData<Activation, bool> Activations
    {
        get
        {
            TheoryData<Activation, bool> cases = new() { { Activation.ReLU, false } };
            foreach (Activation activation in KnownActivations.All)
                cases.Add(activation, true);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Activations))]
    public void Every_gradient_of_a_convolution_is_its_slope(Activation activation, bool useBias) =>
        ForAll(Generators.SmallConvolutions, c => Assert.All(ConvolutionKernels<double>.Kinds(c.Geometry), kind =>
            AssertProved(ConvolutionOf(c, activation, useBias, kind), c.Window, c.Images, c.Seed)), Share);

    [Fact]
    public void Every_gradient_of_max_pooling_is_its_slope() => ForAll(Generators.SmallPoolings, static c =>
    {
        WindowCase w = c.Window;
        MaxPooling2D layer = new((w.KernelHeight, w.KernelWidth), new Size2D(w.StrideHeight, w.StrideWidth), w.Padding);
        AssertProved(layer, w, c.Images, c.Seed);
    });

    [Theory]
    [MemberData(nameof(Activations))]
    public void Every_gradient_of_a_dense_layer_is_its_slope(Activation activation, bool useBias) =>
        ForAll(Generators.Matrices, c => AssertProved(new Dense(1 + (c.Seed % 11), activation, useBias), c.Columns, c.Rows, c.Seed), Share);

    [Theory]
    [MemberData(nameof(KnownActivations.Theory), MemberType = typeof(KnownActivations))]
    public void Every_gradient_of_an_activation_is_its_slope(Activation activation) =>
        ForAll(Generators.Matrices, c => AssertProved(new ActivationLayer(activation), (2, c.Columns), c.Rows, c.Seed), Share);

    [Fact]
    public void Every_gradient_of_dropout_is_its_slope_under_the_same_mask() => ForAll(Generators.Matrices, static c =>
        AssertProved(new Dropout((c.Seed % 10) / 10.0), (2, c.Columns), c.Rows, c.Seed));

    [Fact]
    public void Every_gradient_of_global_average_pooling_is_its_slope() => ForAll(Generators.SmallPoolings, static c =>
        AssertProved(new GlobalAveragePooling2D(keepDims: c.Seed % 2 == 0), c.Window, c.Images, c.Seed));

    [Fact]
    public void Every_gradient_of_flatten_is_its_slope() => ForAll(Generators.Matrices, static c =>
        AssertProved(new Flatten(), (2, c.Columns, 2), c.Rows, c.Seed));

    private static Conv2D ConvolutionOf(ConvolutionCase c, Activation activation, bool useBias, ConvolutionAlgorithmKind kind) => new(
        c.Filters,
        (c.Window.KernelHeight, c.Window.KernelWidth),
        new Size2D(c.Window.StrideHeight, c.Window.StrideWidth),
        c.Window.Padding,
        activation,
        useBias,
        algorithm: kind);

    private static void AssertProved(Layer layer, WindowCase window, int images, int seed) =>
        AssertProved(layer, (window.Height, window.Width, window.Channels), images, seed);

    private static void AssertProved(Layer layer, Shape inputShape, int examples, int seed) =>
        AssertProved(another => GradientCheck.Run(layer, inputShape, examples, another), seed);

    /// <summary>One number close to a kink can hide all that flows through it: then other numbers have to do.</summary>
    internal static void AssertProved(Func<int, GradientCheckResult> check, int seed)
    {
        GradientCheckResult result = check(seed);
        for (int attempt = 1; attempt <= 5 && result.Skipped > result.Checked / 10; attempt++)
            result = check(seed + attempt);
        Assert.True(result.WorstRelativeError < 1e-6, result.ToString());
        Assert.True(result.Skipped <= result.Checked / 10, result.ToString());
    }
}
