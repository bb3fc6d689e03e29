using System.Numerics;
using NanoConv.Kernels;

namespace NanoConv.Bench;

/// <summary>One convolution with all its buffers: a shard of images, ready to run in each direction.</summary>
internal sealed class ConvolutionCase<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ConvolutionGeometry geometry;
    private readonly int images;
    private readonly T[] padded;
    private readonly T[] y;
    private readonly T[] haloedDy;
    private readonly T[] dw;
    private readonly T[] dx;
    private readonly T[] packedKernel;
    private readonly T[] packedTransposedKernel;
    private readonly T[] packedBias;

    public ConvolutionCase(ConvolutionGeometry geometry, int images)
    {
        (this.geometry, this.images) = (geometry, images);
        Random random = new(1);
        padded = Numbers(random, images * geometry.Window.PaddedElements);
        y = new T[images * geometry.OutputElements];
        haloedDy = Numbers(random, (images * geometry.HaloedOutputElements) + MatrixProduct.Slack<T>());
        dw = new T[geometry.KernelElements];
        dx = new T[images * geometry.Window.InputElements];
        packedKernel = Numbers(random, Convolution.PackedKernelLength<T>(geometry));
        packedTransposedKernel = Numbers(random, Convolution.PackedTransposedKernelLength<T>(geometry));
        packedBias = new T[PackedMatrix.PaddedColumns<T>(geometry.Filters)];
    }

    /// <summary>Multiplications and additions of one direction.</summary>
    public double Flops => (double)images * geometry.ForwardFlops;

    /// <summary>The three directions by name.</summary>
    public IReadOnlyList<(string Name, Action Run)> Directions =>
        [("forward", Forward), ("kernel gradient", KernelGradient), ("input gradient", InputGradient)];

    public void Forward() => Convolution.Forward<T>(geometry, images, y, padded, packedKernel, packedBias, relu: true);

    public void KernelGradient() => Convolution.KernelGradient<T>(geometry, images, dw, padded, haloedDy);

    public void InputGradient() => Convolution.InputGradient<T>(geometry, images, dx, haloedDy, packedTransposedKernel);

    private static T[] Numbers(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => T.CreateTruncating((2 * random.NextDouble()) - 1))];
}
