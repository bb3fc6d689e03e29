using System.Numerics;

namespace NanoConv.Tests.Kernels;

/// <summary>Rungs 1 and 2 of the ladder for <see cref="NanoConv.Kernels.Convolution"/>: twins and adjoints.</summary>
public abstract class ConvolutionTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Fact]
    public void Forward_equals_its_naive_twin() => ForAll(Generators.Convolutions, static c =>
    {
        ConvolutionKernels<T> kernels = Exact(c);
        Expect.Equal("y", kernels.YShape, kernels.NaiveForward(withBias: true), kernels.Forward(withBias: true));
    });

    [Fact]
    public void Forward_without_bias_equals_its_naive_twin() => ForAll(Generators.Convolutions, static c =>
    {
        ConvolutionKernels<T> kernels = Exact(c);
        Expect.Equal("y", kernels.YShape, kernels.NaiveForward(withBias: false), kernels.Forward(withBias: false));
    });

    [Fact]
    public void Forward_with_ReLU_is_the_naive_twin_cut_off_at_zero() => ForAll(Generators.Convolutions, static c =>
    {
        ConvolutionKernels<T> kernels = Exact(c);
        T[] expected = [.. kernels.NaiveForward(withBias: true).Select(y => T.Max(y, T.Zero))];
        Expect.Equal("y", kernels.YShape, expected, kernels.Forward(withBias: true, relu: true));
    });

    [Fact]
    public void Forward_into_the_halo_of_a_next_layer_writes_what_its_naive_twin_does_and_nothing_else() => ForAll(Generators.Convolutions, static c =>
    {
        ConvolutionKernels<T> kernels = Exact(c);
        Expect.Equal("y", kernels.YShape, kernels.NaiveForward(withBias: true), kernels.ForwardIntoHalo(withBias: true));
    });

    [Fact]
    public void The_kernel_gradient_equals_its_naive_twin() => ForAll(Generators.Convolutions, static c =>
    {
        ConvolutionKernels<T> kernels = Exact(c);
        T[] zeros = new T[kernels.WShape.Elements];
        Expect.Equal("dw", kernels.WShape, kernels.NaiveKernelGradient(zeros), kernels.KernelGradient(zeros));
    });

    [Fact]
    public void The_kernel_gradient_is_added_to_what_is_there() => ForAll(Generators.Convolutions, static c =>
    {
        ConvolutionKernels<T> kernels = Exact(c);
        T[] start = Numbers.Integers<T>(kernels.WShape.Elements, c.Seed + 7);
        Expect.Equal("dw", kernels.WShape, kernels.NaiveKernelGradient(start), kernels.KernelGradient(start));
    });

    [Fact]
    public void The_input_gradient_equals_its_naive_twin() => ForAll(Generators.Convolutions, static c =>
    {
        ConvolutionKernels<T> kernels = Exact(c);
        Expect.Equal("dx", kernels.XShape, kernels.NaiveInputGradient(), kernels.InputGradient());
    });

    [Fact]
    public void The_input_gradient_from_an_unpacked_kernel_equals_its_naive_twin() => ForAll(Generators.Convolutions, UnpackedEqualsTwin);

    [Fact]
    public void The_input_gradient_from_an_unpacked_kernel_equals_its_twin_at_every_tail_length() => ForAll(Generators.EveryTail, UnpackedEqualsTwin);

    [Fact]
    public void All_three_directions_equal_their_twins_at_every_tail_length() => ForAll(Generators.EveryTail, static c =>
    {
        ConvolutionKernels<T> kernels = Exact(c);
        T[] zeros = new T[kernels.WShape.Elements];
        Expect.Equal("y", kernels.YShape, kernels.NaiveForward(withBias: true), kernels.Forward(withBias: true));
        Expect.Equal("dw", kernels.WShape, kernels.NaiveKernelGradient(zeros), kernels.KernelGradient(zeros));
        Expect.Equal("dx", kernels.XShape, kernels.NaiveInputGradient(), kernels.InputGradient());
    });

    [Fact]
    public void All_three_directions_equal_their_twins_where_windows_overlap() => ForAll(Generators.Overlapping, static c =>
    {
        ConvolutionKernels<T> kernels = Exact(c);
        T[] start = Numbers.Integers<T>(kernels.WShape.Elements, c.Seed + 7);
        Expect.Equal("y", kernels.YShape, kernels.NaiveForward(withBias: true), kernels.Forward(withBias: true));
        Expect.Equal("dw", kernels.WShape, kernels.NaiveKernelGradient(start), kernels.KernelGradient(start));
        Expect.Equal("dx", kernels.XShape, kernels.NaiveInputGradient(), kernels.InputGradient());
    });

    [Fact]
    public void The_input_gradient_equals_its_twin_where_phases_share_what_they_load() => ForAll(Generators.Halving, static c =>
    {
        ConvolutionKernels<T> kernels = Exact(c);
        Expect.Equal("dx", kernels.XShape, kernels.NaiveInputGradient(), kernels.InputGradient());
    });

    /// <summary>No finite differences, no naive twin: convolution is linear in x and in w, and the gradients are its adjoints.</summary>
    [Fact]
    public void The_gradients_are_the_adjoints_of_forward() => ForAll(Generators.Convolutions, static c =>
    {
        ConvolutionKernels<T> kernels = Exact(c);
        double output = Numbers.Dot(kernels.Forward(withBias: false), kernels.Dy);
        Assert.Equal(output, Numbers.Dot(kernels.X, kernels.InputGradient()));
        Assert.Equal(output, Numbers.Dot(kernels.W, kernels.KernelGradient(new T[kernels.WShape.Elements])));
    });

    /// <summary>The same on numbers that are rounded, as in use; to rounding means relative to the sum of magnitudes.</summary>
    [Fact]
    public void The_gradients_are_the_adjoints_of_forward_to_rounding() => ForAll(Generators.Convolutions, static c =>
    {
        ConvolutionKernels<T> kernels = new(c, static (count, seed) => Numbers.Reals<T>(count, seed));
        ConvolutionKernels<T> magnitudes = new(c, static (count, seed) => [.. Numbers.Reals<T>(count, seed).Select(T.Abs)]);
        double output = Numbers.Dot(kernels.Forward(withBias: false), kernels.Dy);
        double tolerance = (typeof(T) == typeof(float) ? 1e-6 : 1e-15) * Numbers.Dot<T>(magnitudes.NaiveForward(withBias: false), magnitudes.Dy);
        Assert.Equal(output, Numbers.Dot(kernels.X, kernels.InputGradient()), tolerance);
        Assert.Equal(output, Numbers.Dot(kernels.W, kernels.KernelGradient(new T[kernels.WShape.Elements])), tolerance);
    });

    [Fact]
    public void A_picture_gives_the_same_bits_alone_and_among_others() => ForAll(Generators.Convolutions, SameBitsAlone);

    [Fact]
    public void A_picture_gives_the_same_bits_alone_and_among_others_where_windows_overlap() => ForAll(Generators.Overlapping, SameBitsAlone);

    [Fact]
    public void A_picture_gives_the_same_bits_alone_and_among_others_where_phases_share_what_they_load() => ForAll(Generators.Halving, SameBitsAlone);

    private static void SameBitsAlone(ConvolutionCase c)
    {
        ConvolutionKernels<T> together = new(c, static (count, seed) => Numbers.Reals<T>(count, seed));
        ConvolutionKernels<T> alone = new(c with { Images = 1 }, static (count, seed) => Numbers.Reals<T>(count, seed));
        Expect.SameBits("y", alone.Forward(withBias: true), together.Forward(withBias: true)[..alone.YShape.Elements]);
        Expect.SameBits("dx", alone.InputGradient(), together.InputGradient()[..alone.XShape.Elements]);
        Expect.SameBits("dx from w", alone.UnpackedInputGradient(), together.UnpackedInputGradient()[..alone.XShape.Elements]);
    }

    private static void UnpackedEqualsTwin(ConvolutionCase c)
    {
        ConvolutionKernels<T> kernels = Exact(c);
        Expect.Equal("dx", kernels.XShape, kernels.NaiveInputGradient(), kernels.UnpackedInputGradient());
    }

    private static ConvolutionKernels<T> Exact(ConvolutionCase convolution) => new(convolution, Numbers.Integers<T>);
}

public sealed class ConvolutionFloatTests : ConvolutionTests<float>;

public sealed class ConvolutionDoubleTests : ConvolutionTests<double>;
