using FsCheck;
using FsCheck.Fluent;

namespace NanoConv.Tests.Losses;

/// <summary>Every loss of the library, for any number of outputs and any settings: its gradient, its scale, its value where logits are huge.</summary>
public sealed class LossGradientTests : PropertySuite
{
    private static readonly Reduction[] Reductions = [Reduction.SumOverBatchSize, Reduction.Sum];

    /// <summary>One that is forgotten here is an error.</summary>
    [Fact]
    public void All_losses_are_tried()
    {
        IEnumerable<string> found = typeof(Loss).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Loss))).Select(type => type.Name);
        Assert.Equal(found.Order(), Drawn(Cases, seed: 1).Select(c => c.Loss.GetType().Name).Distinct().Order());
    }

    /// <summary>By Richardson's extrapolation of central differences, whose error is of the fourth order.</summary>
    [Fact]
    public void The_gradient_is_the_slope_of_the_loss() => ForAll(Cases, static c =>
    {
        (double[] outputs, double[] targets) = c.Numbers();
        double[] gradient = new double[outputs.Length];
        c.Loss.Evaluate<double>(gradient, outputs, targets, 1);
        double[] slopes = [.. outputs.Select((_, i) => ((4 * Slope(i, 1e-3)) - Slope(i, 2e-3)) / 3)];
        Expect.Close("gradient", slopes, gradient, 1e-8);

        double Slope(int i, double h) => (At(i, h) - At(i, -h)) / (2 * h);

        double At(int i, double move)
        {
            double[] moved = [.. outputs];
            moved[i] += move;
            return c.Loss.Evaluate<double>(new double[outputs.Length], moved, targets, 1);
        }
    });

    /// <summary>The scale multiplies the gradient and nothing else; a scale of 2 to the bit.</summary>
    [Fact]
    public void The_scale_is_in_the_gradient_alone() => ForAll(Cases, static c =>
    {
        (double[] outputs, double[] targets) = c.Numbers();
        double[] once = new double[outputs.Length], twice = new double[outputs.Length], none = new double[outputs.Length];
        double loss = c.Loss.Evaluate<double>(once, outputs, targets, 1);
        Array.Fill(twice, double.NaN);
        Assert.Equal(loss, c.Loss.Evaluate<double>(twice, outputs, targets, 2));
        Expect.Equal<double>("gradient", outputs.Length, [.. once.Select(g => 2 * g)], twice);
        Assert.Equal(loss, c.Loss.Evaluate<double>(none, outputs, targets, 0));
        Assert.All(none, value => Assert.Equal(0, value));
    });

    /// <summary>Probabilities of these are 0 and 1 when they are rounded.</summary>
    [Fact]
    public void Losses_are_finite_at_logits_of_a_thousand() => ForAll(Cases, static c =>
    {
        float[] targets = [.. c.Numbers().Targets.Select(value => (float)value)], gradient = new float[targets.Length];
        Random random = new(c.Seed);
        foreach (float size in (float[])[1000, 1e30f])
        {
            float[] outputs = [.. targets.Select(_ => random.Next(3) == 0 ? 0 : random.Next(2) == 0 ? size : -size)];
            if (c.Loss is MeanSquaredError && size > 1e18)
                continue; // its square is not
            float loss = c.Loss.Evaluate<float>(gradient, outputs, targets, 1);
            Assert.True(float.IsFinite(loss) && loss >= 0, $"{loss}");
            Assert.All(gradient, value => Assert.True(float.IsFinite(value)));
        }
    });

    [Fact]
    public void Nothing_is_allocated() => ForAll(Cases, static c =>
    {
        (double[] outputs, double[] targets) = c.Numbers();
        double[] gradient = new double[outputs.Length];
        c.Loss.Evaluate<double>(gradient, outputs, targets, 1); // compiled by then
        long before = GC.GetAllocatedBytesForCurrentThread();
        c.Loss.Evaluate<double>(gradient, outputs, targets, 1);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    });

    /// <summary>The definition, of probabilities, in numbers in which nothing is rounded to 0 or 1.</summary>
    [Fact]
    public void The_loss_is_its_definition() => ForAll(Cases, static c =>
    {
        (double[] y, double[] t) = c.Numbers();
        double expected = c.Loss switch
        {
            CategoricalCrossentropy loss => -Enumerable.Range(0, y.Length)
                .Sum(i => ((t[i] * (1 - loss.LabelSmoothing)) + (loss.LabelSmoothing / y.Length)) * Math.Log(Math.Exp(y[i]) / y.Sum(Math.Exp))),
            BinaryCrossentropy loss => Enumerable.Range(0, y.Length).Average(i =>
            {
                double p = 1 / (1 + Math.Exp(-y[i])), yes = (t[i] * (1 - loss.LabelSmoothing)) + (loss.LabelSmoothing / 2);
                return -(yes * Math.Log(p)) - ((1 - yes) * Math.Log(1 - p));
            }),
            _ => Enumerable.Range(0, y.Length).Average(i => Math.Pow(y[i] - t[i], 2)),
        };
        Expect.Close("loss", [expected], [c.Loss.Evaluate<double>(new double[y.Length], y, t, 1)], 1e-12);
    });

    [Fact]
    public void Settings_that_make_no_sense_are_refused()
    {
        foreach (double smoothing in (double[])[-0.1, 1.1, double.NaN])
        {
            Expect.Throws<ArgumentOutOfRangeException>(
                () => _ = new CategoricalCrossentropy(labelSmoothing: smoothing), "CategoricalCrossentropy: expected label smoothing from 0 to 1");
            Expect.Throws<ArgumentOutOfRangeException>(
                () => _ = new BinaryCrossentropy(labelSmoothing: smoothing), "BinaryCrossentropy: expected label smoothing from 0 to 1");
        }

        Expect.Throws<ArgumentOutOfRangeException>(() => _ = new MeanSquaredError((Reduction)7), "MeanSquaredError: expected a reduction, received 7");
    }

    /// <summary>Checkpoints are compared by it; what is as by default is not in it, so that those of before still fit.</summary>
    [Fact]
    public void The_text_tells_what_is_set()
    {
        Assert.Equal("CategoricalCrossentropy(from_logits False)", $"{new CategoricalCrossentropy()}");
        Assert.Equal("CategoricalCrossentropy(from_logits True, label_smoothing 0.1)", $"{new CategoricalCrossentropy(true, 0.1)}");
        Assert.Equal("BinaryCrossentropy(from_logits False, reduction sum)", $"{new BinaryCrossentropy(reduction: Reduction.Sum)}");
        Assert.Equal("BinaryCrossentropy(from_logits True, label_smoothing 0.25, reduction sum)", $"{new BinaryCrossentropy(true, 0.25, Reduction.Sum)}");
        Assert.Equal(["MeanSquaredError", "MeanSquaredError(reduction sum)"], Reductions.Select(reduction => $"{new MeanSquaredError(reduction)}"));
    }

    private static Arbitrary<LossCase> Cases => Arb.From(
        from kind in Gen.Choose(0, 2)
        from outputs in Gen.Choose(1, 40)
        from smoothing in Gen.Elements(0, 0, 0.1, 0.5, 1)
        from reduction in Gen.Elements(Reductions)
        from seed in Gen.Choose(0, 1_000_000)
        select new LossCase(Make(kind, smoothing, reduction), outputs, seed),
        c => c.Outputs > 1 ? [c with { Outputs = 1 }, c with { Outputs = c.Outputs - 1 }] : []);

    private static Loss Make(int kind, double smoothing, Reduction reduction) => kind switch
    {
        0 => new CategoricalCrossentropy(true, smoothing, reduction),
        1 => new BinaryCrossentropy(true, smoothing, reduction),
        _ => new MeanSquaredError(reduction),
    };

    private sealed record LossCase(Loss Loss, int Outputs, int Seed)
    {
        /// <summary>Outputs from −4 to 4; targets that are one class's, or shares, or any numbers, whatever the loss takes.</summary>
        public (double[] Outputs, double[] Targets) Numbers()
        {
            Random random = new(Seed);
            double[] outputs = [.. Enumerable.Range(0, Outputs).Select(_ => 8 * (random.NextDouble() - 0.5))];
            double[] targets = [.. outputs.Select(_ => Loss is MeanSquaredError ? 8 * (random.NextDouble() - 0.5) : random.NextDouble())];
            if (Loss is not MeanSquaredError && random.Next(2) == 0)
            {
                int one = random.Next(Outputs);
                targets = [.. targets.Select((share, i) => Loss is BinaryCrossentropy ? Math.Round(share) : i == one ? 1.0 : 0)];
            }

            return (outputs, targets);
        }
    }
}
