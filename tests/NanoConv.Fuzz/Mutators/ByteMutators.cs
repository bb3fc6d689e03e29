using System.Buffers.Binary;

namespace NanoConv.Fuzz.Mutators;

/// <summary>Spoils files of which nothing is known.</summary>
public static class ByteMutators
{
    private static readonly byte[] Bytes = [0, 1, 0x7F, 0x80, 0xFF, (byte)'"', (byte)'{', (byte)'[', (byte)'0', (byte)'-'];

    private static readonly long[] Integers =
        [0, 1, -1, int.MaxValue, int.MinValue, 1L << 31, 1L << 32, uint.MaxValue, 1L << 60, long.MaxValue, long.MinValue, 100_000_000, 255, 65_535];

    private static readonly string[] Numbers =
    [
        "0", "1", "2", "3", "4", "7", "8", "16", "100", "-1", "-0", "0.5", "1e999", "-1e999", "1e-999", "1E2", "NaN", "Infinity", "\"NaN\"", "00",
        "1000000000", "2147483647", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "1152921504606846976",
        "18446744073709551615", "18446744073709551616", "null", "true", "\"\"", "[]", "{}",
    ];

    /// <summary>One change to some bytes.</summary>
    public static byte[] Any(byte[] input, IReadOnlyList<byte[]> corpus, Random random) => random.Next(10) switch
    {
        0 => Changed(input, random, static (bytes, random) => bytes[0] ^= (byte)(1 << random.Next(8))),
        1 => Changed(input, random, static (bytes, random) => bytes[0] = Bytes[random.Next(Bytes.Length)]),
        2 => Changed(input, random, PutInteger),
        3 => input[..random.Next(input.Length + 1)],
        4 => Extended(input, random),
        5 or 6 or 7 => Blocks(input, random, 1),
        8 => Spliced(input, corpus[random.Next(corpus.Count)], random),
        _ => NumberReplaced(input, random),
    };

    /// <summary>Takes blocks of a size, which begin at its multiples, out, twice or in another order.</summary>
    /// <param name="input">The input.</param>
    /// <param name="random">Decides.</param>
    /// <param name="unit">The size, in bytes: of a record, a tar block, or 1.</param>
    public static byte[] Blocks(byte[] input, Random random, int unit)
    {
        int units = input.Length / unit;
        if (units < 2)
            return input;
        int from = random.Next(units), length = 1 + random.Next(Math.Min(units - from, 1 + random.Next(64)));
        int to = random.Next(units - length + 1);
        ReadOnlySpan<byte> block = input.AsSpan(from * unit, length * unit);
        ReadOnlySpan<byte> without = [.. input.AsSpan(0, from * unit), .. input.AsSpan((from + length) * unit)];
        return random.Next(3) switch
        {
            0 => without.ToArray(),
            1 => [.. input.AsSpan(0, to * unit), .. block, .. input.AsSpan(to * unit)],
            _ => [.. without[..(to * unit)], .. block, .. without[(to * unit)..]],
        };
    }

    /// <summary>A number in digits becomes another, or something that is none.</summary>
    /// <param name="input">The input.</param>
    /// <param name="random">Decides.</param>
    public static byte[] NumberReplaced(byte[] input, Random random)
    {
        int from = random.Next(input.Length + 1);
        int start = from + input.AsSpan(from).IndexOfAnyInRange((byte)'0', (byte)'9');
        if (start < from)
            return input;
        int end = start;
        while (end < input.Length && (char.IsAsciiDigit((char)input[end]) || input[end] == (byte)'.'))
            end++;
        return [.. input.AsSpan(0, start), .. Number(random), .. input.AsSpan(end)];
    }

    /// <summary>A number that is likely to be handled wrongly, or what stands where one should.</summary>
    /// <param name="random">Decides.</param>
    public static byte[] Number(Random random) => System.Text.Encoding.ASCII.GetBytes(Numbers[random.Next(Numbers.Length)]);

    /// <summary>An integer that is likely to be handled wrongly.</summary>
    /// <param name="random">Decides.</param>
    public static long Integer(Random random) => Integers[random.Next(Integers.Length)] + random.Next(-1, 2);

    private static byte[] Changed(byte[] input, Random random, Action<Span<byte>, Random> change)
    {
        if (input.Length == 0)
            return input;
        byte[] changed = [.. input];
        // Files begin with what decides how the rest is read.
        int place = random.Next(4) == 0 ? random.Next(Math.Min(16, input.Length)) : random.Next(input.Length);
        change(changed.AsSpan(place), random);
        return changed;
    }

    private static void PutInteger(Span<byte> bytes, Random random)
    {
        Span<byte> integer = stackalloc byte[8];
        int size = 1 << random.Next(4);
        if (random.Next(2) == 0)
            BinaryPrimitives.WriteInt64LittleEndian(integer, Integer(random));
        else
            BinaryPrimitives.WriteInt64BigEndian(integer, Integer(random) << (8 * (8 - size)));
        integer[..Math.Min(size, bytes.Length)].CopyTo(bytes);
    }

    private static byte[] Extended(byte[] input, Random random)
    {
        byte[] more = new byte[1 + random.Next(random.Next(4) == 0 ? 4096 : 16)];
        if (random.Next(2) == 0)
            random.NextBytes(more);
        return [.. input, .. more];
    }

    private static byte[] Spliced(byte[] input, byte[] other, Random random) =>
        [.. input.AsSpan(0, random.Next(input.Length + 1)), .. other.AsSpan(random.Next(other.Length + 1))];
}
