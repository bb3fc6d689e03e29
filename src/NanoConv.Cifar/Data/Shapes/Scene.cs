namespace NanoConv.Cifar.Data.Shapes;

/// <summary>
/// Composes a picture, painting from back to front: a textured ground, small shapes that lie about, the subject that
/// the picture is named after, sometimes a bar before it; then the light falls on it and the film adds its grain.
/// </summary>
internal static class Scene
{
    /// <summary>The middle of the picture, in pixels, along both axes.</summary>
    public const double Half = Shapes10.ImageSize / 2.0;

    /// <summary>How far a colour should be from both of the ground's: √3 is white on black.</summary>
    private const double SubjectContrast = 0.50, LitterContrast = 0.25;

    /// <summary>Draws a picture.</summary>
    /// <param name="subject">The shape that the picture is named after.</param>
    /// <param name="pixels">Overwritten: rows × columns × channels [32, 32, 3].</param>
    /// <param name="random">The stream to draw every choice from.</param>
    public static void Draw(ShapeKind subject, Span<byte> pixels, ref SplitMix64 random)
    {
        Span<Colour> canvas = stackalloc Colour[Shapes10.ImageSize * Shapes10.ImageSize];
        Light light = Light.Random(ref random);
        Colour from = Colour.Random(ref random);
        Colour to = from.Towards(Colour.Random(ref random), random.Between(0.2, 0.6));
        Fill(canvas, Texture.Random(from, to, ref random));

        int litter = random.NextInt(3);
        for (int i = 0; i < litter; i++)
            Litter(Contrasting(from, to, LitterContrast, ref random), ref random).PaintOver(canvas, light);
        Subject(subject, Contrasting(from, to, SubjectContrast, ref random), ref random).PaintOver(canvas, light);
        if (random.Chance(0.4))
            Bar(Colour.Random(ref random), ref random).PaintOver(canvas, light);

        Expose(canvas, light, random.Between(0.01, 0.08), pixels, ref random);
    }

    /// <summary>A large shape, more or less upright, near enough to the middle to be nearly whole.</summary>
    private static Sprite Subject(ShapeKind kind, Colour colour, ref SplitMix64 random)
    {
        double radius = random.Between(8.5, 13.5);
        double slack = Math.Max(2, Half - 2 - radius);
        (double, double) centre = (Half + random.Between(-slack, slack), Half + random.Between(-slack, slack));
        // Leaning by at most 25° to either side: the tangent of the angle is drawn, so no sine is needed.
        double tangent = random.Between(-0.47, 0.47), length = Math.Sqrt(1 + tangent * tangent);
        (double, double) right = (1 / length, tangent / length);
        return new Sprite(kind, centre, radius, right, Shaded(colour, ref random), ref random);
    }

    /// <summary>A small shape of any class, anywhere, any way round: only its size tells it from a subject.</summary>
    private static Sprite Litter(Colour colour, ref SplitMix64 random)
    {
        var kind = (ShapeKind)random.NextInt(Shapes10.ClassNames.Count);
        (double, double) centre = (random.Between(0, 2 * Half), random.Between(0, 2 * Half));
        double radius = random.Between(2, 4);
        return new Sprite(kind, centre, radius, random.Direction(), Shaded(colour, ref random), ref random);
    }

    /// <summary>A bar across the picture, 2 to 5 pixels wide, that may hide a part of the subject.</summary>
    private static Sprite Bar(Colour colour, ref SplitMix64 random)
    {
        (double, double) centre = (Half + random.Between(-10, 10), Half + random.Between(-10, 10));
        return new Sprite(
            ShapeKind.Bar, centre, radius: 12, random.Direction(), Shaded(colour, ref random), ref random);
    }

    /// <summary>A texture of a colour and a darker shade of it.</summary>
    private static Texture Shaded(Colour colour, ref SplitMix64 random) =>
        Texture.Random(colour, colour * random.Between(0.6, 1), ref random);

    /// <summary>A colour at some distance from two others: the first good one of sixteen, or else the last.</summary>
    private static Colour Contrasting(Colour a, Colour b, double distance, ref SplitMix64 random)
    {
        Colour colour = Colour.Random(ref random);
        for (int attempt = 1; attempt < 16; attempt++)
        {
            if (colour.DistanceTo(a) >= distance && colour.DistanceTo(b) >= distance)
                break;
            colour = Colour.Random(ref random);
        }
        return colour;
    }

    private static void Fill(Span<Colour> canvas, Texture ground)
    {
        for (int i = 0; i < canvas.Length; i++)
            canvas[i] = ground.At(i % Shapes10.ImageSize + 0.5, i / Shapes10.ImageSize + 0.5);
    }

    /// <summary>Lights the canvas, adds grain of a given standard deviation, and rounds to bytes.</summary>
    private static void Expose(
        ReadOnlySpan<Colour> canvas, Light light, double deviation, Span<byte> pixels, ref SplitMix64 random)
    {
        for (int i = 0; i < canvas.Length; i++)
        {
            Colour colour = canvas[i] * light.At(i % Shapes10.ImageSize + 0.5, i / Shapes10.ImageSize + 0.5);
            ulong bits = random.NextBits();
            pixels[3 * i] = ToByte(colour.R + deviation * Grain(bits));
            pixels[3 * i + 1] = ToByte(colour.G + deviation * Grain(bits >> 21));
            pixels[3 * i + 2] = ToByte(colour.B + deviation * Grain(bits >> 42));
        }
    }

    /// <summary>
    /// A number of mean 0 and variance 1 from the lower 21 bits given: the sum of three uniform numbers of seven bits,
    /// near enough to a normal distribution.
    /// </summary>
    private static double Grain(ulong bits)
    {
        int sum = (int)(bits & 127) + (int)((bits >> 7) & 127) + (int)((bits >> 14) & 127);
        return (sum - 190.5) / 64;
    }

    private static byte ToByte(double value) => (byte)(Math.Clamp(value, 0, 1) * 255 + 0.5);
}
