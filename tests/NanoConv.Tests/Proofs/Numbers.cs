using System.Numerics;

namespace NanoConv.Tests;

/// <summary>The numbers that go into kernels and networks.</summary>
internal static class Numbers
{
    /// <summary>
    /// Integers from −3 to 3. Sums of their products are exact, in float as well, in any order: what two kernels make of
    /// them can be compared without a tolerance. And there are many equal ones, which max-pooling has to cope with.
    /// </summary>
    public static T[] Integers<T>(int count, int seed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Random random = new(seed);
        T[] numbers = new T[count];
        for (int i = 0; i < count; i++)
            numbers[i] = T.CreateChecked(random.Next(-3, 4));
        return numbers;
    }

    /// <summary>Numbers in [−1, 1), for what has to hold to the last bit although it is rounded.</summary>
    public static T[] Reals<T>(int count, int seed, double limit = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Random random = new(seed);
        T[] numbers = new T[count];
        for (int i = 0; i < count; i++)
            numbers[i] = T.CreateChecked(limit * ((2 * random.NextDouble()) - 1));
        return numbers;
    }

    /// <summary>⟨a, b⟩ in double.</summary>
    public static double Dot<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Assert.Equal(a.Length, b.Length);
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += double.CreateChecked(a[i]) * double.CreateChecked(b[i]);
        return sum;
    }
}
