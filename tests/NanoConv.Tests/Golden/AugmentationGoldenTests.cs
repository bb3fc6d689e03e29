using System.Numerics;
using NanoConv.Kernels;

namespace NanoConv.Tests.Golden;

/// <summary>What lies beyond borders, and turned and shifted pictures, with the gradients of all, as PyTorch computes them.</summary>
public abstract class AugmentationGoldenTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly GoldenFile File = GoldenFile.OfNetwork("augmentation");

    public static TheoryData<string> Pads => File.Cases("pad");

    public static TheoryData<string> Turns => File.Cases("turn", "shift");

    [Theory]
    [MemberData(nameof(Pads))]
    public void Beyond_the_border_is_what_PyTorch_pads_with(string name)
    {
        Shape input = File.Shape($"{name}/input"), output = File.Shape($"{name}/output");
        FillMode mode = Mode(name.Split('/')[1]);
        AxisMap rows = new(input[0], -4, output[0], Mode: mode), columns = new(input[1], -2, output[1], Mode: mode);
        T[] y = new T[output.Elements], dx = new T[input.Elements];
        PixelGather.Forward<T>(y, File.Values<T>($"{name}/input"), rows, columns, T.Zero);
        PixelGather.InputGradient<T>(dx, File.Values<T>($"{name}/d_output"), rows, columns);
        File.Check<T>($"{name}/output", y);
        File.Check<T>($"{name}/d_input", dx);
    }

    [Theory]
    [MemberData(nameof(Turns))]
    public void Turned_and_shifted_pictures_are_PyTorchs(string name)
    {
        Shape shape = File.Shape($"{name}/input");
        string[] how = name.Split('/')[1].Split('_');
        (FillMode mode, Interpolation between) = (Mode(how[0]), Enum.Parse<Interpolation>(how[1], ignoreCase: true));
        AffineMap map = name.StartsWith("turn", StringComparison.Ordinal)
            ? AffineMap.Rotation(2 * Math.PI * 0.07, shape[0], shape[1])
            : AffineMap.Shift(1.3, -2.2);
        T[] y = new T[shape.Elements], dx = new T[shape.Elements];
        Resampling.Forward(y, File.Values<T>($"{name}/input"), shape, map, between, mode, T.Zero);
        Resampling.InputGradient<T>(dx, File.Values<T>($"{name}/d_output"), shape, map, between, mode);
        File.Check<T>($"{name}/output", y);
        File.Check<T>($"{name}/d_input", dx);
    }

    private static FillMode Mode(string word) => Enum.Parse<FillMode>(word, ignoreCase: true);
}

public sealed class AugmentationGoldenFloatTests : AugmentationGoldenTests<float>;

public sealed class AugmentationGoldenDoubleTests : AugmentationGoldenTests<double>;
