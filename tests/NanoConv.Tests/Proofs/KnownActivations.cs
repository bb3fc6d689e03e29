namespace NanoConv.Tests;

/// <summary>Every activation of the library, once, beside its plain formula: all tests of activations go through this list.</summary>
internal static class KnownActivations
{
    private static readonly (Activation Activation, Func<double, double>? Formula)[] Known =
    [
        (Activation.Linear, static x => x),
        (Activation.ReLU, static x => Math.Max(x, 0)),
        (Activation.ReLU6, static x => Math.Clamp(x, 0, 6)),
        (Activation.LeakyReLU, static x => x > 0 ? x : 0.2 * x),
        (new LeakyReLU(0), static x => x > 0 ? x : 0),
        (Activation.ELU, static x => x > 0 ? x : ExpM1(x)),
        (new ELU(0.5), static x => x > 0 ? x : 0.5 * ExpM1(x)),
        (Activation.SELU, static x => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * ExpM1(x))),
        (Activation.GELU, static x => x * NormalCdf(x)),
        (new GELU(approximate: true), static x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))))),
        (Activation.SiLU, static x => x / (1 + Math.Exp(-x))),
        (Activation.HardSiLU, static x => x * Math.Clamp((x + 3) / 6, 0, 1)),
        (Activation.Softplus, static x => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)))),
        (Activation.Sigmoid, static x => 1 / (1 + Math.Exp(-x))),
        (Activation.Tanh, Math.Tanh),
        (Activation.HardSigmoid, static x => Math.Clamp((x + 3) / 6, 0, 1)),
        (Activation.Softmax, null),
    ];

    /// <summary>All of them.</summary>
    public static Activation[] All { get; } = [.. Known.Select(known => known.Activation)];

    /// <summary>Those whose elements stand for themselves.</summary>
    public static Activation[] Elementwise { get; } = [.. Known.Where(known => known.Formula is not null).Select(known => known.Activation)];

    /// <summary>All of them, for a theory.</summary>
    public static TheoryData<Activation> Theory { get; } = [.. All];

    /// <summary>Whole rows, by the formula. One that was loaded is known by its words.</summary>
    public static double[] Forward(Activation activation, double[] x, int lastAxis) =>
        Known.First(known => $"{known.Activation}" == $"{activation}").Formula is { } formula
            ? [.. x.Select(formula)]
            : [.. x.Chunk(lastAxis).SelectMany(static row => row.Select(value => 1 / row.Sum(other => Math.Exp(other - value))))];

    // By its series where eˣ − 1 would lose digits.
    private static double ExpM1(double x)
    {
        if (x < -0.5)
            return Math.Exp(x) - 1;
        double sum = 0, term = x;
        for (int k = 2; k < 25; k++)
            (sum, term) = (sum + term, term * x / k);
        return sum;
    }

    /// <summary>Φ, by its series x·φ(x)·(1 + x²/3 + x⁴/(3·5) + …), and beyond 2.5 by Laplace's continued fraction φ(x)/(x + 1/(x + 2/(x + …))).</summary>
    private static double NormalCdf(double x)
    {
        double density = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
        if (Math.Abs(x) < 2.5)
        {
            double sum = 0, term = x;
            for (int k = 3; k < 103; k += 2)
                (sum, term) = (sum + term, term * x * x / k);
            return 0.5 + (density * sum);
        }

        double fraction = Math.Abs(x);
        for (int k = 200; k > 0; k--)
            fraction = Math.Abs(x) + (k / fraction);
        double tail = density / fraction;
        return x > 0 ? 1 - tail : tail;
    }
}
