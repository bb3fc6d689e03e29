namespace NanoConv.Kernels;

/// <summary>
/// Where each pixel of a new picture comes from in the old one: row = Rows.I·i + Rows.J·j + Rows.Offset for the pixel in row i and column j,
/// and its column likewise. Pixels' middles are at whole numbers.
/// </summary>
/// <param name="Rows">What makes the old row.</param>
/// <param name="Columns">What makes the old column.</param>
internal readonly record struct AffineMap((double I, double J, double Offset) Rows, (double I, double J, double Offset) Columns)
{
    /// <summary>A shift down and to the right.</summary>
    public static AffineMap Shift(double down, double right) => new((1, 0, -down), (0, 1, -right));

    /// <summary>A turn around the picture's middle, counter-clockwise as one sees it, with row 0 at the top.</summary>
    /// <param name="angle">In radians.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    public static AffineMap Rotation(double angle, int height, int width)
    {
        (double sin, double cos) = Math.SinCos(angle);
        double row = (height - 1) / 2.0, column = (width - 1) / 2.0;
        return new((cos, sin, row - (cos * row) - (sin * column)), (-sin, cos, column + (sin * row) - (cos * column)));
    }
}
