namespace NanoConv.Tests;

/// <summary>Arrays with the same numbers are the same.</summary>
internal sealed class SameNumbers : IEqualityComparer<double[]>
{
    public bool Equals(double[]? x, double[]? y) => x!.AsSpan().SequenceEqual(y);

    public int GetHashCode(double[] obj) => obj.Length;
}
