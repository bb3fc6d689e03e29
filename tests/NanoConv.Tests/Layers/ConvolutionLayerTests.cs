using System.Numerics;
using NanoConv.Convolutions;

namespace NanoConv.Tests.Layers;

/// <summary>
/// <see cref="Conv2D"/> by the algorithm that it chooses, and by each that takes its input, against the textbook: its output and all three
/// gradients, with and without being asked for the input's.
/// </summary>
public abstract class ConvolutionLayerTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Winograd's algorithm rounds: then beside the greatest that a sum of integers up to 3 can become.</summary>
    private static readonly double Rounding = typeof(T) == typeof(float) ? 1e-5 : 1e-13;

    [Fact]
    public void A_layer_and_all_its_gradients_equal_their_naive_twins() => ForAll(Generators.Convolutions, static c =>
    {
        ConvolutionKernels<T> twin = new(c, Numbers.Integers<T>);
        T[] y = twin.NaiveForward(withBias: true), dw = twin.NaiveKernelGradient(new T[twin.WShape.Elements]), dx = twin.NaiveInputGradient();
        T[] db = new T[c.Filters];
        for (int i = 0; i < twin.Dy.Length; i++)
            db[i % c.Filters] += twin.Dy[i];
        foreach (ConvolutionAlgorithmKind? kind in ConvolutionKernels<T>.Kinds(c.Geometry).Select(kind => (ConvolutionAlgorithmKind?)kind).Append(null))
        {
            Model<T> model = Build(c, kind);
            string name = model.Layers[0].Algorithm;
            (int kernel, int bias) = (model.Parameters[0].Offset, model.Parameters[1].Offset);
            model.Edit(model.Parameters[0], twin.W.CopyTo);
            model.Edit(model.Parameters[1], twin.Bias.CopyTo);

            Workspace<T> workspace = new(model, c.Images, training: true);
            workspace.Fill(T.NaN);
            workspace.Load(new TensorInputs<T>(new Tensor<T>(twin.XShape, twin.X)), [], 0, c.Images);
            workspace.Configure(training: true, wantsLogits: false, seed: 1, step: 1, firstExample: 0);
            AssertEqual($"y, {name}", twin.YShape, y, workspace.Forward(), c.Window.Channels * 9);
            foreach (bool needsInputGradient in (bool[])[true, false])
            {
                T[] gradient = new T[model.ParameterCount];
                Span<T> input = workspace.Backward((T[])twin.Dy.Clone(), gradient, needsInputGradient);
                AssertEqual($"dw, {name}", twin.WShape, dw, gradient.AsSpan(kernel, dw.Length), c.Images * c.Geometry.Window.OutputPixels);
                Expect.Equal<T>($"db, {name}", c.Filters, db, gradient.AsSpan(bias, c.Filters));
                if (needsInputGradient)
                    AssertEqual($"dx, {name}", twin.XShape, dx, input, c.Filters * 9);
            }
        }
    }, share: 0.5);

    [Fact]
    public void An_algorithm_that_is_asked_for_is_taken_or_refused_by_the_layers_name() => ForAll(Generators.Convolutions, static c =>
    {
        foreach (ConvolutionAlgorithmKind kind in Enum.GetValues<ConvolutionAlgorithmKind>())
        {
            if (ConvolutionAlgorithm<T>.Refusal(c.Geometry, kind) is { } reason)
                Expect.Throws<ArgumentException>(() => Build(c, kind), $"Conv2D 'conv2d_1': algorithm {kind}: {reason}");
            else
            {
                ConvolutionAlgorithm<T> algorithm = ConvolutionAlgorithm<T>.For(c.Geometry, kind);
                Assert.Equal(kind, algorithm.Kind);
                Assert.Equal(algorithm.Name, Build(c, kind).Layers[0].Algorithm);
            }
        }

        Assert.Equal(ConvolutionAlgorithm<T>.For(c.Geometry).Name, Build(c, null).Layers[0].Algorithm);
    }, share: 0.5);

    [Fact]
    public void An_algorithm_that_there_is_not_is_refused() => Expect.Throws<ArgumentException>(
        () => new Sequential(new Conv2D(2, 3, algorithm: (ConvolutionAlgorithmKind)9)).Build<T>((8, 8, 2)),
        "Conv2D 'conv2d_1'",
        "expected one of Naive, NaiveProduct, Direct, Lean, Winograd, received 9");

    private static Model<T> Build(ConvolutionCase c, ConvolutionAlgorithmKind? kind)
    {
        WindowCase window = c.Window;
        Size2D kernel = (window.KernelHeight, window.KernelWidth), strides = (window.StrideHeight, window.StrideWidth);
        Conv2D layer = new(c.Filters, kernel, strides, window.Padding, algorithm: kind);
        return new Sequential(layer).Build<T>((window.Height, window.Width, window.Channels));
    }

    private static void AssertEqual(string name, Shape shape, T[] expected, Span<T> actual, int terms)
    {
        if (!name.Contains("Winograd", StringComparison.Ordinal))
        {
            Expect.Equal<T>(name, shape, expected, actual);
            return;
        }

        double bound = Rounding * 9 * terms;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs(double.CreateChecked(expected[i] - actual[i]));
            Assert.True(difference <= bound, $"{name}[{i}]: expected {expected[i]:R} ± {bound:E1}, received {actual[i]:R}");
        }
    }
}

public sealed class ConvolutionLayerFloatTests : ConvolutionLayerTests<float>;

public sealed class ConvolutionLayerDoubleTests : ConvolutionLayerTests<double>;
