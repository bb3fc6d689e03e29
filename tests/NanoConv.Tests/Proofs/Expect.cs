using System.Numerics;
using System.Runtime.InteropServices;

namespace NanoConv.Tests;

/// <summary>Comparisons that name the first wrong element, what was expected of it and what it is.</summary>
internal static class Expect
{
    /// <summary>Equal numbers; −0 equals 0, NaN equals NaN.</summary>
    public static void Equal<T>(string name, Shape shape, ReadOnlySpan<T> expected, ReadOnlySpan<T> actual)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        All(name, shape, expected, actual, static (a, b) => a.Equals(b) || a == b);

    /// <summary>The same bits in every element.</summary>
    public static void SameBits<T>(string name, ReadOnlySpan<T> expected, ReadOnlySpan<T> actual)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        All(name, new Shape(expected.Length), expected, actual, static (a, b) => Bytes(ref a).SequenceEqual(Bytes(ref b)));

    /// <summary>Numbers within a tolerance, relative to the greater of 1 and the number expected.</summary>
    public static void Close<T>(string name, ReadOnlySpan<T> expected, ReadOnlySpan<T> actual, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        All(name, new Shape(expected.Length), expected, actual, (a, b) =>
            T.Abs(a - b) <= T.CreateChecked(tolerance) * T.Max(T.One, T.Abs(a)));

    /// <summary>Numbers within a relative tolerance.</summary>
    public static void Close(double expected, double actual, double tolerance) =>
        Assert.True(
            Math.Abs(expected - actual) <= tolerance * Math.Max(1e-300, Math.Abs(expected)), $"expected {expected:R}, received {actual:R}");

    /// <summary>An exception of this type whose message has all parts.</summary>
    public static TException Throws<TException>(Action action, params string[] parts)
        where TException : Exception
    {
        TException exception = Assert.ThrowsAny<TException>(action);
        foreach (string part in parts)
            Assert.Contains(part, exception.Message, StringComparison.Ordinal);
        return exception;
    }

    private static void All<T>(string name, Shape shape, ReadOnlySpan<T> expected, ReadOnlySpan<T> actual, Func<T, T, bool> same)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (!same(expected[i], actual[i]))
                Assert.Fail($"{name}[{Position(shape, i)}]: expected {expected[i]:R}, received {actual[i]:R}");
        }
    }

    private static ReadOnlySpan<byte> Bytes<T>(ref T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(ref value));

    private static string Position(Shape shape, int index)
    {
        int[] position = new int[shape.Rank];
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
            (index, position[axis]) = Math.DivRem(index, shape[axis]);
        return string.Join(", ", position);
    }
}
