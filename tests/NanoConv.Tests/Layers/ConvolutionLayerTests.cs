using System.Numerics;

namespace NanoConv.Tests.Layers;

/// <summary>
/// <see cref="Conv2D"/> by the algorithm that it chooses, against the textbook: its output and all three gradients, with and without being
/// asked for the input's.
/// </summary>
public abstract class ConvolutionLayerTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Winograd's way rounds: then beside the greatest that a sum of integers up to 3 can become.</summary>
    private static readonly double Rounding = typeof(T) == typeof(float) ? 1e-5 : 1e-13;

    [Fact]
    public void A_layer_and_all_its_gradients_equal_their_naive_twins() => ForAll(Generators.Convolutions, static c =>
    {
        ConvolutionKernels<T> twin = new(c, Numbers.Integers<T>);
        WindowCase window = c.Window;
        Conv2D layer = new(c.Filters, (window.KernelHeight, window.KernelWidth), window.Padding, new Size2D(window.StrideHeight, window.StrideWidth));
        Model<T> model = new Sequential(layer).Build<T>((window.Height, window.Width, window.Channels));
        (int kernel, int bias) = (model.Parameters[0].Offset, model.Parameters[1].Offset);
        model.Edit(model.Parameters[0], twin.W.CopyTo);
        model.Edit(model.Parameters[1], twin.Bias.CopyTo);

        Workspace<T> workspace = new(model, c.Images, training: true);
        workspace.Fill(T.NaN);
        workspace.Load(new TensorDataset<T>(new Tensor<T>(twin.XShape, twin.X), new int[c.Images], 1), [], 0, c.Images, withTargets: false);
        workspace.Configure(training: true, wantsLogits: false, seed: 1, step: 1, firstExample: 0);
        bool isExact = model.Layers[0].ScratchElements == 0; // which Winograd's way alone needs
        AssertEqual("y", twin.YShape, twin.NaiveForward(withBias: true), workspace.Forward(), isExact, window.Channels * 9);

        T[] dw = twin.NaiveKernelGradient(new T[twin.WShape.Elements]), db = new T[c.Filters];
        for (int i = 0; i < twin.Dy.Length; i++)
            db[i % c.Filters] += twin.Dy[i];
        foreach (bool needsInputGradient in (bool[])[true, false])
        {
            T[] gradient = new T[model.ParameterCount];
            Span<T> dx = workspace.Backward((T[])twin.Dy.Clone(), gradient, needsInputGradient);
            AssertEqual("dw", twin.WShape, dw, gradient.AsSpan(kernel, dw.Length), isExact, c.Images * c.Geometry.Window.OutputPixels);
            Expect.Equal<T>("db", c.Filters, db, gradient.AsSpan(bias, c.Filters));
            if (needsInputGradient)
                AssertEqual("dx", twin.XShape, twin.NaiveInputGradient(), dx, isExact, c.Filters * 9);
        }
    }, share: 0.5);

    private static void AssertEqual(string name, Shape shape, T[] expected, Span<T> actual, bool isExact, int terms)
    {
        if (isExact)
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
