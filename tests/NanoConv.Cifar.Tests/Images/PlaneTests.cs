using NanoConv.Cifar.Images;
using Xunit;

namespace NanoConv.Cifar.Tests.Images;

public class PlaneTests
{
    /// <summary>Worked by hand; the kernel has no symmetry, so a flipped one would differ.</summary>
    [Fact]
    public void Convolution_does_not_flip_the_kernel()
    {
        var plane = new Plane(3, 2, [1, 2, 3, 4, 5, 6]);
        Plane result = plane.Convolve(SquareKernel.Parse("1 10; 100 1000"));
        Assert.Equal((2, 1), (result.Width, result.Height));
        Assert.Equal([1 + 20 + 400 + 5000, 2 + 30 + 500 + 6000], result.Values.ToArray());
    }

    [Fact]
    public void A_Laplacian_of_a_flat_area_is_zero_and_the_papers_second_kernel_is_none()
    {
        var flat = new Plane(3, 3, [.. Enumerable.Repeat(7.0, 9)]);
        Assert.Equal(0, flat.Convolve(SquareKernel.Laplacian8)[0, 0]);
        Assert.Equal(28, flat.Convolve(SquareKernel.Laplacian4)[0, 0]);
    }

    [Fact]
    public void Greys_span_black_to_white()
    {
        Assert.Equal([0, 64, 255], new Plane(3, 1, [-10, 0, 30]).ToGrey());
        Assert.Equal([128, 128], new Plane(1, 2, [5, 5]).ToGrey());
    }
}
