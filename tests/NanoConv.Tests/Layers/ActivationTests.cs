using System.Globalization;
using System.Numerics;

namespace NanoConv.Tests.Layers;

/// <summary>Activations as layers of their own and as arguments, against what the functions are.</summary>
public abstract class ActivationTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly double Tolerance = typeof(T) == typeof(float) ? 1e-5 : 1e-13;

    // How far x may be off, relatively: as exp does, Φ magnifies an error of its argument x²/2.
    private static double Precision(double x) => (typeof(T) == typeof(float) ? 4e-7 : 1e-15) * (1 + (x * x / 2));

    [Fact]
    public void Every_activation_of_the_library_is_in_the_list_of_these_tests()
    {
        IEnumerable<Type> classes = typeof(Activation).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Activation)));
        Assert.Equal(classes.OrderBy(type => type.Name), KnownActivations.All.Select(activation => activation.GetType()).Distinct().OrderBy(type => type.Name));
    }

    [Fact]
    public void Every_activation_is_its_formula() => ForAll(Generators.Matrices, static c =>
    {
        foreach (Activation activation in KnownActivations.All)
        {
            T[] x = Numbers.Reals<T>(c.Rows * c.Columns, c.Seed, limit: c.Seed % 3 == 0 ? 0.01 : 1 + (c.Seed % 12));
            double[] expected = KnownActivations.Forward(activation, [.. x.Select(double.CreateChecked)], c.Columns);
            Poisoned<T> y = new(x.Length);
            activation.Forward(y.View, x, c.Columns);
            Expect.Close<T>($"{activation}", [.. expected.Select(T.CreateChecked)], y.Checked(), Tolerance);
            activation.Forward<T>(x, x, c.Columns);
            Expect.SameBits<T>($"{activation} in place", y.Checked(), x);
        }
    });

    /// <summary>To the last digits, relatively: also where f is tiny, or a difference of what is close together.</summary>
    [Theory]
    [MemberData(nameof(Golden.ActivationValues.All), MemberType = typeof(Golden.ActivationValues))]
    public void Values_and_slopes_are_those_of_60_digits(Activation activation, string table)
    {
        foreach (string line in table.Split('\n'))
        {
            double[] numbers = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
            T[] x = [T.CreateChecked(numbers[0])], y = new T[1], dx = new T[1];
            activation.Forward<T>(y, x, 1);
            activation.Gradient<T>(dx, [T.One], activation.GradientNeedsInput ? x : [], y, 1);
            Assert.True(IsClose(numbers[1], y[0], numbers[0], scale: 0), $"f({numbers[0]}): expected {numbers[1]:R}, received {y[0]:R}");

            // What is told by y is as exact as 1 − y is, say.
            double scale = activation.GradientNeedsInput && Math.Abs(numbers[2]) < 1e-6 ? 0 : 1;
            Assert.True(IsClose(numbers[2], dx[0], numbers[0], scale), $"f'({numbers[0]}): expected {numbers[2]:R}, received {dx[0]:R}");
        }
    }

    /// <summary>An element's bits do not depend on its place: a network predicts the same for an example alone and in a batch.</summary>
    [Fact]
    public void An_element_has_the_same_bits_in_any_place() => ForAll(Generators.Matrices, static c =>
    {
        T[] x = Numbers.Reals<T>(c.Rows * c.Columns, c.Seed, limit: 4), dy = Numbers.Reals<T>(x.Length, c.Seed + 1);
        foreach (Activation activation in KnownActivations.Elementwise)
        {
            T[] y = new T[x.Length], dx = new T[x.Length], one = new T[1];
            activation.Forward<T>(y, x, 1);
            activation.Gradient<T>(dx, dy, x, y, 1);
            for (int i = 0; i < x.Length; i++)
            {
                activation.Forward<T>(one, [x[i]], 1);
                Expect.SameBits<T>($"{activation}, y[{i}]", [y[i]], one);
                activation.Gradient<T>(one, [dy[i]], [x[i]], [y[i]], 1);
                Expect.SameBits<T>($"{activation}, dx[{i}]", [dx[i]], one);
            }
        }
    }, share: 0.3);

    [Fact]
    public void A_gradient_may_be_written_over_the_gradient_that_it_is_made_of() => ForAll(Generators.Matrices, static c =>
    {
        T[] x = Numbers.Reals<T>(c.Rows * c.Columns, c.Seed, limit: 4);
        foreach (Activation activation in KnownActivations.All)
        {
            T[] y = new T[x.Length], dy = Numbers.Reals<T>(x.Length, c.Seed + 1);
            activation.Forward<T>(y, x, c.Columns);
            Poisoned<T> dx = new(x.Length);
            activation.Gradient(dx.View, dy, activation.GradientNeedsInput ? x : [], y, c.Columns);
            activation.Gradient<T>(dy, dy, activation.GradientNeedsInput ? x : [], y, c.Columns);
            Expect.SameBits<T>($"{activation}", dx.Checked(), dy);
        }
    }, share: 0.3);

    [Theory]
    [MemberData(nameof(KnownActivations.Theory), MemberType = typeof(KnownActivations))]
    public void NaN_is_passed_on_and_huge_numbers_stay_numbers(Activation activation)
    {
        T[] y = new T[1], dx = new T[1];
        activation.Forward<T>(y, [T.NaN], 1);
        Assert.True(T.IsNaN(y[0]), $"f(NaN) = {y[0]}");
        foreach (double huge in (double[])[-3e38, -1e20, -1000, -90, 90, 1000, 1e20, 3e38])
        {
            T[] x = [T.CreateChecked(huge)];
            activation.Forward<T>(y, x, 1);
            activation.Gradient<T>(dx, [T.One], x, y, 1);
            Assert.True(T.IsFinite(y[0]) && T.IsFinite(dx[0]), $"f({huge}) = {y[0]}, f' = {dx[0]}");
            double slope = double.CreateChecked(dx[0]);
            Assert.True(slope is >= 0 and <= 1.0508 or > -1e-30 and < 0, $"f'({huge}) = {slope}"); // GELU's and SiLU's are below 0 left of their minimum
        }
    }

    /// <summary>x·0 is NaN at −∞ in Keras, too.</summary>
    [Fact]
    public void Infinities_go_where_Keras_has_them()
    {
        (Activation Activation, double Left, double Right)[] limits =
        [
            (Activation.Linear, double.NegativeInfinity, double.PositiveInfinity),
            (Activation.ReLU, 0, double.PositiveInfinity),
            (Activation.ReLU6, 0, 6),
            (Activation.LeakyReLU, double.NegativeInfinity, double.PositiveInfinity),
            (Activation.ELU, -1, double.PositiveInfinity),
            (Activation.GELU, double.NaN, double.PositiveInfinity),
            (new GELU(approximate: true), double.NaN, double.PositiveInfinity),
            (Activation.SiLU, double.NaN, double.PositiveInfinity),
            (Activation.HardSiLU, double.NaN, double.PositiveInfinity),
            (Activation.Softplus, 0, double.PositiveInfinity),
            (Activation.Sigmoid, 0, 1),
            (Activation.Tanh, -1, 1),
            (Activation.HardSigmoid, 0, 1),
        ];
        foreach ((Activation activation, double left, double right) in limits)
        {
            T[] y = new T[2];
            activation.Forward<T>(y, [T.NegativeInfinity, T.PositiveInfinity], 1);
            Assert.Equal((left, right), (double.CreateChecked(y[0]), double.CreateChecked(y[1])));
        }
    }

    /// <summary>As an argument, fused or not, it does to a product what it does as a layer behind one.</summary>
    [Theory]
    [MemberData(nameof(KnownActivations.Theory), MemberType = typeof(KnownActivations))]
    public void As_an_argument_it_is_what_it_is_as_a_layer(Activation activation)
    {
        AssertSame(new Sequential(new Dense(7, activation), new Dense(3)), new Sequential(new Dense(7), activation, new Dense(3)), 5);
        foreach (int channels in (int[])[3, 17]) // by strided products, and by Winograd's transforms
        {
            Conv2D with = new(channels, 3, padding: Padding.Same, activation: activation), without = new(channels, 3, padding: Padding.Same);
            Conv2D next = new(2, 3, padding: Padding.Same);
            AssertSame(new Sequential(with, next), new Sequential(without, activation, next), (8, 8, channels));
        }
    }

    /// <summary>A layer keeps x for a gradient that needs it, in training alone.</summary>
    [Theory]
    [MemberData(nameof(KnownActivations.Theory), MemberType = typeof(KnownActivations))]
    public void What_is_kept_for_an_activation_is_what_it_needs(Activation activation)
    {
        foreach (Layer layer in (Layer[])[new Dense(7, activation), new Conv2D(4, 1, activation: activation)])
        {
            BuiltLayer<T> built = new Sequential(layer).Build<T>(layer is Dense ? 5 : (3, 2, 1)).Layers[0];
            BuiltLayer<T> linear = new Sequential(layer is Dense ? new Dense(7) : new Conv2D(4, 1)).Build<T>(built.InputShape).Layers[0];
            Assert.Equal(activation.GradientNeedsInput ? [built.OutputShape.Elements] : [], built.Kept.Skip(linear.Kept.Count).Select(kept => kept.Elements));
            Assert.All(built.Kept.Skip(linear.Kept.Count), kept => Assert.True(kept.TrainingOnly));
        }
    }

    private static bool IsClose(double expected, T actual, double x, double scale) => Math.Abs(double.CreateChecked(actual) - expected)
        <= (Precision(x) * Math.Max(scale, Math.Abs(expected))) + (typeof(T) == typeof(float) ? 1e-37 : 1e-307);

    // Outputs, and what a step of descent makes of the weights, to the last bit.
    private static void AssertSame(Sequential one, Sequential other, Shape input)
    {
        Model<T> a = one.Build<T>(input, seed: 3), b = other.Build<T>(input, seed: 3);
        b.Edit(weights => a.Weights.CopyTo(weights));
        Tensor<T> x = new(input.Batch(5), Numbers.Reals<T>(5 * input.Elements, seed: 1, limit: 3));
        Expect.SameBits<T>("y", a.Predict(x, threads: 1).AsSpan(), b.Predict(x, threads: 1).AsSpan());
        Expect.SameBits<T>("dw", Gradient(a, x), Gradient(b, x));
    }

    private static T[] Gradient(Model<T> model, Tensor<T> x)
    {
        Workspace<T> workspace = new(model, 5, training: true);
        workspace.Load(x.AsSpan(), 5);
        workspace.Configure(training: true, wantsLogits: false, seed: 1, step: 1, firstExample: 0);
        T[] gradient = new T[model.ParameterCount];
        workspace.Backward(Numbers.Reals<T>(workspace.Forward().Length, seed: 2), gradient, needsInputGradient: true);
        return gradient;
    }

    /// <summary>Forward and backward could agree on a wrong axis; the definition does not.</summary>
    [Fact]
    public void Softmax_is_taken_over_the_channels_of_each_pixel() => ForAll(Generators.Matrices, static c =>
    {
        const int Examples = 2;
        Shape picture = (c.Rows, 3, c.Columns);
        Shape batch = picture.Batch(Examples);
        Tensor<T> x = new(batch, Numbers.Reals<T>(batch.Elements, c.Seed, limit: 3));

        // A 1×1 convolution whose kernel is the identity passes its input on.
        Model<T> layer = new Sequential(new ActivationLayer(Activation.Softmax)).Build<T>(picture);
        Model<T> argument = new Sequential(new Conv2D(c.Columns, 1, activation: Activation.Softmax)).Build<T>(picture);
        argument.Edit(weights =>
        {
            weights.Clear();
            for (int channel = 0; channel < c.Columns; channel++)
                weights[(channel * c.Columns) + channel] = T.One;
        });

        T[] expected = new T[batch.Elements];
        for (int pixel = 0; pixel < expected.Length; pixel += c.Columns)
        {
            ReadOnlySpan<T> channels = x.AsSpan().Slice(pixel, c.Columns);
            T sum = T.Zero;
            foreach (T value in channels)
                sum += T.Exp(value);
            for (int channel = 0; channel < c.Columns; channel++)
                expected[pixel + channel] = T.Exp(channels[channel]) / sum;
        }

        Expect.Close<T>("y of the layer", expected, layer.Predict(x, threads: 1).AsSpan(), Tolerance);
        Expect.Close<T>("y of the convolution", expected, argument.Predict(x, threads: 1).AsSpan(), Tolerance);
    }, share: 0.3);
}

public sealed class ActivationFloatTests : ActivationTests<float>;

public sealed class ActivationDoubleTests : ActivationTests<double>;
