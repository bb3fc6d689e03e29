namespace NanoConv.Cifar.Data.Shapes;

/// <summary>A shape placed in a picture: its kind, its paint, and the map from pixels to its coordinates.</summary>
internal readonly ref struct Sprite
{
    /// <summary>The width over which an outline is blended, in pixels: a clean edge, and a shadow's soft one.</summary>
    private const double EdgeWidth = 1, ShadowWidth = 2.5;

    private const double ShadowDepth = 0.35;

    private readonly ShapeKind _kind;
    private readonly Texture _paint;
    private readonly double _variant, _centreX, _centreY, _radius;
    private readonly double _xx, _xy, _yx, _yy;

    /// <summary>Places a shape, seen somewhat from the side.</summary>
    /// <param name="kind">The shape.</param>
    /// <param name="centre">Its centre, in pixels.</param>
    /// <param name="radius">Its radius, in pixels.</param>
    /// <param name="right">The unit vector in the picture that is the shape's own x axis.</param>
    /// <param name="paint">Its texture.</param>
    /// <param name="random">The stream to draw foreshortening and proportions from.</param>
    public Sprite(ShapeKind kind, (double X, double Y) centre, double radius, (double X, double Y) right, Texture paint,
        ref SplitMix64 random)
    {
        (_kind, _paint, (_centreX, _centreY), _radius) = (kind, paint, centre, radius);
        _variant = random.Between(0, 1);
        // shape = Rotation · Stretch · pixel / radius. Seen from the side, a shape shrinks by a factor along some
        // unit vector d; the inverse, from the picture to the shape, is I + (1 / factor − 1) · d·dᵀ.
        (double dx, double dy) = random.Direction();
        double excess = 1 / random.Between(0.75, 1) - 1;
        double sxx = (1 + excess * dx * dx) / radius, syy = (1 + excess * dy * dy) / radius;
        double sxy = excess * dx * dy / radius;
        (double c, double s) = right;
        (_xx, _xy) = (c * sxx + s * sxy, c * sxy + s * syy);
        (_yx, _yy) = (c * sxy - s * sxx, c * syy - s * sxy);
    }

    /// <summary>Paints the shape and, under it, its shadow over what is there.</summary>
    /// <param name="canvas">Rows × columns of colours [32, 32], updated where the shape or its shadow is.</param>
    /// <param name="light">The light that casts the shadow.</param>
    public void PaintOver(Span<Colour> canvas, Light light)
    {
        (int left, int right) = Extent(_centreX);
        (int top, int bottom) = Extent(_centreY);
        for (int row = top; row < bottom; row++)
            for (int column = left; column < right; column++)
            {
                double x = column + 0.5, y = row + 0.5;
                ref Colour colour = ref canvas[row * Shapes10.ImageSize + column];
                double shadow = CoverageAt(x + light.Reach * light.X, y + light.Reach * light.Y, ShadowWidth);
                colour *= 1 - ShadowDepth * shadow;
                double coverage = CoverageAt(x, y, EdgeWidth);
                if (coverage > 0)
                    colour = colour.Towards(_paint.At(x, y), coverage);
            }
    }

    /// <summary>The pixels along one axis that the shape or its shadow may touch: [first, end).</summary>
    private (int First, int End) Extent(double centre)
    {
        if (_kind == ShapeKind.Bar)
            return (0, Shapes10.ImageSize);
        // 1.25: no corner of any shape is farther out. 2 widths: the blended outline of a star's point, 36° sharp,
        // reaches (width / 2) / sin 18° = 1.6 widths beyond it.
        double reach = 1.25 * _radius + 2 * ShadowWidth + Light.MaxReach;
        int first = (int)Math.Floor(Math.Max(0, centre - reach));
        int end = (int)Math.Ceiling(Math.Min(Shapes10.ImageSize, centre + reach));
        return (first, end);
    }

    /// <summary>How much the shape covers of a spot, from 0 to 1, its outline blended over a width.</summary>
    private double CoverageAt(double x, double y, double width)
    {
        double dx = x - _centreX, dy = y - _centreY;
        double distance = ShapeField.Distance(_kind, _xx * dx + _xy * dy, _yx * dx + _yy * dy, _variant);
        return Math.Clamp(0.5 - distance * _radius / width, 0, 1);
    }
}
