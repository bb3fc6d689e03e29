namespace NanoConv.Cifar.Networks;

/// <summary>
/// Eigenvalues and eigenvectors of a small symmetric matrix by Jacobi's rotations (Golub and Van Loan, Matrix Computations, section 8.5): each makes one
/// element beside the diagonal zero, and in a few sweeps over all of them nothing is left there but rounding.
/// </summary>
internal static class SymmetricEigen
{
    private const int MostSweeps = 50;

    /// <summary>Takes a matrix apart: A · v = λ · v.</summary>
    /// <param name="matrix">A [n, n], symmetric.</param>
    /// <returns>The eigenvalues, the greatest first, and for each its eigenvector of length 1, whose element of the greatest magnitude is above 0.</returns>
    public static (double[] Values, double[][] Vectors) Decompose(double[,] matrix)
    {
        int n = matrix.GetLength(0);
        var a = (double[,])matrix.Clone();
        var vectors = new double[n, n];
        double norm = 0;
        for (int i = 0; i < n; i++)
        {
            vectors[i, i] = 1;
            for (int j = 0; j < n; j++)
                norm += a[i, j] * a[i, j];
        }
        for (int sweep = 0; sweep < MostSweeps && Beside(a) > norm * 1e-32; sweep++)
        {
            for (int p = 0; p < n; p++)
            {
                for (int q = p + 1; q < n; q++)
                    Rotate(a, vectors, p, q);
            }
        }
        int[] order = [.. Enumerable.Range(0, n).OrderByDescending(i => a[i, i])];
        return ([.. order.Select(i => a[i, i])], [.. order.Select(i => Upright(Enumerable.Range(0, n).Select(row => vectors[row, i])))]);
    }

    // The sum of squares beside the diagonal.
    private static double Beside(double[,] a)
    {
        double sum = 0;
        for (int i = 0; i < a.GetLength(0); i++)
        {
            for (int j = 0; j < a.GetLength(0); j++)
                sum += i == j ? 0 : a[i, j] * a[i, j];
        }
        return sum;
    }

    // Turns the plane of axes p and q by the smaller of the two angles that make a[p, q] zero.
    private static void Rotate(double[,] a, double[,] vectors, int p, int q)
    {
        if (a[p, q] == 0)
            return;
        double half = (a[q, q] - a[p, p]) / (2 * a[p, q]);
        double tangent = Math.CopySign(1, half) / (Math.Abs(half) + Math.Sqrt(1 + half * half));
        double cosine = 1 / Math.Sqrt(1 + tangent * tangent), sine = tangent * cosine;
        for (int k = 0; k < a.GetLength(0); k++)
            (a[k, p], a[k, q]) = (cosine * a[k, p] - sine * a[k, q], sine * a[k, p] + cosine * a[k, q]);
        for (int k = 0; k < a.GetLength(0); k++)
        {
            (a[p, k], a[q, k]) = (cosine * a[p, k] - sine * a[q, k], sine * a[p, k] + cosine * a[q, k]);
            (vectors[k, p], vectors[k, q]) = (cosine * vectors[k, p] - sine * vectors[k, q], sine * vectors[k, p] + cosine * vectors[k, q]);
        }
    }

    // An eigenvector's negative is one as well: the choice makes it one of two.
    private static double[] Upright(IEnumerable<double> vector)
    {
        double[] elements = [.. vector];
        double greatest = elements.MaxBy(Math.Abs);
        return greatest < 0 ? [.. elements.Select(element => -element)] : elements;
    }
}
