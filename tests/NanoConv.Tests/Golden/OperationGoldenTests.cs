using System.Numerics;
using NanoConv.Convolutions;
using NanoConv.Kernels;
using NanoConv.Kernels.Reference;

namespace NanoConv.Tests.Golden;

/// <summary>Single operations and their gradients for a given cotangent, as PyTorch computes them.</summary>
public abstract class OperationGoldenTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly GoldenFile File = GoldenFile.Operations;

    public static TheoryData<string> Convolutions => File.Cases("conv2d");

    public static TheoryData<string> Poolings => File.Cases("max_pooling2d");

    public static TheoryData<string> GlobalAverages => File.Cases("global_average_pooling2d");

    public static TheoryData<string> DenseCases => File.Cases("dense");

    public static TheoryData<string> Softmaxes => File.Cases("softmax");

    public static TheoryData<string> Crossentropies => File.Cases("softmax_crossentropy");

    [Theory]
    [MemberData(nameof(Convolutions))]
    public void Conv2D_is_PyTorchs(string name)
    {
        GoldenWindow window = new(File, name);
        int filters = File.Shape($"{name}/bias").Elements;
        CheckLayer(name, new Conv2D(filters, window.Kernel, window.Strides, window.Padding, ActivationOf(name)));
    }

    /// <summary>The oracle of all other tests, asked itself.</summary>
    [Theory]
    [MemberData(nameof(Convolutions))]
    public void The_naive_convolution_is_PyTorchs(string name)
    {
        Tensor<T> x = File.Tensor<T>($"{name}/input");
        T[] w = File.Values<T>($"{name}/kernel"), dy = File.Values<T>($"{name}/d_output");
        double[] output = File.Values<double>($"{name}/output");
        GoldenWindow window = new(File, name);
        ConvolutionGeometry geometry = new(window.Over(x.Shape), File.Shape($"{name}/bias").Elements);
        T[] y = new T[output.Length], dx = new T[x.Shape.Elements], dw = new T[w.Length];
        int images = x.Shape[0];
        NaiveConvolution.Forward<T>(geometry, images, y, x.AsSpan(), w, File.Values<T>($"{name}/bias"));
        if (ActivationOf(name) == Activation.ReLU)
        {
            y = [.. y.Select(value => T.Max(value, T.Zero))];
            dy = [.. dy.Select((value, i) => output[i] > 0 ? value : T.Zero)];
        }

        NaiveConvolution.InputGradient<T>(geometry, images, dx, dy, w);
        NaiveConvolution.KernelGradient<T>(geometry, images, dw, x.AsSpan(), dy);
        File.Check<T>($"{name}/output", y);
        File.Check<T>($"{name}/d_input", dx);
        File.Check<T>($"{name}/d_kernel", dw);
    }

    [Theory]
    [MemberData(nameof(Poolings))]
    public void MaxPooling2D_is_PyTorchs(string name)
    {
        GoldenWindow window = new(File, name);
        CheckLayer(name, new MaxPooling2D(window.Kernel, window.Strides, window.Padding));
    }

    [Theory]
    [MemberData(nameof(Poolings))]
    public void The_naive_pooling_is_PyTorchs(string name)
    {
        Tensor<T> x = File.Tensor<T>($"{name}/input");
        T[] dy = File.Values<T>($"{name}/d_output");
        WindowGeometry window = new GoldenWindow(File, name).Over(x.Shape);
        T[] y = new T[dy.Length], dx = new T[x.Shape.Elements];
        NaiveMaxPooling.Forward<T>(window, x.Shape[0], y, x.AsSpan());
        NaiveMaxPooling.InputGradient<T>(window, x.Shape[0], dx, x.AsSpan(), dy);
        File.Check<T>($"{name}/output", y);
        File.Check<T>($"{name}/d_input", dx);
    }

    [Theory]
    [MemberData(nameof(GlobalAverages))]
    public void GlobalAveragePooling2D_is_PyTorchs(string name) => CheckLayer(name, new GlobalAveragePooling2D());

    [Theory]
    [MemberData(nameof(DenseCases))]
    public void Dense_is_PyTorchs(string name) =>
        CheckLayer(name, new Dense(File.Shape($"{name}/bias").Elements, ActivationOf(name)));

    [Theory]
    [MemberData(nameof(Softmaxes))]
    public void Softmax_is_PyTorchs(string name) => CheckLayer(name, new ActivationLayer(Activation.Softmax));

    /// <summary>One-hot and soft targets, and logits of ±1e4.</summary>
    [Theory]
    [MemberData(nameof(Crossentropies))]
    public void Softmax_with_crossentropy_is_PyTorchs(string name)
    {
        Tensor<T> logits = File.Tensor<T>($"{name}/logits"), targets = File.Tensor<T>($"{name}/targets");
        (int rows, int classes) = (logits.Shape[0], logits.Shape[1]);
        Model<T> softmax = new Sequential(new ActivationLayer(Activation.Softmax)).Build<T>(classes);
        File.Check<T>($"{name}/probabilities", softmax.Predict(logits).AsSpan());
        File.Check<T>($"{name}/loss", [T.CreateChecked(softmax.Evaluate(new TensorDataset<T>(logits, targets)).Loss)]);

        CategoricalCrossentropy loss = new(fromLogits: true);
        T[] gradient = new T[rows * classes];
        for (int start = 0; start < gradient.Length; start += classes)
        {
            ReadOnlySpan<T> row = logits.AsSpan().Slice(start, classes), target = targets.AsSpan().Slice(start, classes);
            T value = loss.Evaluate(gradient.AsSpan(start, classes), row, target, T.One / T.CreateChecked(rows));
            Assert.True(T.IsFinite(value) && value >= T.Zero);
        }

        File.Check<T>($"{name}/d_logits", gradient);
    }

    private static void CheckLayer(string name, Layer layer) => File.CheckLayer<T>(name, layer);

    private static Activation ActivationOf(string name) =>
        name.EndsWith("_relu", StringComparison.Ordinal) ? Activation.ReLU : Activation.Linear;
}

public sealed class OperationGoldenFloatTests : OperationGoldenTests<float>;

public sealed class OperationGoldenDoubleTests : OperationGoldenTests<double>;
