namespace NanoConv.Cifar.Data.Shapes;

/// <summary>A pattern of two colours over the plane; a function of position, without pixels of its own.</summary>
internal readonly struct Texture
{
    private readonly Pattern _pattern;
    private readonly Colour _from, _to;
    private readonly double _ax, _ay, _phase;
    private readonly ulong _seed;

    private Texture(Pattern pattern, Colour from, Colour to, ref SplitMix64 random)
    {
        (_pattern, _from, _to) = (pattern, from, to);
        double period = pattern switch
        {
            Pattern.Gradient => random.Between(30, 50),
            Pattern.Clouds => random.Between(5, 12),
            _ => random.Between(4, 12),
        };
        (double x, double y) = random.Direction();
        (_ax, _ay, _phase) = (x / period, y / period, random.Between(0, 1));
        _seed = random.NextBits();
    }

    /// <summary>Draws a texture of two given colours.</summary>
    /// <param name="from">One colour.</param>
    /// <param name="to">The other colour.</param>
    /// <param name="random">The stream to draw from.</param>
    /// <returns>A texture of any pattern, period and direction.</returns>
    public static Texture Random(Colour from, Colour to, ref SplitMix64 random) =>
        new((Pattern)random.NextInt(4), from, to, ref random);

    /// <summary>The colour at a point.</summary>
    /// <param name="x">Abscissa, in pixels.</param>
    /// <param name="y">Ordinate, in pixels.</param>
    /// <returns>A blend of the two colours.</returns>
    public Colour At(double x, double y)
    {
        // (u, v): position in periods, along the texture's direction and across it.
        double u = _ax * x + _ay * y + _phase;
        double v = _ax * y - _ay * x + _phase;
        double share = _pattern switch
        {
            Pattern.Gradient => Wave(u),
            Pattern.Stripes => Smooth(Wave(u)),
            Pattern.Checks => Check(Smooth(Wave(u)), Smooth(Wave(v))),
            _ => 0.65 * Noise(u, v, _seed) + 0.35 * Noise(2 * u, 2 * v, ~_seed),
        };
        return _from.Towards(_to, share);
    }

    /// <summary>A triangle wave of period 1 between 0 and 1: the sine of those who have none.</summary>
    private static double Wave(double t) => Math.Abs(2 * (t - Math.Floor(t)) - 1);

    /// <summary>Smoothstep 3t² − 2t³, from 0 at 0 to 1 at 1 with level ends.</summary>
    private static double Smooth(double t) => t * t * (3 - 2 * t);

    /// <summary>High where exactly one of two waves is high.</summary>
    private static double Check(double a, double b) => a + b - 2 * a * b;

    /// <summary>Value noise: a random number on each point of the integer lattice, blended between them.</summary>
    private static double Noise(double u, double v, ulong seed)
    {
        double column = Math.Floor(u), row = Math.Floor(v);
        double su = Smooth(u - column), sv = Smooth(v - row);
        long i = (long)column, j = (long)row;
        double upper = Lattice(i, j, seed) * (1 - su) + Lattice(i + 1, j, seed) * su;
        double lower = Lattice(i, j + 1, seed) * (1 - su) + Lattice(i + 1, j + 1, seed) * su;
        return upper * (1 - sv) + lower * sv;
    }

    private static double Lattice(long i, long j, ulong seed) =>
        SplitMix64.ToUnit(SplitMix64.Mix(seed ^ (ulong)((i << 32) + j)));
}
