using System.Numerics;
using NanoConv.Kernels;

namespace NanoConv.Tests.Kernels;

/// <summary>Softmax and its fusion with cross-entropy, against their definitions in double.</summary>
public abstract class SoftmaxRowsTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly double Tolerance = typeof(T) == typeof(float) ? 2e-6 : 1e-14;

    [Fact]
    public void Softmax_is_its_definition_row_by_row() => ForAll(Generators.Matrices, static c =>
    {
        T[] x = Numbers.Reals<T>(c.Rows * c.Columns, c.Seed, limit: 5);
        Poisoned<T> y = new(x.Length);
        SoftmaxRows.Forward(y.View, x, c.Columns);
        Expect.Close("y", Definition(x, c.Columns), y.Checked(), Tolerance);
    });

    [Fact]
    public void Softmax_may_overwrite_its_input() => ForAll(Generators.Matrices, static c =>
    {
        T[] x = Numbers.Reals<T>(c.Rows * c.Columns, c.Seed), apart = new T[x.Length];
        SoftmaxRows.Forward<T>(apart, x, c.Columns);
        SoftmaxRows.Forward<T>(x, x, c.Columns);
        Expect.SameBits("y", apart, x);
    });

    /// <summary>The matrix y_i·(δ_ij − y_j), written out.</summary>
    [Fact]
    public void The_gradient_of_softmax_is_its_Jacobian_times_dy() => ForAll(Generators.Matrices, static c =>
    {
        int n = c.Columns;
        T[] y = new T[c.Rows * n], dy = Numbers.Reals<T>(y.Length, c.Seed + 1), expected = new T[y.Length];
        SoftmaxRows.Forward<T>(y, Numbers.Reals<T>(y.Length, c.Seed, limit: 3), n);
        for (int i = 0; i < y.Length; i++)
        {
            for (int j = i / n * n; j < (i / n * n) + n; j++)
                expected[i] += y[i] * ((i == j ? T.One : T.Zero) - y[j]) * dy[j];
        }

        Poisoned<T> dx = new(y.Length);
        SoftmaxRows.InputGradient(dx.View, y, dy, n);
        Expect.Close("dx", expected, dx.Checked(), Tolerance);
    });

    [Fact]
    public void Cross_entropy_is_its_definition_for_hard_and_soft_labels() => ForAll(Generators.Matrices, static c =>
    {
        T[] x = Numbers.Reals<T>(c.Columns, c.Seed, limit: 4), target = Target(c);
        T[] p = Definition(x, c.Columns);
        double expected = -target.Zip(p, (t, y) => double.CreateChecked(t) * Math.Log(double.CreateChecked(y))).Sum();
        T loss = SoftmaxRows.CrossEntropy<T>(new T[x.Length], x, target, T.One);
        Assert.Equal(expected, double.CreateChecked(loss), 1e1 * Tolerance * Math.Max(1, expected));
    });

    [Fact]
    public void Cross_entropys_gradient_is_p_minus_t_times_the_scale() => ForAll(Generators.Matrices, static c =>
    {
        T[] x = Numbers.Reals<T>(c.Columns, c.Seed, limit: 4), target = Target(c), p = Definition(x, c.Columns);
        T total = target.Aggregate(T.Zero, (sum, t) => sum + t), scale = T.CreateChecked(0.25);
        Poisoned<T> dx = new(x.Length);
        SoftmaxRows.CrossEntropy(dx.View, x, target, scale);
        T[] expected = [.. p.Zip(target, (y, t) => scale * ((y * total) - t))];
        Expect.Close("dx", expected, dx.Checked(), Tolerance);
    });

    [Theory]
    [InlineData(1e4, -1e4)]
    [InlineData(-1e4, 1e4)]
    [InlineData(1e4, 1e4)]
    [InlineData(-1e4, -1e4)]
    public void Logits_of_ten_thousand_stay_finite(double right, double wrong)
    {
        T[] x = [T.CreateChecked(right), T.CreateChecked(wrong), T.CreateChecked(wrong)], target = [T.One, T.Zero, T.Zero];
        T[] dx = Poisoned<T>.NaNs(3), y = Poisoned<T>.NaNs(3);
        double loss = double.CreateChecked(SoftmaxRows.CrossEntropy<T>(dx, x, target, T.One));
        double expected = right > wrong ? 0 : right < wrong ? wrong - right + Math.Log(2) : Math.Log(3);
        Assert.Equal(expected, loss, 1e-3);
        SoftmaxRows.Forward<T>(y, x, 3);
        Assert.All([.. dx, .. y], value => Assert.True(T.IsFinite(value)));
        Assert.Equal(1, y.Sum(double.CreateChecked), 1e-6);
        Assert.Equal(0, dx.Sum(double.CreateChecked), 1e-6);
    }

    [Fact]
    public void An_impossible_class_may_have_a_logit_of_minus_infinity()
    {
        T[] x = [T.One, T.NegativeInfinity, T.One], dx = new T[3];
        Assert.Equal(Math.Log(2), double.CreateChecked(SoftmaxRows.CrossEntropy<T>(dx, x, [T.One, T.Zero, T.Zero], T.One)), 1e-6);
        Assert.All(dx, value => Assert.True(T.IsFinite(value)));
    }

    // Soft labels that need not sum to 1; every third time a single 1.
    private static T[] Target((int Rows, int Columns, int Seed) c)
    {
        if (c.Seed % 3 > 0)
            return [.. Numbers.Reals<T>(c.Columns, c.Seed + 1).Select(T.Abs)];
        T[] target = new T[c.Columns];
        target[c.Seed % c.Columns] = T.One;
        return target;
    }

    private static T[] Definition(T[] x, int columns)
    {
        double[] exponentials = [.. x.Select(value => Math.Exp(double.CreateChecked(value)))];
        double[] sums = [.. exponentials.Chunk(columns).Select(row => row.Sum())];
        return [.. exponentials.Select((e, i) => T.CreateChecked(e / sums[i / columns]))];
    }
}

public sealed class SoftmaxRowsFloatTests : SoftmaxRowsTests<float>;

public sealed class SoftmaxRowsDoubleTests : SoftmaxRowsTests<double>;
