namespace NanoConv.Convolutions;

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
