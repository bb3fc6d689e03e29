using System.Numerics;
using NanoConv.Convolutions;
using NanoConv.Kernels;

namespace NanoConv.Tests.Convolutions;

/// <summary>Rungs 1 and 2 of the ladder for every <see cref="ConvolutionAlgorithm{T}"/> that takes a convolution: twins and adjoints.</summary>
/// <remarks>On integers, where no sum is rounded; Winograd's algorithm in double alone, see <see cref="WinogradAlgorithmTests{T}"/>.</remarks>
public abstract class ConvolutionAlgorithmTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Fact]
    public void Forward_equals_its_naive_twin() => ForAll(Generators.Convolutions, static c =>
    {
        ConvolutionKernels<T> twin = Exact(c);
        T[] y = twin.NaiveForward(withBias: true);
        foreach (ConvolutionKernels<T> kernels in Algorithms(twin))
            Expect.Equal($"y, {kernels}", twin.YShape, y, kernels.Forward(withBias: true));
    }, share: 0.6);

    [Fact]
    public void Forward_without_bias_equals_its_naive_twin() => ForAll(Generators.Convolutions, static c =>
    {
        ConvolutionKernels<T> twin = Exact(c);
        T[] y = twin.NaiveForward(withBias: false);
        foreach (ConvolutionKernels<T> kernels in Algorithms(twin))
            Expect.Equal($"y, {kernels}", twin.YShape, y, kernels.Forward(withBias: false));
    }, share: 0.6);

    [Fact]
    public void Forward_with_ReLU_is_the_naive_twin_cut_off_at_zero() => ForAll(Generators.Convolutions, static c =>
    {
        ConvolutionKernels<T> twin = Exact(c);
        T[] y = [.. twin.NaiveForward(withBias: true).Select(y => T.Max(y, T.Zero))];
        foreach (ConvolutionKernels<T> kernels in Algorithms(twin))
            Expect.Equal($"y, {kernels}", twin.YShape, y, kernels.Forward(withBias: true, relu: true));
    }, share: 0.6);

    [Fact]
    public void Forward_into_the_halo_of_a_next_layer_writes_what_its_naive_twin_does_and_nothing_else() => ForAll(Generators.Convolutions, static c =>
    {
        ConvolutionKernels<T> twin = Exact(c);
        T[] y = twin.NaiveForward(withBias: true), rectified = [.. y.Select(y => T.Max(y, T.Zero))];
        foreach (ConvolutionKernels<T> kernels in Algorithms(twin))
        {
            Expect.Equal($"y, {kernels}", twin.YShape, y, kernels.ForwardIntoHalo(withBias: true));
            Expect.Equal($"y with ReLU, {kernels}", twin.YShape, rectified, kernels.ForwardIntoHalo(withBias: true, relu: true));
        }
    }, share: 0.6);

    [Fact]
    public void The_kernel_gradient_equals_its_naive_twin() => ForAll(Generators.Convolutions, static c =>
    {
        ConvolutionKernels<T> twin = Exact(c);
        T[] zeros = new T[twin.WShape.Elements], dw = twin.NaiveKernelGradient(zeros);
        foreach (ConvolutionKernels<T> kernels in Algorithms(twin))
            Expect.Equal($"dw, {kernels}", twin.WShape, dw, kernels.KernelGradient(zeros));
    }, share: 0.6);

    [Fact]
    public void The_kernel_gradient_is_added_to_what_is_there() => ForAll(Generators.Convolutions, static c =>
    {
        ConvolutionKernels<T> twin = Exact(c);
        T[] start = Numbers.Integers<T>(twin.WShape.Elements, c.Seed + 7), dw = twin.NaiveKernelGradient(start);
        foreach (ConvolutionKernels<T> kernels in Algorithms(twin))
        {
            Expect.Equal($"dw, {kernels}", twin.WShape, dw, kernels.KernelGradient(start));
            Expect.Equal($"dw alone, {kernels}", twin.WShape, dw, kernels.KernelGradientAlone(start));
        }
    }, share: 0.6);

    [Fact]
    public void The_input_gradient_equals_its_naive_twin() => ForAll(Generators.Convolutions, static c =>
    {
        ConvolutionKernels<T> twin = Exact(c);
        T[] dx = twin.NaiveInputGradient();
        foreach (ConvolutionKernels<T> kernels in Algorithms(twin))
            Expect.Equal($"dx, {kernels}", twin.XShape, dx, kernels.InputGradient());
    }, share: 0.6);

    [Fact]
    public void Both_gradients_as_a_layer_asks_for_them_equal_their_twins() => ForAll(Generators.Convolutions, static c =>
    {
        ConvolutionKernels<T> twin = Exact(c);
        T[] start = Numbers.Integers<T>(twin.WShape.Elements, c.Seed + 7), dw = twin.NaiveKernelGradient(start), dx = twin.NaiveInputGradient();
        foreach (ConvolutionKernels<T> kernels in Algorithms(twin))
        {
            (T[] kernel, T[] input) = kernels.Backward(start, needsInput: true);
            Expect.Equal<T>($"dw, {kernels}", twin.WShape, dw, kernel);
            Expect.Equal<T>($"dx, {kernels}", twin.XShape, dx, input);
            (kernel, input) = kernels.Backward(start, needsInput: false);
            Expect.Equal<T>($"dw alone, {kernels}", twin.WShape, dw, kernel);
            Assert.All(input, value => Assert.True(T.IsNaN(value)));
        }
    }, share: 0.3);

    [Fact]
    public void All_three_directions_equal_their_twins_at_every_tail_length() => ForAll(Generators.EveryTail, EqualTwins);

    [Fact]
    public void All_three_directions_equal_their_twins_where_windows_overlap() => ForAll(Generators.Overlapping, EqualTwins);

    [Fact]
    public void The_input_gradient_equals_its_twin_where_phases_share_what_they_load() => ForAll(Generators.Halving, static c =>
    {
        ConvolutionKernels<T> twin = Exact(c);
        T[] dx = twin.NaiveInputGradient();
        foreach (ConvolutionKernels<T> kernels in Algorithms(twin))
            Expect.Equal($"dx, {kernels}", twin.XShape, dx, kernels.InputGradient());
    });

    /// <summary>No finite differences, no naive twin: convolution is linear in x and in w, and the gradients are its adjoints.</summary>
    [Fact]
    public void The_gradients_are_the_adjoints_of_forward() => ForAll(Generators.Convolutions, static c =>
    {
        foreach (ConvolutionKernels<T> kernels in Algorithms(Exact(c)))
        {
            double output = Numbers.Dot(kernels.Forward(withBias: false), kernels.Dy);
            Assert.Equal(output, Numbers.Dot(kernels.X, kernels.InputGradient()));
            Assert.Equal(output, Numbers.Dot(kernels.W, kernels.KernelGradient(new T[kernels.WShape.Elements])));
        }
    }, share: 0.6);

    /// <summary>The same on numbers that are rounded, as in use; to rounding means relative to the sum of magnitudes.</summary>
    [Fact]
    public void The_gradients_are_the_adjoints_of_forward_to_rounding() => ForAll(Generators.Convolutions, static c =>
    {
        ConvolutionKernels<T> reals = new(c, static (count, seed) => Numbers.Reals<T>(count, seed));
        ConvolutionKernels<T> magnitudes = new(c, static (count, seed) => [.. Numbers.Reals<T>(count, seed).Select(T.Abs)]);
        double magnitude = Numbers.Dot<T>(magnitudes.NaiveForward(withBias: false), magnitudes.Dy);
        foreach (ConvolutionKernels<T> kernels in reals.ByEveryAlgorithm())
        {
            double rounding = typeof(T) == typeof(float) ? 1e-6 : 1e-15, output = Numbers.Dot(kernels.Forward(withBias: false), kernels.Dy);
            double tolerance = (kernels.Kind == ConvolutionAlgorithmKind.Winograd ? 10 : 1) * rounding * magnitude;
            Assert.Equal(output, Numbers.Dot(kernels.X, kernels.InputGradient()), tolerance);
            Assert.Equal(output, Numbers.Dot(kernels.W, kernels.KernelGradient(new T[kernels.WShape.Elements])), tolerance);
        }
    }, share: 0.6);

    [Fact]
    public void A_picture_gives_the_same_bits_alone_and_among_others() => ForAll(Generators.Convolutions, SameBitsAlone, share: 0.6);

    [Fact]
    public void A_picture_gives_the_same_bits_alone_and_among_others_where_windows_overlap() => ForAll(Generators.Overlapping, SameBitsAlone);

    [Fact]
    public void A_picture_gives_the_same_bits_alone_and_among_others_where_phases_share_what_they_load() => ForAll(Generators.Halving, SameBitsAlone);

    [Fact]
    public void Its_name_says_in_which_directions_shared_tiles_work() => ForAll(Generators.Convolutions, NameIsTrue);

    [Fact]
    public void Its_name_says_in_which_directions_shared_tiles_work_where_windows_overlap() => ForAll(Generators.Overlapping, NameIsTrue);

    [Fact]
    public void Its_name_says_in_which_directions_shared_tiles_work_where_phases_share_what_they_load() => ForAll(Generators.Halving, NameIsTrue);

    /// <summary>What is short is refused by its name, before anything is written.</summary>
    [Fact]
    public void Short_buffers_are_refused()
    {
        ConvolutionGeometry geometry = new(new WindowGeometry((4, 4, 16), 3, 1, Padding.Same), 16);
        foreach (ConvolutionAlgorithmKind kind in ConvolutionKernels<T>.Kinds(geometry))
        {
            ConvolutionAlgorithm<T> algorithm = ConvolutionAlgorithm<T>.For(geometry, kind);
            T[] x = new T[algorithm.Input.Length(1)], dz = new T[algorithm.OutputGradient.Length(1)], scratch = new T[algorithm.ScratchElements];
            T[] y = new T[256], w = new T[geometry.KernelElements], bias = new T[16];
            Expect.Throws<ArgumentException>(() => algorithm.Forward(1, y, x, scratch)); // not prepared
            Expect.Throws<ArgumentException>(() => algorithm.Prepare(w.AsMemory(1)), "expected 2304 elements, received 2303", "'kernel'");
            Expect.Throws<ArgumentException>(() => algorithm.Prepare(w, bias.AsMemory(1)), "expected 16 elements or none, received 15", "'bias'");
            algorithm.Prepare(w, bias);
            Array.Fill(y, T.One);
            Array.Fill(w, T.One);
            Expect.Throws<ArgumentException>(() => algorithm.Forward(1, y.AsSpan(1), x, scratch), "at least 256 elements, received 255", "'y'");
            Expect.Throws<ArgumentException>(() => algorithm.Forward(1, y, x[1..], scratch), $"at least {x.Length} elements");
            Expect.Throws<ArgumentException>(() => algorithm.KernelGradient(1, w.AsSpan(1), x, dz, scratch), "at least 2304");
            Expect.Throws<ArgumentException>(() => algorithm.KernelGradient(1, w, x[1..], dz, scratch), $"at least {x.Length} elements");
            Expect.Throws<ArgumentException>(() => algorithm.KernelGradient(1, w, x, dz[200..], scratch), "at least");
            Expect.Throws<ArgumentException>(() => algorithm.InputGradient(1, y.AsSpan(1), dz, scratch), "at least 256 elements, received 255");
            Expect.Throws<ArgumentException>(() => algorithm.InputGradient(1, y, dz[200..], scratch), "at least");
            if (scratch.Length > 0)
            {
                Expect.Throws<ArgumentException>(() => algorithm.Forward(1, y, x, scratch.AsSpan(0, 99)), "'scratch'");
                Expect.Throws<ArgumentException>(() => algorithm.KernelGradient(1, w, x, dz, scratch.AsSpan(1)), "'scratch'");
            }

            Assert.All((T[])[.. y, .. w], value => Assert.Equal(T.One, value));
        }
    }

    // As the micro-kernels that the convolution runs through are worked out elsewhere.
    private static void NameIsTrue(ConvolutionCase c)
    {
        string[] kernels = [.. MicroKernels<T>.OfDirect(c)];
        bool Has(string start) => kernels.Any(kernel => kernel.StartsWith(start, StringComparison.Ordinal));
        bool IsShared(string direction) => Has($"{direction}: shared tile") || Has($"{direction}: two phases");
        (string Name, string Direction)[] directions = [("y", "forward"), ("dw", "dw"), ("dx", "dx")];
        string[] shared = [.. directions.Where(each => IsShared(each.Direction)).Select(each => each.Name)];
        Assert.Equal(Name("direct", shared), ConvolutionAlgorithm<T>.For(c.Geometry, ConvolutionAlgorithmKind.Direct).Name);
        Assert.Equal(Name("direct, lean", [.. shared.Except(["dx"])]), ConvolutionAlgorithm<T>.For(c.Geometry, ConvolutionAlgorithmKind.Lean).Name);

        static string Name(string name, string[] shared) => shared.Length switch
        {
            0 => name,
            3 => $"{name}, shared",
            _ => $"{name}, shared: {string.Join(", ", shared)}",
        };
    }

    private static void EqualTwins(ConvolutionCase c)
    {
        ConvolutionKernels<T> twin = Exact(c);
        T[] start = Numbers.Integers<T>(twin.WShape.Elements, c.Seed + 7);
        T[] y = twin.NaiveForward(withBias: true), dw = twin.NaiveKernelGradient(start), dx = twin.NaiveInputGradient();
        foreach (ConvolutionKernels<T> kernels in Algorithms(twin))
        {
            Expect.Equal($"y, {kernels}", twin.YShape, y, kernels.Forward(withBias: true));
            Expect.Equal($"dw, {kernels}", twin.WShape, dw, kernels.KernelGradient(start));
            Expect.Equal($"dx, {kernels}", twin.XShape, dx, kernels.InputGradient());
        }
    }

    private static void SameBitsAlone(ConvolutionCase c)
    {
        ConvolutionKernels<T> together = new(c, static (count, seed) => Numbers.Reals<T>(count, seed));
        ConvolutionKernels<T> single = new(c with { Images = 1 }, static (count, seed) => Numbers.Reals<T>(count, seed));
        foreach ((ConvolutionKernels<T> all, ConvolutionKernels<T> alone) in together.ByEveryAlgorithm().Zip(single.ByEveryAlgorithm()))
        {
            Expect.SameBits($"y, {all}", alone.Forward(withBias: true), all.Forward(withBias: true)[..alone.YShape.Elements]);
            Expect.SameBits($"dx, {all}", alone.InputGradient(), all.InputGradient()[..alone.XShape.Elements]);
        }
    }

    // Winograd's only fractions are those of 576, so that on whole multiples of it all is exact in double.
    private static ConvolutionKernels<T> Exact(ConvolutionCase convolution)
    {
        T scale = T.CreateChecked(
            typeof(T) == typeof(double) && ConvolutionKernels<T>.Kinds(convolution.Geometry).Contains(ConvolutionAlgorithmKind.Winograd) ? 576 : 1);
        return new(convolution, (count, seed) => [.. Numbers.Integers<T>(count, seed).Select(number => scale * number)]);
    }

    private static IEnumerable<ConvolutionKernels<T>> Algorithms(ConvolutionKernels<T> twin) =>
        twin.ByEveryAlgorithm().Where(kernels => typeof(T) == typeof(double) || kernels.Kind != ConvolutionAlgorithmKind.Winograd);
}

public sealed class ConvolutionAlgorithmFloatTests : ConvolutionAlgorithmTests<float>;

public sealed class ConvolutionAlgorithmDoubleTests : ConvolutionAlgorithmTests<double>;
