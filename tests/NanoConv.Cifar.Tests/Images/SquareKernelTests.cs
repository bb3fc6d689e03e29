using NanoConv.Cifar.Images;
using Xunit;

namespace NanoConv.Cifar.Tests.Images;

public class SquareKernelTests
{
    [Fact]
    public void Names_and_their_rows_are_the_same_kernel()
    {
        Assert.Equal(
            SquareKernel.Parse("-1 -1 -1; -1 8 -1; -1 -1 -1").Values.ToArray(),
            SquareKernel.Parse("laplacian8").Values.ToArray());
        Assert.Equal(
            SquareKernel.Parse("0,-1,0;-1,8,-1;0,-1,0;").Values.ToArray(),
            SquareKernel.Parse("laplacian4").Values.ToArray());
    }

    [Fact]
    public void Numbers_may_have_fractions_and_exponents() =>
        Assert.Equal([0.5, -2e-3, 1, 0], SquareKernel.Parse(" .5 -2e-3 ; 1 0 ").Values.ToArray());

    [Theory]
    [InlineData("", "expected a square")]
    [InlineData("1 2; 3", "row 2 of 2 has 1 values")]
    [InlineData("1 2", "row 1 of 1 has 2 values")]
    [InlineData("1 x; 3 4", "found 'x'")]
    [InlineData("1 NaN; 3 4", "found 'NaN'")]
    [InlineData("sobel", "expected laplacian8, laplacian4 or rows")]
    public void Anything_else_is_refused_with_what_was_found(string text, string expected)
    {
        var error = Assert.Throws<FormatException>(() => SquareKernel.Parse(text));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
