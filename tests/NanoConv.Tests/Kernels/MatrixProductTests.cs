using System.Numerics;
using NanoConv.Kernels;
using NanoConv.Kernels.Reference;

namespace NanoConv.Tests.Kernels;

/// <summary>The products on strided views against plain loops, and what they leave alone.</summary>
public abstract class MatrixProductTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Theory]
    [InlineData(int.MaxValue, 1)]
    [InlineData(1 << 20, 1 << 12)]
    public void A_matrix_too_large_to_be_packed_is_refused(int k, int n) =>
        Expect.Throws<ArgumentException>(() => PackedMatrix.Length<T>(k, n), "at most", $"{k}×{n}");

    [Fact]
    public void A_product_equals_its_naive_twin_and_touches_nothing_between_its_pixels() => ForAll(Generators.Products, static c =>
    {
        (StridedProduct product, T[] a, T[] b) = Matrices(c);
        T[] bias = Numbers.Integers<T>(c.N, c.Seed + 3);
        T[] expected = Poisoned<T>.NaNs(product.OutputExtent);
        NaiveMatrixProduct.Multiply<T>(product, expected, a, b, bias);

        T[] packedBias = new T[PackedMatrix.PaddedColumns<T>(c.N)];
        bias.CopyTo(packedBias, 0);
        Poisoned<T> y = new(product.OutputExtent), shared = new(product.OutputExtent);
        MatrixProduct.Multiply(product, y.View, a, Packed(product, b), packedBias);
        Expect.Equal("y", expected.Length, expected, y.Checked());
        SharedProduct.Multiply(product, shared.View, a, Packed(product, b), packedBias);
        Expect.Equal("y, shared", expected.Length, expected, shared.Checked());
    });

    [Fact]
    public void The_adjoint_product_equals_its_naive_twin_and_is_added_to_what_is_there() => ForAll(Generators.Products, static c =>
    {
        (StridedProduct product, T[] a, _) = Matrices(c);
        T[] dY = Numbers.Integers<T>(product.OutputExtent + MatrixProduct.OverRead<T>(), c.Seed + 2);
        T[] expected = Numbers.Integers<T>(product.K * c.N, c.Seed + 4);
        Poisoned<T> dB = new(expected.Length), shared = new(expected.Length);
        expected.CopyTo(dB.View);
        expected.CopyTo(shared.View);
        NaiveMatrixProduct.AccumulateTransposed<T>(product, expected, a, dY);
        dY.AsSpan(product.OutputExtent).Fill(T.NaN); // read, without effect

        MatrixProduct.AccumulateTransposed(product, dB.View, a, dY);
        Expect.Equal("dB", (product.K, c.N), expected, dB.Checked());
        SharedProduct.AccumulateTransposed(product, shared.View, a, dY);
        Expect.Equal("dB, shared", (product.K, c.N), expected, shared.Checked());
    });

    /// <summary>Pixels in one row are a batch: however it is cut, each sum goes on where it was left.</summary>
    [Fact]
    public void The_adjoint_product_of_a_batch_has_the_same_bits_however_it_is_cut() => ForAll(Generators.Matrices, static c =>
    {
        (int n, int k, int rows) = (c.Columns, 13, 7);
        T[] a = Numbers.Reals<T>(rows * k, c.Seed), dY = Numbers.Reals<T>((rows * n) + MatrixProduct.OverRead<T>(), c.Seed + 1);
        T[] whole = new T[k * n], cut = new T[k * n];
        MatrixProduct.AccumulateTransposed<T>(StridedProduct.Dense(rows, k, n), whole, a, dY);
        MatrixProduct.AccumulateTransposed<T>(StridedProduct.Dense(3, k, n), cut, a, dY);
        MatrixProduct.AccumulateTransposed<T>(StridedProduct.Dense(4, k, n), cut, a.AsSpan(3 * k), dY.AsSpan(3 * n));
        Expect.SameBits<T>("dB", whole, cut);
    });

    [Fact]
    public void ReLU_in_a_product_passes_NaN_on() => ForAll(Generators.Products, static c =>
    {
        (StridedProduct product, T[] a, T[] b) = Matrices(c);
        Array.Fill(a, T.NaN);
        Poisoned<T> y = new(product.OutputExtent);
        y.View.Clear();
        MatrixProduct.Multiply(product, y.View, a, Packed(product, b), [], relu: true);
        Assert.True(T.IsNaN(y.Checked()[product.Output.Offset]));
        Assert.True(T.IsNaN(y.Checked()[^1]));
    });

    [Fact]
    public void Packing_a_transpose_is_packing_the_transposed_matrix() => ForAll(Generators.Matrices, static c =>
    {
        (int k, int n) = (c.Rows, c.Columns);
        T[] w = Numbers.Integers<T>(n * k, c.Seed), transposed = new T[n * k];
        for (int i = 0; i < w.Length; i++)
            transposed[(i % k * n) + (i / k)] = w[i];
        Poisoned<T> expected = new(PackedMatrix.Length<T>(k, n)), actual = new(PackedMatrix.Length<T>(k, n));
        PackedMatrix.Pack(expected.View, transposed, k, n);
        PackedMatrix.PackTransposed(actual.View, w, k, n);
        Expect.Equal("packed", expected.View.Length, expected.Checked(), actual.Checked());
    });

    [Fact]
    public void Short_buffers_are_refused_before_anything_is_written()
    {
        StridedProduct product = StridedProduct.Dense(m: 3, k: 4, n: 5);
        T[] a = new T[12], b = new T[PackedMatrix.Length<T>(4, 5)], bias = new T[PackedMatrix.PaddedColumns<T>(5)];
        T[] dY = new T[15 + MatrixProduct.OverRead<T>()];
        Expect.Throws<ArgumentException>(() => MatrixProduct.Multiply(product, new T[14], a, b, bias), "at least 15", "received 14", "'y'");
        Expect.Throws<ArgumentException>(() => MatrixProduct.Multiply(product, new T[15], a[..11], b, bias), "at least 12", "'a'");
        Expect.Throws<ArgumentException>(() => MatrixProduct.Multiply<T>(product, new T[15], a, b.AsSpan(1), bias), "'packedB'");
        Expect.Throws<ArgumentException>(() => MatrixProduct.Multiply<T>(product, new T[15], a, b, bias.AsSpan(1)), "'packedBias'");
        Expect.Throws<ArgumentException>(() => MatrixProduct.AccumulateTransposed(product, new T[19], a, dY), "at least 20", "'dB'");
        Expect.Throws<ArgumentException>(() => MatrixProduct.AccumulateTransposed(product, new T[20], a[..11], dY), "'a'");
        Expect.Throws<ArgumentException>(() => MatrixProduct.AccumulateTransposed<T>(product, new T[20], a, dY.AsSpan(1)), "'dY'");
    }

    private static (StridedProduct Product, T[] A, T[] B) Matrices(ProductCase c) =>
        (c.Product, Numbers.Integers<T>(c.Product.InputExtent, c.Seed), Numbers.Integers<T>(c.Product.K * c.N, c.Seed + 1));

    private static T[] Packed(in StridedProduct product, T[] b)
    {
        T[] packed = Poisoned<T>.NaNs(PackedMatrix.Length<T>(product.K, product.N));
        PackedMatrix.Pack(packed, b, product.K, product.N);
        return packed;
    }
}

public sealed class MatrixProductFloatTests : MatrixProductTests<float>;

public sealed class MatrixProductDoubleTests : MatrixProductTests<double>;
