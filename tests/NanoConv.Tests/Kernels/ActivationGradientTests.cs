using System.Numerics;
using NanoConv.Kernels;

namespace NanoConv.Tests.Kernels;

/// <summary>The activation's derivative and the bias's gradient, against plain loops.</summary>
public abstract class ActivationGradientTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Fact]
    public void The_gradient_is_masked_where_ReLU_was_off_and_the_bias_takes_its_sum() => ForAll(Generators.Products, static c =>
    {
        (T[] dy, T[] y) = Gradients(c);
        T[] db = Numbers.Integers<T>(c.N, c.Seed + 2), expectedDb = (T[])db.Clone();
        T[] expected = Expected(c, (i, _) => y[i] > T.Zero ? dy[i] : T.Zero, expectedDb);
        Poisoned<T> dz = new(c.Product.OutputExtent);
        ActivationGradient.Write(c.Product with { Output = View(c) }, dz.View, db, dy, y);
        Expect.Equal("dz", expected.Length, expected, dz.Checked());
        Expect.Equal("db", db.Length, expectedDb, db);
    });

    [Fact]
    public void The_gradient_of_a_linear_layer_is_copied() => ForAll(Generators.Products, static c =>
    {
        (T[] dy, _) = Gradients(c);
        T[] expected = Expected(c, (i, _) => dy[i], new T[c.N]);
        Poisoned<T> dz = new(c.Product.OutputExtent);
        ActivationGradient.Write(c.Product with { Output = View(c) }, dz.View, [], dy, []);
        Expect.Equal("dz", expected.Length, expected, dz.Checked());
    });

    [Fact]
    public void A_mask_may_overwrite_its_input() => ForAll(Generators.Lengths, static c =>
    {
        T[] x = Numbers.Reals<T>(c.Length, c.Seed), y = Numbers.Integers<T>(c.Length, c.Seed + 1);
        T[] expected = [.. x.Zip(y, (gradient, output) => output > T.Zero ? gradient : T.Zero)];
        ActivationGradient.Mask<T>(x, x, y);
        Expect.SameBits("x", expected, x);
    });

    private static (T[] Dy, T[] Y) Gradients(ProductCase c)
    {
        int elements = c.Product.M * c.N;
        return (Numbers.Integers<T>(elements, c.Seed), Numbers.Integers<T>(elements, c.Seed + 1));
    }

    // Pixels of a row lie side by side, as in a halo.
    private static PixelView View(ProductCase c) => c.Product.Output with { Column = c.N };

    private static T[] Expected(ProductCase c, Func<int, int, T> dz, T[] db)
    {
        T[] expected = Poisoned<T>.NaNs(c.Product.OutputExtent);
        for (int i = 0; i < c.Product.M * c.N; i++)
        {
            (int pixel, int channel) = Math.DivRem(i, c.N);
            (int rest, int column) = Math.DivRem(pixel, c.Columns);
            (int image, int row) = Math.DivRem(rest, c.Rows);
            expected[View(c).At(image, row, column) + channel] = dz(i, channel);
            db[channel] += dz(i, channel);
        }

        return expected;
    }
}

public sealed class ActivationGradientFloatTests : ActivationGradientTests<float>;

public sealed class ActivationGradientDoubleTests : ActivationGradientTests<double>;
