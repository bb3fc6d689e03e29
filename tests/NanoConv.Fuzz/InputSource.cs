namespace NanoConv.Fuzz;

/// <summary>Makes a target's inputs: the hand-made ones first, then spoilt ones without end. An input follows from seed and number alone.</summary>
/// <param name="target">The target.</param>
/// <param name="seed">Decides the inputs.</param>
public sealed class InputSource(FuzzTarget target, int seed)
{
    /// <summary>Inputs do not grow beyond this, in bytes: small ones are read faster, and break what large ones break.</summary>
    public const int LongestInput = 16 << 10;

    private const int MostMutations = 6;

    private readonly IReadOnlyList<byte[]> corpus =
        [.. target.Seeds, .. target.HandMade.Select(made => made.Content).Where(content => content.Length <= LongestInput)];

    /// <summary>What a person calls an input that is made by hand; null for all others.</summary>
    /// <param name="number">Its number, from 0.</param>
    public string? NameOf(long number) => number >= 0 && number < target.HandMade.Count ? target.HandMade[(int)number].Name : null;

    /// <summary>An input.</summary>
    /// <param name="number">Its number, from 0.</param>
    public byte[] Make(long number)
    {
        if (number < target.HandMade.Count)
            return target.HandMade[(int)number].Content;
        Random random = new((int)Mix((ulong)seed, (ulong)number));
        // Seven of eight start from a valid file: what starts from a hostile one rarely comes past the first check.
        byte[] input = random.Next(8) > 0 ? target.Seeds[random.Next(target.Seeds.Count)] : corpus[random.Next(corpus.Count)];
        int mutations = 1;
        while (mutations < MostMutations && random.Next(2) == 0)
            mutations++;
        for (int i = 0; i < mutations; i++)
        {
            byte[] next = target.Mutators[random.Next(target.Mutators.Count)](input, corpus, random);
            input = next.Length <= LongestInput ? next : next[..LongestInput];
        }

        return input;
    }

    // The finishing steps of SplitMix64: numbers side by side become seeds that have nothing to do with one another.
    private static uint Mix(ulong seed, ulong number)
    {
        ulong x = (seed * 0x9E3779B97F4A7C15) + number;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return (uint)((x ^ (x >> 31)) & int.MaxValue);
    }
}
