using System.Numerics;

namespace NanoConv.Kernels;

/// <summary>
/// Rows of x [rows, D], each brought to mean 0 and variance 1: x̂ = (x − μ) · s with s = 1 / √(σ² + ε), and y = x̂ · γ + β, element by element.
/// </summary>
internal static class NormalizedRows
{
    // So many elements are added one after another: enough to be fast, few enough to round little.
    private const int Straight = 512;

    /// <summary>
    /// y, and μ and s of each row. In two passes, the second over differences from the mean, so that a mean however large costs no digits
    /// of the variance. Long rows are halved until few elements are left: an error grows with the logarithm of D.
    /// </summary>
    /// <param name="y">Overwritten: [rows, D]; may be x itself.</param>
    /// <param name="x">[rows, D].</param>
    /// <param name="gamma">[D]; empty for ones.</param>
    /// <param name="beta">[D]; empty for zeros.</param>
    /// <param name="moments">Overwritten: [rows, 2], μ and s of each row.</param>
    /// <param name="epsilon">ε.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Forward<T>(Span<T> y, ReadOnlySpan<T> x, ReadOnlySpan<T> gamma, ReadOnlySpan<T> beta, Span<T> moments, T epsilon)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int length = x.Length / (moments.Length / 2);
        T count = T.CreateChecked(length);
        for (int start = 0, row = 0; start < x.Length; start += length, row += 2)
        {
            ReadOnlySpan<T> from = x.Slice(start, length);
            T mean = Sum(from) / count;
            T inverse = T.One / T.Sqrt((SquaredDistance(from, mean) / count) + epsilon);
            (moments[row], moments[row + 1]) = (mean, inverse);
            ScaleAndShift(y.Slice(start, length), from, gamma, beta, (mean, inverse));
        }
    }

    /// <summary>dγ += Σ dy · x̂ and dβ += Σ dy over the rows, one row after another.</summary>
    /// <param name="dGamma">Added to: [D]; empty if there is no γ.</param>
    /// <param name="dBeta">Added to: [D]; empty if there is no β.</param>
    /// <param name="dy">[rows, D].</param>
    /// <param name="x">[rows, D].</param>
    /// <param name="moments">What <see cref="Forward"/> made.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void ParameterGradients<T>(Span<T> dGamma, Span<T> dBeta, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> moments)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int length = x.Length / (moments.Length / 2);
        for (int start = 0, row = 0; start < x.Length; start += length, row += 2)
        {
            ReadOnlySpan<T> gradient = dy.Slice(start, length);
            if (!dGamma.IsEmpty)
                AddProducts(dGamma, gradient, x.Slice(start, length), (moments[row], moments[row + 1]));
            if (!dBeta.IsEmpty)
                System.Numerics.Tensors.TensorPrimitives.Add(dBeta, gradient, dBeta);
        }
    }

    /// <summary>dx = s · (g − Σ g / D − x̂ · Σ (g · x̂) / D) with g = dy · γ, the sums over the row.</summary>
    /// <param name="dx">Overwritten: [rows, D].</param>
    /// <param name="dy">[rows, D].</param>
    /// <param name="x">[rows, D].</param>
    /// <param name="gamma">[D]; empty for ones.</param>
    /// <param name="moments">What <see cref="Forward"/> made.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void InputGradient<T>(Span<T> dx, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> gamma, ReadOnlySpan<T> moments)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int length = x.Length / (moments.Length / 2);
        T count = T.CreateChecked(length);
        for (int start = 0, row = 0; start < x.Length; start += length, row += 2)
        {
            ReadOnlySpan<T> gradient = dy.Slice(start, length), from = x.Slice(start, length);
            (T mean, T inverse) = (moments[row], moments[row + 1]);
            (T sum, T product) = GradientSums(gradient, from, gamma, (mean, inverse));
            (T ofInput, T constant) = (-(inverse * inverse * product / count), -(inverse * sum / count));
            Span<T> to = dx.Slice(start, length);
            int i = 0;
            for (; i <= length - Vector<T>.Count; i += Vector<T>.Count)
            {
                Vector<T> g = Scaled(gradient, gamma, i) * new Vector<T>(inverse);
                (g + (((new Vector<T>(from[i..]) - new Vector<T>(mean)) * new Vector<T>(ofInput)) + new Vector<T>(constant))).CopyTo(to[i..]);
            }

            for (; i < length; i++)
                to[i] = (Scaled(gradient[i], gamma, i) * inverse) + (((from[i] - mean) * ofInput) + constant);
        }
    }

    private static void ScaleAndShift<T>(Span<T> y, ReadOnlySpan<T> x, ReadOnlySpan<T> gamma, ReadOnlySpan<T> beta, (T Mean, T Inverse) of)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> value = (new Vector<T>(x[i..]) - new Vector<T>(of.Mean)) * new Vector<T>(of.Inverse);
            value = gamma.IsEmpty ? value : value * new Vector<T>(gamma[i..]);
            (beta.IsEmpty ? value : value + new Vector<T>(beta[i..])).CopyTo(y[i..]);
        }

        for (; i < x.Length; i++)
        {
            T value = Scaled((x[i] - of.Mean) * of.Inverse, gamma, i);
            y[i] = beta.IsEmpty ? value : value + beta[i];
        }
    }

    private static void AddProducts<T>(Span<T> dGamma, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, (T Mean, T Inverse) of)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> normalized = (new Vector<T>(x[i..]) - new Vector<T>(of.Mean)) * new Vector<T>(of.Inverse);
            (new Vector<T>(dGamma[i..]) + (new Vector<T>(dy[i..]) * normalized)).CopyTo(dGamma[i..]);
        }

        for (; i < x.Length; i++)
            dGamma[i] += dy[i] * ((x[i] - of.Mean) * of.Inverse);
    }

    // Σ g and Σ g · x̂.
    private static (T Sum, T Product) GradientSums<T>(ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> gamma, (T Mean, T Inverse) of)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector<T> sums = Vector<T>.Zero, products = Vector<T>.Zero;
        int i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> g = Scaled(dy, gamma, i);
            sums += g;
            products += g * (new Vector<T>(x[i..]) - new Vector<T>(of.Mean));
        }

        (T sum, T product) = (Vector.Sum(sums), Vector.Sum(products));
        for (; i < x.Length; i++)
        {
            T g = Scaled(dy[i], gamma, i);
            sum += g;
            product += g * (x[i] - of.Mean);
        }

        return (sum, product * of.Inverse);
    }

    // Where a row is halved its length alone says, so each has one order of summing wherever it lies.
    private static T Sum<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x.Length > Straight)
            return Sum(x[..(x.Length / 2)]) + Sum(x[(x.Length / 2)..]);
        Vector<T> sums = Vector<T>.Zero;
        int i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
            sums += new Vector<T>(x[i..]);
        T sum = Vector.Sum(sums);
        for (; i < x.Length; i++)
            sum += x[i];
        return sum;
    }

    // Σ (x − μ)².
    private static T SquaredDistance<T>(ReadOnlySpan<T> x, T mean)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x.Length > Straight)
            return SquaredDistance(x[..(x.Length / 2)], mean) + SquaredDistance(x[(x.Length / 2)..], mean);
        Vector<T> squares = Vector<T>.Zero, centre = new(mean);
        int i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> difference = new Vector<T>(x[i..]) - centre;
            squares += difference * difference;
        }

        T sum = Vector.Sum(squares);
        for (; i < x.Length; i++)
            sum += (x[i] - mean) * (x[i] - mean);
        return sum;
    }

    private static Vector<T> Scaled<T>(ReadOnlySpan<T> values, ReadOnlySpan<T> gamma, int i)
        where T : unmanaged, IFloatingPointIeee754<T> => gamma.IsEmpty ? new Vector<T>(values[i..]) : new Vector<T>(values[i..]) * new Vector<T>(gamma[i..]);

    private static T Scaled<T>(T value, ReadOnlySpan<T> gamma, int i)
        where T : unmanaged, IFloatingPointIeee754<T> => gamma.IsEmpty ? value : value * gamma[i];
}
