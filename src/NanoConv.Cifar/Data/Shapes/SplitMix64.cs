namespace NanoConv.Cifar.Data.Shapes;

/// <summary>
/// A stream of random numbers from a counter: the n-th number is <c>Mix(start + n · γ)</c>, integer arithmetic
/// modulo 2⁶⁴ that is the same everywhere (Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014).
/// </summary>
/// <remarks>A mutable value: pass it by reference, for a copy would repeat the same numbers.</remarks>
internal struct SplitMix64
{
    /// <summary>γ, the odd integer nearest to 2⁶⁴ divided by the golden ratio.</summary>
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    private ulong _state;

    /// <summary>The stream that belongs to three keys; near keys give unrelated streams.</summary>
    /// <param name="seed">The data set's seed.</param>
    /// <param name="split">The split's number.</param>
    /// <param name="index">The number of the picture, or of the block, in its split.</param>
    public SplitMix64(ulong seed, ulong split, ulong index) => _state = Mix(Mix(Mix(seed) + split) + index);

    /// <summary>Scrambles 64 bits so that every bit of the result depends on every bit given.</summary>
    /// <param name="z">The bits to scramble.</param>
    /// <returns>A bijection of the bits given.</returns>
    public static ulong Mix(ulong z)
    {
        z += Gamma;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>The value in [0, 1) that the upper 53 of 64 bits stand for, exactly.</summary>
    /// <param name="bits">64 random bits.</param>
    /// <returns>A multiple of 2⁻⁵³.</returns>
    public static double ToUnit(ulong bits) => (bits >> 11) * (1.0 / (1UL << 53));

    /// <summary>The next 64 random bits.</summary>
    /// <returns>Any value of 64 bits.</returns>
    public ulong NextBits()
    {
        ulong bits = Mix(_state);
        _state += Gamma;
        return bits;
    }

    /// <summary>The next integer from 0 to <paramref name="limit"/> − 1.</summary>
    /// <param name="limit">How many integers there are to choose from; at least 1.</param>
    /// <returns>A choice whose bias is below <paramref name="limit"/> · 2⁻⁶⁴.</returns>
    public int NextInt(int limit) => (int)Math.BigMul(NextBits(), (ulong)limit, out _);

    /// <summary>The next number between two bounds.</summary>
    /// <param name="low">The lower bound, included.</param>
    /// <param name="high">The upper bound.</param>
    /// <returns>A uniformly distributed number.</returns>
    public double Between(double low, double high) => low + (high - low) * ToUnit(NextBits());

    /// <summary>True with a given probability.</summary>
    /// <param name="probability">The probability, from 0 to 1.</param>
    /// <returns>The outcome.</returns>
    public bool Chance(double probability) => ToUnit(NextBits()) < probability;

    /// <summary>
    /// A random direction, without sine or cosine: a point in the unit disc, found by rejection, over its length.
    /// </summary>
    /// <returns>A vector of length 1.</returns>
    public (double X, double Y) Direction()
    {
        while (true)
        {
            double x = Between(-1, 1), y = Between(-1, 1);
            double squared = x * x + y * y;
            if (squared is > 0.01 and <= 1)
            {
                double length = Math.Sqrt(squared);
                return (x / length, y / length);
            }
        }
    }
}
