using System.Numerics;
using NanoConv.Convolutions;
using NanoConv.Kernels;

namespace NanoConv.Tests.Convolutions;

/// <summary>
/// Rungs 1 and 2 of the ladder for <see cref="WinogradAlgorithm{T}"/>: naive twins and adjoints.
/// Its only fractions are those of 576, so that on whole multiples of it all of it is exact in double.
/// </summary>
public sealed class WinogradAlgorithmDoubleTests : WinogradAlgorithmTests<double>
{
    [Fact]
    public void Forward_equals_its_naive_twin() => ForAll(Generators.WinogradConvolutions, static c =>
    {
        ConvolutionKernels<double> kernels = Exact(c);
        Expect.Equal("y", kernels.YShape, kernels.NaiveForward(withBias: true), kernels.Forward(withBias: true));
        Expect.Equal("y", kernels.YShape, kernels.NaiveForward(withBias: false), kernels.Forward(withBias: false));
        Expect.Equal("y in a halo", kernels.YShape, kernels.NaiveForward(withBias: true), kernels.ForwardIntoHalo(withBias: true));
    });

    [Fact]
    public void Forward_with_ReLU_is_the_naive_twin_cut_off_at_zero() => ForAll(Generators.WinogradConvolutions, static c =>
    {
        ConvolutionKernels<double> kernels = Exact(c);
        double[] expected = [.. kernels.NaiveForward(withBias: true).Select(y => Math.Max(y, 0))];
        Expect.Equal("y", kernels.YShape, expected, kernels.Forward(withBias: true, relu: true));
    });

    [Fact]
    public void The_kernel_gradient_equals_its_naive_twin_and_is_added_to_what_is_there() => ForAll(Generators.WinogradConvolutions, static c =>
    {
        ConvolutionKernels<double> kernels = Exact(c);
        double[] start = Numbers.Integers<double>(kernels.WShape.Elements, c.Seed + 7);
        Expect.Equal("dw", kernels.WShape, kernels.NaiveKernelGradient(start), kernels.KernelGradient(start));
    });

    [Fact]
    public void The_input_gradient_equals_its_naive_twin() => ForAll(Generators.WinogradConvolutions, static c =>
    {
        ConvolutionKernels<double> kernels = Exact(c);
        Expect.Equal("dx", kernels.XShape, kernels.NaiveInputGradient(), kernels.InputGradient());
    });

    [Fact]
    public void The_gradients_are_the_adjoints_of_forward() => ForAll(Generators.WinogradConvolutions, static c =>
    {
        ConvolutionKernels<double> kernels = Exact(c);
        double output = Numbers.Dot(kernels.Forward(withBias: false), kernels.Dy);
        Assert.Equal(output, Numbers.Dot(kernels.X, kernels.InputGradient()));
        Assert.Equal(output, Numbers.Dot(kernels.W, kernels.KernelGradient(new double[kernels.WShape.Elements])));
    });

    private static ConvolutionKernels<double> Exact(ConvolutionCase convolution) =>
        new(convolution, static (count, seed) => [.. Numbers.Integers<double>(count, seed).Select(number => 576 * number)], ConvolutionAlgorithmKind.Winograd);
}

public sealed class WinogradAlgorithmFloatTests : WinogradAlgorithmTests<float>;

/// <summary>What holds in both types, to rounding or to the last bit.</summary>
public abstract class WinogradAlgorithmTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Beside the greatest sum of magnitudes, as a tile's numbers are mixed: within a hundred times a number's own rounding.</summary>
    private static readonly double Rounding = typeof(T) == typeof(float) ? 1e-5 : 2e-14;

    [Fact]
    public void All_three_directions_equal_their_naive_twins_to_rounding() => ForAll(Generators.WinogradConvolutions, static c =>
    {
        ConvolutionKernels<T> kernels = Reals(c);
        ConvolutionKernels<T> magnitudes = new(c, static (count, seed) => [.. Numbers.Reals<T>(count, seed).Select(T.Abs)]);
        T[] zeros = new T[kernels.WShape.Elements];
        T[] y = kernels.NaiveForward(withBias: true), greatest = magnitudes.NaiveForward(withBias: true);
        Near("y", y, kernels.Forward(withBias: true), greatest);
        Near("ReLU of y", [.. y.Select(value => T.Max(value, T.Zero))], kernels.Forward(withBias: true, relu: true), greatest);
        Near("dw", kernels.NaiveKernelGradient(zeros), kernels.KernelGradient(zeros), magnitudes.NaiveKernelGradient(zeros));
        Near("dx", kernels.NaiveInputGradient(), kernels.InputGradient(), magnitudes.NaiveInputGradient());
    }, share: 0.5);

    [Fact]
    public void A_picture_gives_the_same_bits_alone_and_among_others() => ForAll(Generators.WinogradConvolutions, static c =>
    {
        ConvolutionKernels<T> together = Reals(c), alone = Reals(c with { Images = 1 });
        Expect.SameBits("y", alone.Forward(withBias: true), together.Forward(withBias: true)[..alone.YShape.Elements]);
        Expect.SameBits("dx", alone.InputGradient(), together.InputGradient()[..alone.XShape.Elements]);
    });

    [Fact]
    public void It_passes_NaN_on_through_ReLU()
    {
        ConvolutionCase c = new(1, new WindowCase(8, 8, 16, 3, 3, 1, 1, Padding.Same), 16, Seed: 1);
        ConvolutionKernels<T> kernels = Reals(c);
        kernels.X[0] = T.NaN;
        Assert.True(T.IsNaN(kernels.Forward(withBias: true, relu: true)[0]));
    }

    [Theory]
    [InlineData(8, 8, 16, 16, 3, 1, true)]
    [InlineData(4, 12, 16, 24, 3, 1, true)]
    [InlineData(8, 6, 16, 16, 3, 1, false)] // sides that tiles do not fill
    [InlineData(8, 8, 16, 16, 5, 1, false)]
    [InlineData(8, 8, 16, 16, 3, 2, false)]
    [InlineData(8, 8, 3, 16, 3, 1, false)] // too few channels
    [InlineData(8, 8, 16, 7, 3, 1, false)]
    [InlineData(8, 8, 128, 128, 3, 1, true)]
    [InlineData(8, 8, 128, 129, 3, 1, false)] // a kernel that leaves the caches
    public void It_is_chosen_for_3_by_3_kernels_with_stride_1_and_many_channels(
        int height, int width, int channels, int filters, int kernel, int stride, bool isChosen)
    {
        ConvolutionGeometry geometry = new(new WindowGeometry((height, width, channels), kernel, stride, Padding.Same), filters);
        Assert.Equal(isChosen ? ConvolutionAlgorithmKind.Winograd : ConvolutionAlgorithmKind.Direct, ConvolutionAlgorithm<T>.For(geometry).Kind);
        Assert.Equal(ConvolutionAlgorithmKind.Lean, ConvolutionAlgorithm<T>.For(geometry, savesMemory: true).Kind);
    }

    [Fact]
    public void It_is_chosen_for_pictures_that_stay_as_large_as_they_are_and_a_vector_of_channels()
    {
        int least = Math.Max(8, SimdVector<T>.Count);
        Assert.True(IsChosen((8, 8, least), 3, 1, Padding.Same, least));
        Assert.True(IsChosen((8, 8, least), 3, 1, Padding.Explicit(2, 0, 0, 2), least));
        Assert.False(IsChosen((8, 8, least - 1), 3, 1, Padding.Same, least));
        Assert.False(IsChosen((8, 8, least), 3, 1, Padding.Same, least - 1));
        Assert.False(IsChosen((10, 10, least), 3, 1, Padding.Valid, least));
        Assert.False(IsChosen((8, 8, least), 3, 1, Padding.Explicit(3, 0, 1, 1), least));
        Assert.False(IsChosen((8, 8, least), (3, 5), 1, Padding.Same, least));
        Assert.False(IsChosen((8, 8, least), (5, 3), 1, Padding.Same, least));
        Assert.False(IsChosen((8, 8, least), 3, (1, 2), Padding.Same, least));
        Assert.False(IsChosen((8, 8, least), 3, (2, 1), Padding.Same, least));

        static bool IsChosen(Shape input, Size2D kernel, Size2D strides, Padding padding, int filters) =>
            ConvolutionAlgorithm<T>.For(new(new WindowGeometry(input, kernel, strides, padding), filters)).Kind == ConvolutionAlgorithmKind.Winograd;
    }

    /// <summary>As it is chosen, or asked for where it is not worth it; and refused, with the reason, where it is impossible.</summary>
    [Fact]
    public void What_it_does_not_take_is_refused()
    {
        int least = SimdVector<T>.Count;
        Assert.Equal("Winograd F(4×4, 3×3)", For((8, 8, least), 3, 1, Padding.Same, least).Name);
        Assert.Equal("Winograd F(4×4, 3×3)", For((8, 8, 200), 3, 1, Padding.Same, 200).Name);
        Refused("at least", (8, 8, least - 1), 3, 1, Padding.Same, least);
        Refused("at least", (8, 8, least), 3, 1, Padding.Same, least - 1);
        Refused("multiples of 4", (6, 8, 16), 3, 1, Padding.Same, 16);
        Refused("multiples of 4", (8, 6, 16), 3, 1, Padding.Same, 16);
        Refused("an output of 8×8×16", (10, 10, 16), 3, 1, Padding.Valid, 16);
        Refused("a kernel of 5×3", (8, 8, 16), (5, 3), 1, Padding.Same, 16);
        Refused("a kernel of 3×5", (8, 8, 16), (3, 5), 1, Padding.Same, 16);
        Refused("strides of 2×1", (8, 8, 16), 3, (2, 1), Padding.Same, 16);
        Refused("strides of 1×2", (8, 8, 16), 3, (1, 2), Padding.Same, 16);
        Refused("7000 channels and 9000 filters", (4, 4, 7000), 3, 1, Padding.Same, 9000);

        static ConvolutionAlgorithm<T> For(Shape input, Size2D kernel, Size2D strides, Padding padding, int filters) =>
            ConvolutionAlgorithm<T>.For(new(new WindowGeometry(input, kernel, strides, padding), filters), ConvolutionAlgorithmKind.Winograd);
        static void Refused(string reason, Shape input, Size2D kernel, Size2D strides, Padding padding, int filters) =>
            Expect.Throws<ArgumentException>(() => For(input, kernel, strides, padding, filters), "algorithm Winograd: expected", reason, "'kind'");
    }

    /// <summary>Blocks of 12, 12 and 3 tiles, and a filter beyond the last vector.</summary>
    [Fact]
    public void Several_blocks_give_what_the_naive_twins_do_and_each_picture_the_bits_it_has_alone()
    {
        ConvolutionCase c = new(3, new WindowCase(12, 12, 32, 3, 3, 1, 1, Padding.Same), 33, Seed: 5);
        ConvolutionKernels<T> kernels = Reals(c);
        ConvolutionKernels<T> magnitudes = new(c, static (count, seed) => [.. Numbers.Reals<T>(count, seed).Select(T.Abs)]);
        T[] zeros = new T[kernels.WShape.Elements];
        ReadOnlySpan<T> y = kernels.Forward(withBias: true);
        Near("y", kernels.NaiveForward(withBias: true), y, magnitudes.NaiveForward(withBias: true));
        Near("dw", kernels.NaiveKernelGradient(zeros), kernels.KernelGradient(zeros), magnitudes.NaiveKernelGradient(zeros));
        Near("dx", kernels.NaiveInputGradient(), kernels.InputGradient(), magnitudes.NaiveInputGradient());

        int x = kernels.X.Length / 3, last = y.Length / 3;
        ConvolutionKernels<T> alone = Reals(c with { Images = 1 });
        kernels.X.AsSpan(2 * x).CopyTo(alone.X);
        kernels.W.CopyTo(alone.W, 0);
        kernels.Bias.CopyTo(alone.Bias, 0);
        Expect.SameBits("y of the last picture", alone.Forward(withBias: true), y[(2 * last)..]);
    }

    private static ConvolutionKernels<T> Reals(ConvolutionCase convolution) =>
        new(convolution, static (count, seed) => Numbers.Reals<T>(count, seed), ConvolutionAlgorithmKind.Winograd);

    private static void Near(string name, T[] expected, ReadOnlySpan<T> actual, T[] magnitudes)
    {
        double bound = Rounding * double.CreateChecked(magnitudes.Max());
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs(double.CreateChecked(expected[i] - actual[i]));
            Assert.True(difference <= bound, $"{name}[{i}]: expected {expected[i]:R} ± {bound:E1}, received {actual[i]:R}");
        }
    }
}
