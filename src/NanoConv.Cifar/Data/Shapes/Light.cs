namespace NanoConv.Cifar.Data.Shapes;

/// <summary>Where a picture's light comes from: one side is brighter, and shadows fall to the other.</summary>
/// <param name="X">Abscissa of the unit vector towards the light.</param>
/// <param name="Y">Ordinate of that vector, downwards.</param>
/// <param name="Slope">How much brighter the picture gets towards the light: a share for each pixel.</param>
/// <param name="Reach">How far shadows fall, in pixels.</param>
internal readonly record struct Light(double X, double Y, double Slope, double Reach)
{
    /// <summary>The longest shadow, in pixels.</summary>
    public const double MaxReach = 2;

    /// <summary>Draws a light.</summary>
    /// <param name="random">The stream to draw from.</param>
    /// <returns>A light from any side.</returns>
    public static Light Random(ref SplitMix64 random)
    {
        (double x, double y) = random.Direction();
        double slope = random.Between(0, 0.35) / Scene.Half;
        return new Light(x, y, slope, random.Between(0.5, MaxReach));
    }

    /// <summary>The brightness at a point.</summary>
    /// <param name="x">Abscissa, in pixels.</param>
    /// <param name="y">Ordinate, in pixels.</param>
    /// <returns>A factor for the colour there; 1 in the middle of the picture.</returns>
    public double At(double x, double y) => 1 + Slope * (X * (x - Scene.Half) + Y * (y - Scene.Half));
}
