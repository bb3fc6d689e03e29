using System.Numerics;
using NanoConv.Kernels.Reference;

namespace NanoConv.Tests.Golden;

/// <summary>Average and global max-pooling, borders, upsampling and reshaping, and their gradients for a given cotangent, as PyTorch computes them.</summary>
public abstract class PoolingShapeGoldenTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly GoldenFile File = GoldenFile.OfNetwork("pooling_shape");

    public static TheoryData<string> Averages => File.Cases("average_pooling2d");

    public static TheoryData<string> GlobalMaxima => File.Cases("global_max_pooling2d");

    public static TheoryData<string> Paddings => File.Cases("zero_padding2d");

    public static TheoryData<string> Croppings => File.Cases("cropping2d");

    public static TheoryData<string> UpSamplings => File.Cases("up_sampling2d");

    public static TheoryData<string> Reshapes => File.Cases("reshape");

    [Theory]
    [MemberData(nameof(Averages))]
    public void AveragePooling2D_is_PyTorchs(string name)
    {
        GoldenWindow window = new(File, name);
        File.CheckLayer<T>(name, new AveragePooling2D(window.Kernel, window.Strides, window.Padding));
    }

    /// <summary>The oracle of other tests, asked itself.</summary>
    [Theory]
    [MemberData(nameof(Averages))]
    public void The_naive_average_is_PyTorchs(string name)
    {
        Tensor<T> x = File.Tensor<T>($"{name}/input");
        T[] dy = File.Values<T>($"{name}/d_output");
        WindowGeometry window = new GoldenWindow(File, name).Over(x.Shape);
        T[] y = new T[dy.Length], dx = new T[x.Shape.Elements];
        NaiveAveragePooling.Forward<T>(window, x.Shape[0], y, x.AsSpan());
        NaiveAveragePooling.InputGradient<T>(window, x.Shape[0], dx, dy);
        File.Check<T>($"{name}/output", y);
        File.Check<T>($"{name}/d_input", dx);
    }

    [Theory]
    [MemberData(nameof(GlobalMaxima))]
    public void GlobalMaxPooling2D_is_PyTorchs(string name) => File.CheckLayer<T>(name, new GlobalMaxPooling2D());

    [Theory]
    [MemberData(nameof(Paddings))]
    public void ZeroPadding2D_is_PyTorchs(string name) => File.CheckLayer<T>(name, new ZeroPadding2D(SidesOf(name)));

    [Theory]
    [MemberData(nameof(Croppings))]
    public void Cropping2D_is_PyTorchs(string name) => File.CheckLayer<T>(name, new Cropping2D(SidesOf(name)));

    [Theory]
    [MemberData(nameof(UpSamplings))]
    public void UpSampling2D_is_PyTorchs(string name) => File.CheckLayer<T>(name, new UpSampling2D(SizeOf(name), InterpolationOf(name)));

    [Theory]
    [MemberData(nameof(UpSamplings))]
    public void The_naive_upsampling_is_PyTorchs(string name)
    {
        Tensor<T> x = File.Tensor<T>($"{name}/input");
        Shape picture = new(x.Shape.Axes[1..]);
        T[] dy = File.Values<T>($"{name}/d_output"), y = new T[dy.Length], dx = new T[x.Shape.Elements];
        NaiveUpSampling.Forward<T>(picture, SizeOf(name), InterpolationOf(name), x.Shape[0], y, x.AsSpan());
        NaiveUpSampling.InputGradient<T>(picture, SizeOf(name), InterpolationOf(name), x.Shape[0], dx, dy);
        File.Check<T>($"{name}/output", y);
        File.Check<T>($"{name}/d_input", dx);
    }

    /// <summary>Of tensors in our order: PyTorch's own pictures lie otherwise.</summary>
    [Theory]
    [MemberData(nameof(Reshapes))]
    public void Reshape_is_PyTorchs(string name) => File.CheckLayer<T>(name, new Reshape(Geometry(name)));

    private static Sides SidesOf(string name)
    {
        int[] sides = Geometry(name);
        return new Sides(sides[0], sides[1], sides[2], sides[3]);
    }

    private static Size2D SizeOf(string name) => (Geometry(name)[0], Geometry(name)[1]);

    private static Interpolation InterpolationOf(string name) =>
        name.Contains("/bilinear", StringComparison.Ordinal) ? Interpolation.Bilinear : Interpolation.Nearest;

    private static int[] Geometry(string name) => [.. File.Values<double>($"{name}/geometry").Select(number => (int)number)];
}

public sealed class PoolingShapeGoldenFloatTests : PoolingShapeGoldenTests<float>;

public sealed class PoolingShapeGoldenDoubleTests : PoolingShapeGoldenTests<double>;
