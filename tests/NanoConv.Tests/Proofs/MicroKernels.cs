using System.Numerics;
using NanoConv.Convolutions;
using NanoConv.Kernels;

namespace NanoConv.Tests;

/// <summary>
/// Which micro-kernels a convolution runs through in each direction, worked out from its geometry by the library's own predicates: what the
/// generators reach can so be counted, and nothing need be counted while the kernels run.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
internal static class MicroKernels<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly bool HasWide = SimdVector512<T>.IsPanel;

    /// <summary>Those of the direct algorithm: "forward: shared tile, three taps, wide vector", …</summary>
    public static IEnumerable<string> OfDirect(ConvolutionCase convolution)
    {
        ConvolutionGeometry geometry = convolution.Geometry;
        StridedProduct product = ConvolutionProducts.Forward(geometry, convolution.Images, ConvolutionProducts.HaloedOutput(geometry));
        return Multiply(product).Select(kernel => $"forward: {kernel}")
            .Concat(Accumulate(product).Select(kernel => $"dw: {kernel}"))
            .Concat(InputGradient(geometry, convolution.Images).Select(kernel => $"dx: {kernel}"))
            .Distinct();
    }

    /// <summary>
    /// Those of Winograd's transforms and products: "x transformed: wide vector", …; nothing where the algorithm does not take the convolution.
    /// </summary>
    public static IEnumerable<string> OfWinograd(ConvolutionCase convolution)
    {
        ConvolutionGeometry geometry = convolution.Geometry;
        if (ConvolutionAlgorithm<T>.Refusal(geometry, ConvolutionAlgorithmKind.Winograd) is not null)
            return [];
        (int channels, int filters) = (geometry.Window.Channels, geometry.Filters);
        StridedProduct product = StridedProduct.Dense(WinogradProduct.BlockTiles(channels, filters), channels, filters);
        int tiles = convolution.Images * geometry.Window.OutputPixels / (Winograd.Outputs * Winograd.Outputs);
        return
        [
            $"Winograd: channels by {Transform(channels)}",
            $"Winograd: filters by {Transform(filters)}",
            tiles > product.M ? "Winograd: several blocks" : "Winograd: one block",
            .. Multiply(product).Select(kernel => $"Winograd: {kernel}"),
        ];
    }

    // One vector after another, the last of which may overlap.
    private static string Transform(int channels)
    {
        (int count, string name) = WinogradProduct.TakesWide<T>(channels) ? (SimdVector512<T>.Count, "wide") : (SimdVector<T>.Count, "plain");
        return channels % count == 0 ? $"{name} vectors" : $"{name} vectors that overlap";
    }

    private static IEnumerable<string> InputGradient(ConvolutionGeometry geometry, int images)
    {
        (int rowPhases, int columnPhases) = ConvolutionProducts.Phases(geometry.Window);
        for (int a = 0; a < rowPhases; a++)
        {
            for (int b = 0; b < columnPhases; b++)
            {
                StridedProduct product = ConvolutionProducts.InputGradient(geometry, images, a, b);
                if (product.M == 0)
                    continue;
                if (b + 1 < columnPhases && SharedTile.CanMultiplyTwoPhases<T>(product, ConvolutionProducts.InputGradient(geometry, images, a, b + 1)))
                {
                    yield return $"two phases, {RowVector(product.N, product.Rows > 1)}";
                    b++;
                    continue;
                }

                foreach (string kernel in Multiply(product))
                    yield return kernel;
            }
        }
    }

    // As SharedProduct.Multiply goes from panel to panel.
    private static IEnumerable<string> Multiply(StridedProduct product)
    {
        for (int n0 = 0, width; n0 < product.N; n0 += width)
        {
            width = PackedMatrix.PanelWidth<T>(product.N, n0);
            yield return SharedProduct.IsShared<T>(product, n0, width)
                ? $"shared tile, {Taps(product)}, {RowVector(width, product.Rows > 1)}"
                : $"register tile, {Vectors(width)}{(product.N - n0 < width ? ", tail" : "")}";
        }
    }

    // As SharedProduct.AccumulateTransposed goes from panel to panel; of its blocks of rows, the first.
    private static IEnumerable<string> Accumulate(StridedProduct product)
    {
        int blockRows = Math.Clamp(MatrixProduct.BlockPixels / product.Columns, 1, product.Rows);
        if (product.K % RegisterTile.Rows != 0)
            yield return "register tile, a row's tail";
        for (int n0 = 0, width; n0 < product.N; n0 += width)
        {
            width = product.Rows > 1 ? PackedMatrix.PanelWidth<T>(product.N, n0) : 2 * SimdVector<T>.Count;
            if (SharedProduct.IsGradientShared<T>(product, n0, width))
                yield return $"shared tile, {Taps(product)}, {RowVector(width, blockRows % 2 == 0)}";
            else if (product.N - n0 >= width)
                yield return $"register tile, {Vectors(width)}";
            else
                yield return $"register tile, {Vectors(width)}, {(product.N - n0 > SimdVector<T>.Count ? "overlapping" : "tail")}";
        }
    }

    private static string Taps(StridedProduct product) =>
        SharedTile.Overlap<ThreeTaps>(product) ? "three taps" : SharedTile.Overlap<ThreeTapsByTwo>(product) ? "three taps by two" : "two taps";

    private static string RowVector(int width, bool hasRows) =>
        width > SimdVector<T>.Count ? "wide vector" : HasWide && hasRows ? "vector of two rows" : "plain vector";

    private static string Vectors(int width) =>
        width == SimdVector<T>.Count ? "one plain vector"
        : !HasWide ? "two plain vectors"
        : width == SimdVector512<T>.Count ? "one wide vector" : "two wide vectors";
}
