using System.Numerics;
using NanoConv.Kernels;
using NanoConv.Kernels.Micro;
using NanoConv.Tensors;

namespace NanoConv.Convolutions;

/// <summary>
/// <see cref="DirectAlgorithm{T}"/> where neighbouring pixels can share what they load: the same products out of the same panels, by
/// <see cref="SharedProduct"/>. Taken where in at least one direction a panel has a single vector of columns and windows overlap.
/// </summary>
internal class SharedAlgorithm<T> : DirectAlgorithm<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public SharedAlgorithm(in ConvolutionGeometry geometry, ConvolutionAlgorithmKind kind = ConvolutionAlgorithmKind.Direct)
        : base(geometry, kind)
    {
        List<string> shared = Directions(geometry);
        string name = base.Name;
        if (kind == ConvolutionAlgorithmKind.Lean)
        {
            name += ", lean";
            shared.Remove("dx"); // by dot products
        }

        Name = shared.Count switch
        {
            0 => name,
            3 => $"{name}, shared",
            _ => $"{name}, shared: {string.Join(", ", shared)}",
        };
    }

    public override string Name { get; }

    /// <summary>The directions of which shared tiles take at least a panel; register tiles take the rest.</summary>
    public static List<string> Directions(in ConvolutionGeometry geometry)
    {
        StridedProduct product = ConvolutionProducts.Forward(geometry, 1, ConvolutionProducts.HaloedOutput(geometry));
        List<string> shared = [];
        if (SharedProduct.HasPanel<T>(product))
            shared.Add("y");
        if (SharedProduct.HasGradientPanel<T>(product))
            shared.Add("dw");
        if (IsInputGradientShared(geometry))
            shared.Add("dx");
        return shared;
    }

    internal override void Forward(int images, Span<T> y, in PixelView output, ReadOnlySpan<T> x, Span<T> scratch, bool relu) =>
        SharedProduct.Multiply(Product(images, output), y, x, PackedKernel, PackedBias, relu);

    internal override void KernelGradient(int images, Span<T> dw, ReadOnlySpan<T> x, ReadOnlySpan<T> dz, in PixelView output, Span<T> scratch) =>
        SharedProduct.AccumulateTransposed(Product(images, output), dw, x, dz);

    // Two phases side by side may also share what they load with each other.
    public override void InputGradient(int images, Span<T> dx, ReadOnlySpan<T> dz, Span<T> scratch)
    {
        ConvolutionProducts.ClearUnreached(Geometry.Window, images, dx);
        ReadOnlySpan<T> packed = PackedTransposedKernel;
        (int rowPhases, int columnPhases) = ConvolutionProducts.Phases(Geometry.Window);
        for (int a = 0; a < rowPhases; a++)
        {
            for (int b = 0; b < columnPhases; b++)
            {
                StridedProduct product = ConvolutionProducts.InputGradient(Geometry, images, a, b);
                int length = PackedMatrix.Length<T>(product.K, product.N);
                ReadOnlySpan<T> kernel = packed[..length];
                packed = packed[length..];
                if (b + 1 < columnPhases)
                {
                    StridedProduct next = ConvolutionProducts.InputGradient(Geometry, images, a, b + 1);
                    if (SharedProduct.TryMultiplyTwoPhases(product, next, dx, dz, kernel, packed))
                    {
                        packed = packed[PackedMatrix.Length<T>(next.K, next.N)..];
                        b++;
                        continue;
                    }
                }

                SharedProduct.Multiply(product, dx, dz, kernel, []);
            }
        }
    }

    private static bool IsInputGradientShared(in ConvolutionGeometry geometry)
    {
        (int rowPhases, int columnPhases) = ConvolutionProducts.Phases(geometry.Window);
        for (int a = 0; a < rowPhases; a++)
        {
            for (int b = 0; b < columnPhases; b++)
            {
                StridedProduct product = ConvolutionProducts.InputGradient(geometry, 1, a, b);
                if (product.M == 0)
                    continue;
                if (SharedProduct.HasPanel<T>(product))
                    return true;
                if (b + 1 < columnPhases && SharedTile.CanMultiplyTwoPhases<T>(product, ConvolutionProducts.InputGradient(geometry, 1, a, b + 1)))
                    return true;
            }
        }

        return false;
    }
}
