namespace NanoConv.Cifar.Data.Shapes;

/// <summary>
/// The shapes as implicit functions: negative inside, zero on the outline, positive outside, and near the
/// outline about the distance to it, so that an edge can be blended over one pixel's width.
/// Coordinates: x to the right, y down, the shape around the origin and about within the unit circle.
/// Two rules build everything: a union is the minimum of two such functions, an intersection the maximum.
/// </summary>
internal static class ShapeField
{
    private const double HalfRoot3 = 0.8660254037844386;
    private const double Root2 = 1.4142135623730951;
    private const double Cos18 = 0.9510565162951535, Sin18 = 0.3090169943749474;
    private const double Cos54 = 0.5877852522924731, Sin54 = 0.8090169943749475;

    /// <summary>Evaluates a shape's implicit function at a point.</summary>
    /// <param name="kind">The shape.</param>
    /// <param name="x">Abscissa, in units of the shape's radius.</param>
    /// <param name="y">Ordinate, downwards, in the same units.</param>
    /// <param name="variant">From 0 to 1: the proportions that differ within a class, as a ring's width.</param>
    /// <returns>The signed distance to the outline, approximately, in the same units.</returns>
    public static double Distance(ShapeKind kind, double x, double y, double variant) => kind switch
    {
        ShapeKind.Circle => Length(x, y) - 0.85,
        ShapeKind.Ring => Ring(x, y, 0.13 + 0.13 * variant),
        ShapeKind.Crescent => Math.Max(Length(x, y) - 0.95, 0.80 - Length(x - 0.30 - 0.25 * variant, y)),
        ShapeKind.Triangle => Triangle(x / (0.85 + 0.35 * variant), y - 0.15),
        ShapeKind.Square => Box(x, y, 0.72, 0.72),
        ShapeKind.Pentagon => Pentagon(x, y),
        ShapeKind.Star => Star(x, y),
        ShapeKind.Cross => Cross(x, y, 0.18 + 0.14 * variant),
        ShapeKind.Heart => Heart(x, y - 0.08),
        ShapeKind.Arrow => Arrow(x, y, 0.16 + 0.12 * variant),
        _ => Box(x, y, 8.0, 0.10 + 0.10 * variant),
    };

    private static double Length(double x, double y) => Math.Sqrt(x * x + y * y);

    private static double Box(double x, double y, double halfWidth, double halfHeight) =>
        Math.Max(Math.Abs(x) - halfWidth, Math.Abs(y) - halfHeight);

    private static double Ring(double x, double y, double halfWidth) =>
        Math.Abs(Length(x, y) - (0.92 - halfWidth)) - halfWidth;

    /// <summary>Equilateral, corner up: three half planes at 0.5 from the origin, the corners at 1.</summary>
    private static double Triangle(double x, double y) =>
        Math.Max(y, HalfRoot3 * Math.Abs(x) - 0.5 * y) - 0.5;

    private static double Cross(double x, double y, double halfWidth) =>
        Math.Min(Box(x, y, 0.95, halfWidth), Box(x, y, halfWidth, 0.95));

    /// <summary>
    /// A square on its corner, half diagonal h, and a disc on each of its upper sides, whose diameter is the side.
    /// </summary>
    private static double Heart(double x, double y)
    {
        const double h = 0.78;
        double right = Math.Abs(x);
        double diamond = (right + Math.Abs(y) - h) / Root2;
        double disc = Length(right - h / 2, y + h / 2) - h / Root2;
        return Math.Min(diamond, disc);
    }

    /// <summary>Points up: a head with its tip at y = −0.95 and its base at y = −0.05, and a shaft below.</summary>
    private static double Arrow(double x, double y, double halfShaft)
    {
        const double tip = 0.95, height = 0.90, halfBase = 0.72;
        double right = Math.Abs(x);
        double side = (height * right - halfBase * (y + tip)) / Math.Sqrt(height * height + halfBase * halfBase);
        double head = Math.Max(side, y + tip - height);
        return Math.Min(head, Box(x, y - 0.4, halfShaft, 0.5));
    }

    /// <summary>A point in the pentagon is inside all five lines: the largest distance counts.</summary>
    private static double Pentagon(double x, double y)
    {
        (double largest, _) = TwoLargestOfFiveLines(x, y);
        return largest - 0.74;
    }

    /// <summary>A point in the pentagram is inside four or five of its lines: the second largest counts.</summary>
    private static double Star(double x, double y)
    {
        // A line that bounds the pentagon below would give a point below: turn the picture over.
        (_, double second) = TwoLargestOfFiveLines(x, -y);
        return second - 0.33;
    }

    /// <summary>
    /// The two largest of a point's dot products with five unit vectors 72° apart, one of them straight down: how far
    /// the point lies towards the five lines that bound a pentagon and, produced, draw a pentagram.
    /// </summary>
    private static (double Largest, double Second) TwoLargestOfFiveLines(double x, double y)
    {
        Span<double> d =
        [
            y, Cos18 * x + Sin18 * y, -Cos18 * x + Sin18 * y, Cos54 * x - Sin54 * y, -Cos54 * x - Sin54 * y,
        ];
        double largest = double.NegativeInfinity, second = double.NegativeInfinity;
        foreach (double value in d)
        {
            second = Math.Max(second, Math.Min(largest, value));
            largest = Math.Max(largest, value);
        }
        return (largest, second);
    }
}
