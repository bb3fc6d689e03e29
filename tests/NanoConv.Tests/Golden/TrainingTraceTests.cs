using System.Numerics;

namespace NanoConv.Tests.Golden;

/// <summary>
/// Ten steps of training through Fit, from equal weights and on equal batches: each step's loss and the weights after
/// the last are PyTorch's.
/// </summary>
public abstract class TrainingTraceTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int BatchSize = 8;

    // Adam divides a gradient by its own size: where one is nearly zero, its rounding errors become whole steps.
    private const double FloatTolerance = 1e-3;

    // And of two nearly equal pixels, rounding decides which one max-pooling sends the gradient to: the networks without pooling
    // stay within 1e-5 in almost all weights, and the one with pooling is off by 5e-4 in the mean as soon as one such pair was
    // decided otherwise. So its few worst weights have a wide bound, and the root of their mean square a narrow one. In double
    // nothing of all this shows, and the tolerance is 1e-9.
    private const double FloatToleranceWithPooling = 3e-2, FloatLossToleranceWithPooling = 1e-3, FloatMeanToleranceWithPooling = 2e-3;

    [Theory]
    [InlineData("default", "trace", false)]
    [InlineData("maxpooling", "trace", false)]
    [InlineData("thinner_deeper", "trace", false)]
    [InlineData("thinner_deeper", "trace_epsilon_hat", true)]
    public void Ten_steps_of_Fit_are_PyTorchs(string name, string trace, bool epsilonHat)
    {
        GoldenNetwork network = GoldenNetwork.Named(name);
        Model<T> model = network.Build<T>();
        StepLosses losses = new();
        FitOptions options = new()
        {
            BatchSize = BatchSize,
            Shuffle = false,
            Optimizer = new Adam(epsilonHat: epsilonHat),
            Callbacks = [losses],
        };
        History history = model.Fit(GoldenNetwork.Dataset<T>(network.TraceBatches()), options);

        bool isPooled = name == "maxpooling";
        (double tolerance, double lossTolerance) =
            isPooled ? (FloatToleranceWithPooling, FloatLossToleranceWithPooling) : (FloatTolerance, GoldenFile.FloatTolerance);
        network.File.Check<T>($"{trace}/loss", [.. losses.Values.Select(T.CreateChecked)], lossTolerance);
        double mean = network.File.Values<double>($"{trace}/loss").Average();
        GoldenFile.Check<T>("epoch's loss", [mean], [T.CreateChecked(history.Epochs.Single().Loss)], lossTolerance);
        foreach (Parameter<T> parameter in model.Parameters)
        {
            network.File.Check<T>($"{trace}/{parameter.Name}", parameter.Value, tolerance);
            Assert.InRange(MeanDeviation(network.File.Values<double>($"{trace}/{parameter.Name}"), parameter.Value), 0, FloatMeanToleranceWithPooling);
        }
    }

    // √(mean of squared differences), as a part of the greatest value.
    private static double MeanDeviation(double[] golden, ReadOnlySpan<T> actual)
    {
        double sum = 0;
        for (int i = 0; i < golden.Length; i++)
            sum += Math.Pow(double.CreateChecked(actual[i]) - golden[i], 2);
        return Math.Sqrt(sum / golden.Length) / golden.Max(Math.Abs);
    }

    /// <summary>Elsewhere the two forms of Adam may hide within the tolerance; here some weight is 3 % off with the wrong one.</summary>
    [Fact]
    public void The_two_places_of_epsilon_are_told_apart()
    {
        GoldenFile file = GoldenNetwork.Named("thinner_deeper").File;
        double worst = 0;
        foreach (Parameter<double> parameter in GoldenNetwork.Named("thinner_deeper").Build<double>().Parameters)
        {
            double[] a = file.Values<double>($"trace/{parameter.Name}"), b = file.Values<double>($"trace_epsilon_hat/{parameter.Name}");
            worst = Math.Max(worst, a.Zip(b, (x, y) => Math.Abs(x - y)).Max() / b.Max(Math.Abs));
        }

        Assert.InRange(worst, 0.01, 0.1);
    }

    /// <summary>Each step's own loss, from the running mean that callbacks are shown.</summary>
    private sealed class StepLosses : Callback
    {
        private double sum;

        public List<double> Values { get; } = [];

        public override void OnStepEnd(TrainingState state)
        {
            ArgumentNullException.ThrowIfNull(state);
            double total = state.Loss * state.ExamplesSeen;
            Values.Add((total - sum) / BatchSize);
            sum = total;
        }
    }
}

public sealed class TrainingTraceFloatTests : TrainingTraceTests<float>;

public sealed class TrainingTraceDoubleTests : TrainingTraceTests<double>;
