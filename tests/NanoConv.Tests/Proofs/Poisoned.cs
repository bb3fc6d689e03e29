using System.Numerics;

namespace NanoConv.Tests;

/// <summary>
/// A destination that is NaN inside and all around. A kernel that adds where it should overwrite, or leaves an element
/// out, leaves NaN inside; one that writes too far wipes NaN out around.
/// </summary>
/// <param name="length">Elements of the view.</param>
internal sealed class Poisoned<T>(int length)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Margin = 67;

    private readonly T[] memory = NaNs(length + (2 * Margin));

    /// <summary>What the kernel is given.</summary>
    public Span<T> View => memory.AsSpan(Margin, length);

    /// <summary>The view, after a look at its surroundings.</summary>
    public ReadOnlySpan<T> Checked()
    {
        for (int i = 0; i < Margin; i++)
        {
            Assert.True(T.IsNaN(memory[i]), $"wrote {memory[i]} outside the destination, {Margin - i} elements before its start");
            T after = memory[Margin + length + i];
            Assert.True(T.IsNaN(after), $"wrote {after} outside the destination, {i + 1} elements behind its end");
        }

        return View;
    }

    /// <summary>An array of NaN.</summary>
    public static T[] NaNs(int length)
    {
        T[] values = new T[length];
        Array.Fill(values, T.NaN);
        return values;
    }
}
