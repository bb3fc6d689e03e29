using System.Numerics.Tensors;
using NanoConv.Descriptions;
using NanoConv.Tensors;

namespace NanoConv.Initializers;

/// <summary>
/// A multiple of an orthogonal matrix (Saxe et al., 2014), all axes but the last being its rows, as in Keras: QᵀQ = gain²·1, or QQᵀ where there are fewer
/// rows than columns. Q is that of A = QR with a positive diagonal in R, A being what <see cref="RandomNormal"/> of deviation 1 draws for the matrix,
/// or for its transpose where it has fewer rows than columns: so Q is any orthogonal matrix alike (Mezzadri, 2007).
/// </summary>
/// <remarks>It takes 2·(longer side)·(shorter side)² multiplications and additions: a second or two for a thousand rows and columns.</remarks>
public sealed class Orthogonal : Initializer, IDescribed<Orthogonal>
{
    /// <summary>Specifies the matrix; the default is Keras's.</summary>
    /// <param name="gain">What the matrix is multiplied by.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not finite.</exception>
    public Orthogonal(double gain = 1) => Gain = CheckFinite(gain, nameof(gain));

    /// <summary>What the matrix is multiplied by.</summary>
    public double Gain { get; }

    /// <inheritdoc/>
    public static Orthogonal FromConfig(ConfigReader config) => new(config.Real("gain", 1));

    /// <inheritdoc/>
    public void Describe(ConfigWriter config) => config.Add("gain", Gain);

    /// <summary>Refuses: without its shape a matrix has no columns.</summary>
    /// <inheritdoc/>
    public override void Fill<T>(Span<T> values, int fanIn, int fanOut, ulong key) => throw NeedsShape();

    /// <inheritdoc/>
    public override void Fill<T>(Span<T> values, Shape shape, int fanIn, int fanOut, ulong key)
    {
        if (shape.Rank < 2)
            throw new ArgumentException($"Orthogonal: expected a matrix or a kernel, received a parameter of shape {shape}");
        int columns = shape[^1], rows = values.Length / columns;
        (int length, int count) = (Math.Max(rows, columns), Math.Min(rows, columns));
        double[] a = new double[values.Length];
        FillNormal<double>(a, mean: 0, deviation: 1, key);
        double[] q = new double[values.Length]; // [count, length], the columns of Q one behind another
        for (int i = 0; i < a.Length; i++)
            q[(i % count * length) + (i / count)] = a[i];
        Orthonormalize(q, length);
        for (int i = 0; i < values.Length; i++)
            values[i] = T.CreateChecked(Gain * (rows < columns ? q[i] : q[(i % count * length) + (i / count)]));
    }

    // Gram and Schmidt: of each vector what those before it span is taken off, twice, as once leaves too much of it where little is left of the vector (Kahan;
    // Parlett, 1980), and it is given the length 1. R's diagonal has the lengths before, which are positive.
    private static void Orthonormalize(Span<double> vectors, int length)
    {
        for (int start = 0; start < vectors.Length; start += length)
        {
            Span<double> vector = vectors.Slice(start, length);
            for (int pass = 0; pass < 2; pass++)
            {
                for (int before = 0; before < start; before += length)
                {
                    ReadOnlySpan<double> other = vectors.Slice(before, length);
                    TensorPrimitives.MultiplyAdd(other, -TensorPrimitives.Dot(other, vector), vector, vector);
                }
            }

            TensorPrimitives.Divide(vector, TensorPrimitives.Norm<double>(vector), vector);
        }
    }
}
