using NanoConv.Kernels;

namespace NanoConv.Tests.Tensors;

/// <summary>Output sizes and paddings, as Keras has them.</summary>
public sealed class WindowGeometryTests : PropertySuite
{
    /// <summary>Keras's rule, worked out by hand: ceil(in / s) windows; of the padding, the smaller half comes before.</summary>
    [Theory]
    [InlineData(32, 3, 2, 16, 0)] // even, stride 2: one column after, none before
    [InlineData(33, 3, 2, 17, 1)] // odd: one on each side
    [InlineData(7, 3, 2, 4, 1)]
    [InlineData(8, 3, 2, 4, 0)]
    [InlineData(8, 5, 2, 4, 1)]
    [InlineData(8, 2, 2, 4, 0)]
    [InlineData(7, 2, 2, 4, 0)]
    [InlineData(5, 3, 1, 5, 1)]
    [InlineData(5, 4, 1, 5, 1)]
    [InlineData(5, 1, 2, 3, 0)]
    [InlineData(6, 1, 4, 2, 0)] // the stride is larger than the kernel: no padding
    [InlineData(1, 7, 3, 1, 3)]
    [InlineData(10, 7, 4, 3, 2)]
    public void Same_padding_is_Keras(int input, int kernel, int stride, int output, int before)
    {
        WindowGeometry tall = new((input, 50, 2), (kernel, 1), (stride, 1), Padding.Same);
        Assert.Equal((output, before, 50, 0), (tall.OutputHeight, tall.PaddingTop, tall.OutputWidth, tall.PaddingLeft));
        WindowGeometry wide = new((50, input, 2), (1, kernel), (1, stride), Padding.Same);
        Assert.Equal((50, 0, output, before), (wide.OutputHeight, wide.PaddingTop, wide.OutputWidth, wide.PaddingLeft));
    }

    /// <summary>The last window lies inside the padded picture, and one more would not.</summary>
    [Fact]
    public void There_are_as_many_windows_as_fit() => ForAll(Generators.Convolutions, static c =>
    {
        (WindowCase w, WindowGeometry g) = (c.Window, c.Window.Geometry);
        if (w.Padding.IsSame)
            return;
        int height = w.Height + w.Padding.Top + w.Padding.Bottom, width = w.Width + w.Padding.Left + w.Padding.Right;
        Assert.InRange(height - g.PaddedHeight, 0, w.StrideHeight - 1);
        Assert.InRange(width - g.PaddedWidth, 0, w.StrideWidth - 1);
        Assert.Equal((w.Padding.Top, w.Padding.Left), (g.PaddingTop, g.PaddingLeft));
    });

    [Fact]
    public void Same_padding_gives_the_input_divided_by_the_stride_rounded_up() => ForAll(Generators.Convolutions, static c =>
    {
        WindowCase w = c.Window with { Padding = Padding.Same };
        Assert.Equal((int)Math.Ceiling(w.Height / (double)w.StrideHeight), w.Geometry.OutputHeight);
        Assert.Equal((int)Math.Ceiling(w.Width / (double)w.StrideWidth), w.Geometry.OutputWidth);
    });

    [Fact]
    public void Mistakes_are_refused_with_what_was_expected_and_received()
    {
        Expect.Throws<ArgumentException>(() => _ = new WindowGeometry((5, 5), 3, 1, Padding.Valid), "(height, width, channels)", "(5, 5)");
        Expect.Throws<ArgumentException>(() => _ = new WindowGeometry((5, 5, 1), (0, 3), 1, Padding.Valid), "at least 1×1", "0×3");
        Expect.Throws<ArgumentException>(() => _ = new WindowGeometry((5, 5, 1), 3, (1, 0), Padding.Valid), "strides", "1×0");
        Expect.Throws<ArgumentException>(() => _ = new WindowGeometry((5, 2, 1), 3, 1, Padding.Valid), "3×3 window fits", "5×2", "valid");
        Expect.Throws<ArgumentException>(
            () => _ = new WindowGeometry((2, 2, 1), (4, 1), 1, Padding.Explicit(1, 0, 0, 0)), "top 1, bottom 0, left 0, right 0");
        Assert.Throws<ArgumentOutOfRangeException>(() => Padding.Explicit(0, -1, 0, 0));
    }

    [Fact]
    public void A_padding_says_what_it_is() =>
        Assert.Equal(("same", "valid", "top 1, bottom 2, left 3, right 4"),
            (Padding.Same.ToString(), Padding.Valid.ToString(), Padding.Explicit(1, 2, 3, 4).ToString()));
}
