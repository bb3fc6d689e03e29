namespace NanoConv.Cifar.Data.Shapes;

/// <summary>A colour; each channel runs from 0 to 1, and may leave that range until it is rounded.</summary>
/// <param name="R">Red.</param>
/// <param name="G">Green.</param>
/// <param name="B">Blue.</param>
internal readonly record struct Colour(double R, double G, double B)
{
    /// <summary>Scales all channels, to lighten or to darken.</summary>
    /// <param name="colour">The colour.</param>
    /// <param name="factor">The factor; 1 changes nothing.</param>
    /// <returns>The scaled colour.</returns>
    public static Colour operator *(Colour colour, double factor) =>
        new(colour.R * factor, colour.G * factor, colour.B * factor);

    /// <summary>Goes from this colour to another one.</summary>
    /// <param name="other">The colour at <paramref name="share"/> = 1.</param>
    /// <param name="share">How far to go, from 0 to 1.</param>
    /// <returns>The blend.</returns>
    public Colour Towards(Colour other, double share) =>
        new(R + (other.R - R) * share, G + (other.G - G) * share, B + (other.B - B) * share);

    /// <summary>Distance between two colours, as points of the RGB cube.</summary>
    /// <param name="other">The other colour.</param>
    /// <returns>From 0 (the same) to √3 (black against white).</returns>
    public double DistanceTo(Colour other)
    {
        double r = R - other.R, g = G - other.G, b = B - other.B;
        return Math.Sqrt(r * r + g * g + b * b);
    }

    /// <summary>Draws a colour: uniform hue, any saturation but grey, any lightness but near black.</summary>
    /// <param name="random">The stream to draw from.</param>
    /// <returns>A colour.</returns>
    public static Colour Random(ref SplitMix64 random)
    {
        double hue = random.Between(0, 6);
        double saturation = random.Between(0.15, 0.95);
        double value = random.Between(0.25, 1.0);
        // Each channel is a trapezoid of the hue: the HSV hexagon, a third of a turn (2 of 6) apart.
        Colour pure = new(Trapezoid(hue), Trapezoid(hue + 4), Trapezoid(hue + 2));
        return new Colour(1, 1, 1).Towards(pure, saturation) * value;
    }

    private static double Trapezoid(double hue)
    {
        double turn = hue >= 6 ? hue - 6 : hue;
        return Math.Clamp(Math.Abs(turn - 3) - 1, 0, 1);
    }
}
