using System.Numerics;

namespace NanoConv.Kernels;

/// <summary>Functions of single numbers on spans. What is left behind the last whole vector is one as well, filled up: bits depend on no place.</summary>
internal static class Elementwise
{
    /// <summary>y = f(x).</summary>
    /// <param name="y">Overwritten; may be x itself.</param>
    /// <param name="x">As many.</param>
    /// <param name="function">f.</param>
    /// <typeparam name="T">The element type.</typeparam>
    /// <typeparam name="TFunction">f's type.</typeparam>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Map<T, TFunction>(Span<T> y, ReadOnlySpan<T> x, TFunction function)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TFunction : struct, IElementwise<T>
    {
        CheckLength(y.Length, x.Length);
        int i = 0;
        for (; i <= y.Length - Vector<T>.Count; i += Vector<T>.Count)
            function.Value(new Vector<T>(x[i..])).CopyTo(y[i..]);
        if (i == y.Length)
            return;
        Span<T> rest = stackalloc T[Vector<T>.Count];
        function.Value(Rest(x[i..], rest)).CopyTo(rest);
        rest[..(y.Length - i)].CopyTo(y[i..]);
    }

    /// <summary>dx = dy · f′: the chain rule.</summary>
    /// <param name="dx">Overwritten; may be dy itself.</param>
    /// <param name="dy">The gradient of f's output, as many.</param>
    /// <param name="at">Where: x or y, see <see cref="IElementwise{T}.Slope"/>; as many.</param>
    /// <param name="function">f.</param>
    /// <typeparam name="T">The element type.</typeparam>
    /// <typeparam name="TFunction">f's type.</typeparam>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Chain<T, TFunction>(Span<T> dx, ReadOnlySpan<T> dy, ReadOnlySpan<T> at, TFunction function)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TFunction : struct, IElementwise<T>
    {
        CheckLength(dx.Length, dy.Length);
        CheckLength(dx.Length, at.Length);
        int i = 0;
        for (; i <= dx.Length - Vector<T>.Count; i += Vector<T>.Count)
            (new Vector<T>(dy[i..]) * function.Slope(new Vector<T>(at[i..]))).CopyTo(dx[i..]);
        if (i == dx.Length)
            return;
        Span<T> rest = stackalloc T[Vector<T>.Count];
        Vector<T> slope = function.Slope(Rest(at[i..], rest));
        (Rest(dy[i..], rest) * slope).CopyTo(rest);
        rest[..(dx.Length - i)].CopyTo(dx[i..]);
    }

    private static Vector<T> Rest<T>(ReadOnlySpan<T> elements, Span<T> room)
        where T : unmanaged
    {
        room.Clear();
        elements.CopyTo(room);
        return new Vector<T>(room);
    }

    private static void CheckLength(int expected, int received)
    {
        if (expected != received)
            throw new ArgumentException($"expected {expected} elements, received {received}");
    }
}
