using NanoConv.Tensors;

namespace NanoConv.Convolutions;

/// <summary>The geometry that all three convolution kernels share: a sliding window and the number of filters.</summary>
/// <param name="Window">The sliding window over x [n, height, width, channels].</param>
/// <param name="Filters">The output channels K of y [n, output height, output width, K] and w [kh, kw, channels, K].</param>
public readonly record struct ConvolutionGeometry(WindowGeometry Window, int Filters)
{
    /// <summary>Elements of the kernel w [kh, kw, channels, filters].</summary>
    public int KernelElements => Window.KernelHeight * Window.KernelWidth * Window.Channels * Filters;

    /// <summary>Elements of one example's output.</summary>
    public int OutputElements => Window.OutputPixels * Filters;

    /// <summary>Multiplications and additions of the forward pass of one example.</summary>
    public long ForwardFlops => 2L * Window.OutputPixels * KernelElements;

    /// <summary>Rows of zeros that the gradient of the input needs around dy, by side; see <see cref="ConvolutionProducts"/>.</summary>
    internal (int Before, int After) RowHalo => Halo(Window.InputHeight, Window.PaddingTop, Window.KernelHeight, Window.StrideHeight, Window.OutputHeight);

    /// <summary>Columns of zeros that the gradient of the input needs around dy, by side.</summary>
    internal (int Before, int After) ColumnHalo => Halo(Window.InputWidth, Window.PaddingLeft, Window.KernelWidth, Window.StrideWidth, Window.OutputWidth);

    /// <summary>Elements of one example's dy inside its halo of zeros.</summary>
    public int HaloedOutputElements => checked(
        (Window.OutputHeight + RowHalo.Before + RowHalo.After) * (Window.OutputWidth + ColumnHalo.Before + ColumnHalo.After) * Filters);

    /// <summary>Refuses a convolution whose buffers for one example would not fit into an array.</summary>
    /// <exception cref="ArgumentException">They would not.</exception>
    public void CheckSizes()
    {
        try
        {
            _ = HaloedOutputElements;
        }
        catch (OverflowException)
        {
            throw new ArgumentException(
                $"expected an output of at most {int.MaxValue} elements, received {Window.OutputHeight}×{Window.OutputWidth}×{Filters}");
        }
    }

    // Over all phases, the furthest that a run of dy reaches before output 0 and beyond the last output.
    private static (int Before, int After) Halo(int input, int padding, int kernel, int stride, int output)
    {
        (int before, int after) = (0, 0);
        for (int phase = 0; phase < Math.Min(stride, kernel); phase++) // no tap reaches the phases behind the kernel
        {
            PhaseAxis axis = PhaseAxis.Of(phase, input, padding, kernel, stride);
            if (axis.Count == 0 || axis.Taps == 0)
                continue;
            before = Math.Max(before, axis.Taps - 1 - axis.First);
            after = Math.Max(after, axis.First + axis.Count - output);
        }

        return (before, after);
    }
}

/// <summary>
/// One axis of one phase of a strided convolution's input gradient: the padded input positions q·stride + phase, which
/// the kernel taps phase, phase + stride, … alone can reach.
/// </summary>
/// <param name="First">The first q whose position lies inside the input.</param>
/// <param name="Count">How many such q there are.</param>
/// <param name="Taps">How many kernel taps reach them.</param>
/// <param name="Start">The input position of the first q.</param>
internal readonly record struct PhaseAxis(int First, int Count, int Taps, int Start)
{
    public static PhaseAxis Of(int phase, int input, int padding, int kernel, int stride)
    {
        // q·stride + phase − padding ≥ 0  ⇔  q ≥ (padding − phase) / stride, rounded up
        int first = padding > phase ? (padding - phase + stride - 1) / stride : 0;
        int start = (first * stride) + phase - padding;
        int count = start < input ? ((input - 1 - start) / stride) + 1 : 0;
        int taps = phase < kernel ? ((kernel - 1 - phase) / stride) + 1 : 0;
        return new PhaseAxis(first, count, taps, start);
    }
}
