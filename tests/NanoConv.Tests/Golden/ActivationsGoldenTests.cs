using System.Numerics;

namespace NanoConv.Tests.Golden;

/// <summary>Activations, PReLU and Dirac's kernels as PyTorch computes them.</summary>
public abstract class ActivationsGoldenTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly GoldenFile File = GoldenFile.OfNetwork("activations");

    public static TheoryData<string> Activations => File.Cases("activation");

    public static TheoryData<string> Slopes => File.Cases("prelu");

    public static TheoryData<string> Kernels => File.Cases("dirac");

    [Theory]
    [MemberData(nameof(Activations))]
    public void An_activation_is_PyTorchs(string name) =>
        File.CheckLayer<T>(name, KnownActivations.All.Single(activation => activation.Name == name.Split('/')[1]));

    [Theory]
    [MemberData(nameof(Slopes))]
    public void PReLU_is_PyTorchs(string name)
    {
        Shape slopes = File.Shape($"{name}/alpha"), batch = File.Shape($"{name}/input");
        int[] shared = [.. Enumerable.Range(1, slopes.Rank).Where(axis => slopes[axis - 1] < batch[axis])];
        File.CheckLayer<T>(name, new PReLU(sharedAxes: shared));
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Dirac_is_PyTorchs(string name)
    {
        Shape shape = File.Shape($"{name}/kernel");
        T[] kernel = new T[shape.Elements];
        new Dirac().Fill<T>(kernel, shape, 1, 1, key: 0);
        Expect.SameBits<T>(name, File.Values<T>($"{name}/kernel"), kernel);
    }
}

public sealed class ActivationsGoldenFloatTests : ActivationsGoldenTests<float>;

public sealed class ActivationsGoldenDoubleTests : ActivationsGoldenTests<double>;
