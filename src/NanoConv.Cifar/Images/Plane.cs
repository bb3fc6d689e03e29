using NanoConv.Convolutions;
using NanoConv.Tensors;

namespace NanoConv.Cifar.Images;

/// <summary>One channel of a picture as numbers: [height, width], row after row.</summary>
public sealed class Plane
{
    private readonly double[] values;

    /// <summary>Wraps values, without a copy.</summary>
    /// <param name="width">Values in a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="values">The values.</param>
    public Plane(int width, int height, double[] values)
    {
        if (values.Length != width * height)
            throw new ArgumentException($"A plane of {width} x {height} received {values.Length} values.");
        (Width, Height, this.values) = (width, height, values);
    }

    /// <summary>Values in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The values, row after row.</summary>
    public ReadOnlySpan<double> Values => values;

    /// <summary>One value.</summary>
    /// <param name="y">Its row.</param>
    /// <param name="x">Its place in the row.</param>
    public double this[int y, int x] => values[y * Width + x];

    /// <summary>The least and the greatest value.</summary>
    public (double Least, double Greatest) Range() => (values.Min(), values.Max());

    /// <summary>
    /// Convolves with a square kernel, stride 1, without padding: Y[y, x] = Σ_r Σ_s K[r, s] · X[y + r, x + s].
    /// As everywhere in ConvNets the kernel is not flipped: a cross-correlation.
    /// </summary>
    /// <param name="kernel">The kernel, k × k.</param>
    /// <returns>A plane smaller by k − 1 both ways.</returns>
    public Plane Convolve(SquareKernel kernel)
    {
        int k = kernel.Size;
        if (Width < k || Height < k)
        {
            throw new ArgumentException(
                $"Expected a picture of at least {k} x {k} pixels for kernel '{kernel.Name}', "
                + $"found {Width} x {Height}.");
        }
        var window = new WindowGeometry((Height, Width, 1), k, 1, Padding.Valid);
        var result = new double[window.OutputPixels];
        NaiveConvolution.Forward<double>(
            new ConvolutionGeometry(window, Filters: 1), images: 1, result, values, kernel.Values, bias: []);
        return new Plane(window.OutputWidth, window.OutputHeight, result);
    }

    /// <summary>
    /// Greys to look at: the least value becomes black (0), the greatest white (255), linearly between and rounded
    /// to the nearest; a plane of one value becomes mid-grey (128).
    /// </summary>
    /// <returns>One byte a value.</returns>
    public byte[] ToGrey()
    {
        (double least, double greatest) = Range();
        if (least == greatest)
            return [.. Enumerable.Repeat((byte)128, values.Length)];
        double scale = 255 / (greatest - least);
        return Array.ConvertAll(values, value => (byte)Math.Round((value - least) * scale));
    }
}
