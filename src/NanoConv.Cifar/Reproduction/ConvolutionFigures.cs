using NanoConv.Cifar.Images;

namespace NanoConv.Cifar.Reproduction;

/// <summary>The numbers of a picture of part (i).</summary>
/// <param name="Kernels">The kernels it has passed through, in turn; none for the red channel itself.</param>
/// <param name="Width">Pixels a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Least">The least value.</param>
/// <param name="Greatest">The greatest value.</param>
public sealed record ConvolutionFigures(IReadOnlyList<string> Kernels, int Width, int Height, double Least, double Greatest)
{
    /// <summary>Of the four pictures.</summary>
    public static IReadOnlyList<ConvolutionFigures> All() =>
        [Of(), Of(SquareKernel.Laplacian8), Of(SquareKernel.Laplacian4), Of(SquareKernel.Laplacian8, SquareKernel.Laplacian4)];

    private static ConvolutionFigures Of(params SquareKernel[] kernels)
    {
        Plane plane = kernels.Aggregate(TestPicture.Draw().Channel(0), (input, kernel) => input.Convolve(kernel));
        (double least, double greatest) = plane.Range();
        return new([.. kernels.Select(kernel => kernel.Name)], plane.Width, plane.Height, least, greatest);
    }
}
