using System.Text;

namespace NanoConv.Tests.Golden;

/// <summary>
/// The numbers that the golden files were made from, bit for bit: element i of a tensor is output i of SplitMix64, seeded
/// with the FNV-1a hash of the tensor's name. See tests/golden/README.md.
/// </summary>
internal static class IntegerFormula
{
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    /// <summary>The 64-bit FNV-1a hash of a name's UTF-8 bytes.</summary>
    public static ulong Hash(string name)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(name))
            hash = (hash ^ b) * 0x100000001B3;
        return hash;
    }

    /// <summary>Element i of a tensor, as 64 bits.</summary>
    public static ulong Bits(string name, int i) => Mix(Hash(name) + (((ulong)i + 1) * Gamma));

    /// <summary>Weights: uniform in [−limit, limit); only the last product rounds.</summary>
    public static double[] Weights(string name, int count, double limit)
    {
        ulong hash = Hash(name);
        double[] weights = new double[count];
        for (int i = 0; i < count; i++)
            weights[i] = ((2 * ((Mix(hash + (((ulong)i + 1) * Gamma)) >> 11) * (1.0 / (1L << 53)))) - 1) * limit;
        return weights;
    }

    /// <summary>Pixels, as bytes; 255 stands for 1.</summary>
    public static byte[] Pixels(string name, int count)
    {
        ulong hash = Hash(name);
        byte[] pixels = new byte[count];
        for (int i = 0; i < count; i++)
            pixels[i] = (byte)(Mix(hash + (((ulong)i + 1) * Gamma)) >> 56);
        return pixels;
    }

    /// <summary>Labels from 0 to 9.</summary>
    public static byte[] Labels(string name, int count) =>
        [.. Enumerable.Range(0, count).Select(i => (byte)((Bits(name, i) >> 32) % 10))];

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
