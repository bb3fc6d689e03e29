using System.Numerics;
using NanoConv.Kernels;

namespace NanoConv.Tests.Kernels;

/// <summary>Borders put on and taken off, element by element.</summary>
public abstract class PictureBorderTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Fact]
    public void A_border_of_zeros_is_put_around_every_picture() => ForAll(Generators.Borders, static c =>
    {
        T[] x = Numbers.Reals<T>(c.Images * c.Picture.Elements, c.Seed), expected = new T[c.Images * c.Outer.Elements];
        for (int i = 0; i < x.Length; i++)
            expected[c.Place(i)] = x[i];
        Poisoned<T> y = new(expected.Length);
        PictureBorder.Add(c.Picture, c.Border, c.Images, y.View, x);
        Expect.SameBits<T>("y", expected, y.Checked());
    });

    [Fact]
    public void A_border_is_taken_off_every_picture() => ForAll(Generators.Borders, static c =>
    {
        T[] x = Numbers.Reals<T>(c.Images * c.Outer.Elements, c.Seed);
        Poisoned<T> y = new(c.Images * c.Picture.Elements);
        PictureBorder.Remove(c.Picture, c.Border, c.Images, y.View, x);
        Expect.SameBits<T>("y", [.. Enumerable.Range(0, y.View.Length).Select(i => x[c.Place(i)])], y.Checked());
    });

    /// <summary>⟨add(x), y⟩ = ⟨x, remove(y)⟩, in whole numbers.</summary>
    [Fact]
    public void Each_is_the_other_s_adjoint() => ForAll(Generators.Borders, static c =>
    {
        T[] x = Numbers.Integers<T>(c.Images * c.Picture.Elements, c.Seed), y = Numbers.Integers<T>(c.Images * c.Outer.Elements, c.Seed + 1);
        T[] added = new T[y.Length], removed = new T[x.Length];
        PictureBorder.Add<T>(c.Picture, c.Border, c.Images, added, x);
        PictureBorder.Remove<T>(c.Picture, c.Border, c.Images, removed, y);
        Assert.Equal(Numbers.Dot<T>(added, y), Numbers.Dot<T>(x, removed));
    });
}

public sealed class PictureBorderFloatTests : PictureBorderTests<float>;

public sealed class PictureBorderDoubleTests : PictureBorderTests<double>;
