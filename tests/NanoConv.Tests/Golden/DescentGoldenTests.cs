using System.Numerics;

namespace NanoConv.Tests.Golden;

/// <summary>Optimizers with decay and rates that change, schedules, clipping and averages of weights, as PyTorch computes them.</summary>
public abstract class DescentGoldenTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Steps = 12, Examples = 6, Features = 5, Classes = 3;
    private const double Rate = 0.05;

    private static readonly GoldenFile File = GoldenFile.OfNetwork("descent");

    public static TheoryData<string> Cases => File.Cases("sgd_decay", "adamw", "rmsprop");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_step_is_PyTorchs(string name)
    {
        T[] weights = File.Values<T>("descent/start");
        T[] gradients = File.Values<T>("descent/gradients");
        double[] golden = File.Values<double>($"{name}/weights"), rates = File.Values<double>($"{name}/rates");
        OptimizerState<T> state = Optimizer(name, rates).Start<T>(weights.Length);
        for (int step = 0; step < rates.Length; step++)
        {
            state.BeginStep();
            int row = step * weights.Length;
            state.Update(0, weights, gradients.AsSpan(row, weights.Length));
            GoldenFile.Check<T>($"{name}, step {step + 1}", golden.AsSpan(row, weights.Length), weights);
        }

        Assert.Equal(20, rates.Length);
    }

    public static TheoryData<string> Clippings => ["global", "each", "value"];

    /// <summary>A dozen steps of plain descent.</summary>
    [Theory]
    [MemberData(nameof(Clippings))]
    public void Clipped_gradients_are_PyTorchs(string kind) => Check($"clipped/{kind}", kind switch
    {
        "global" => new SGD(0.5) { GlobalClipNorm = 0.3 },
        "each" => new SGD(0.5) { ClipNorm = 0.1 },
        _ => new SGD(0.5) { ClipValue = 0.05 },
    });

    public static TheoryData<string> Averages => ["lookahead", "ema", "ema_overwriting"];

    /// <summary>What Jordan's speed run trains with, in small: two groups, Nesterov, decay, a triangle of rates; and an average of the weights.</summary>
    [Theory]
    [MemberData(nameof(Averages))]
    public void Averages_are_PyTorchs(string kind)
    {
        SGD plain = new(PiecewiseLinear.Triangular(Rate, Steps), momentum: 0.85, nesterov: true, weightDecay: 0.1, gradientVelocity: true)
        {
            Groups = [new("batch_normalization_*", rate: 2, decay: 0)],
            Lookahead = kind == "lookahead" ? new Lookahead(5, new PowerGrowth(Math.Pow(0.95, 5), Steps, power: 3)) : null,
            MovingAverage = kind == "lookahead" ? null : new MovingAverage(0.9, kind == "ema" ? null : 4),
        };
        Check($"averaged/{kind}", plain);
    }

    [Fact]
    public void Muon_is_Jordans()
    {
        Model<T> model = new Sequential(new Conv2D(4, 3), new Conv2D(9, 1), new GlobalAveragePooling2D(), new Dense(3)).Build<T>((4, 4, 2));
        Muon muon = new(PiecewiseLinear.Triangular(Rate, 8), momentum: 0.9, weightDecay: 0.1, others: new AdamW(0.01, weightDecay: 0.1))
        {
            Groups = [new("*/bias", rate: 2, decay: 0)],
        };
        T[] weights = [.. model.Parameters.SelectMany(parameter => Given("", parameter))];
        OptimizerState<T> state = muon.Start(model.Parameters);
        for (int step = 1; step <= 8; step++)
        {
            state.BeginStep();
            state.Update(0, weights, (T[])[.. model.Parameters.SelectMany(parameter => Given($"step_{step}/", parameter))]);
        }

        foreach (Parameter<T> parameter in model.Parameters)
            File.Check<T>($"muon/{parameter.Name}", weights.AsSpan(parameter.Offset, parameter.Shape.Elements));

        static IEnumerable<T> Given(string what, Parameter<T> parameter) =>
            IntegerFormula.Weights($"descent/muon/{what}{parameter.Name}", parameter.Shape.Elements, 1).Select(T.CreateChecked);
    }

    private static void Check(string golden, Optimizer optimizer)
    {
        Model<T> model = new Sequential(new Dense(4, useBias: false), new BatchNormalization(), Activation.ReLU, new Dense(Classes)).Build<T>(Features);
        foreach (Parameter<T> parameter in model.Parameters)
            model.Edit(parameter, File.Values<T>($"network/{parameter.Name}").CopyTo);
        FitOptions options = new() { BatchSize = Examples, Optimizer = optimizer, Loss = new CategoricalCrossentropy(fromLogits: true), Threads = 2 };
        Trainer<T> trainer = new(model, options);
        for (int step = 1; step <= Steps; step++)
        {
            double[] inputs = IntegerFormula.Weights($"descent/step_{step}/inputs", Examples * Features, 1);
            int[] labels = [.. IntegerFormula.Labels($"descent/step_{step}/labels", Examples).Select(label => label % Classes)];
            trainer.Step(new Tensor<T>((Examples, Features), [.. inputs.Select(T.CreateChecked)]), labels);
        }

        trainer.Finish();
        foreach (Parameter<T> parameter in model.Parameters)
            File.Check<T>($"{golden}/{parameter.Name}", parameter.Value);
    }

    private static Optimizer Optimizer(string name, double[] rates)
    {
        double[] h = File.Values<double>($"{name}/hyperparameters");
        PiecewiseConstantDecay schedule = new([.. Enumerable.Range(0, rates.Length - 1)], rates);
        return name.Split('/')[0] switch
        {
            "sgd_decay" => new SGD(schedule, h[0], nesterov: h[1] == 1, weightDecay: h[2], gradientVelocity: true),
            "adamw" => new AdamW(schedule, h[0], h[1], h[2], h[3]),
            _ => new RMSprop(schedule, h[0], h[1], typeof(T) == typeof(float) ? Math.Max(h[2], 1e-30) : h[2], centered: h[3] == 1),
        };
    }
}

public sealed class DescentGoldenFloatTests : DescentGoldenTests<float>;

public sealed class DescentGoldenDoubleTests : DescentGoldenTests<double>
{
    private static readonly GoldenFile File = GoldenFile.OfNetwork("descent");

    private static readonly Dictionary<string, Schedule> Schedules = new()
    {
        ["one_cycle_cosine"] = new OneCycle(0.4, 41),
        ["one_cycle_linear"] = new OneCycle(0.4, 41, linear: true),
        ["one_cycle_three"] = new OneCycle(0.4, 41, threePhase: true),
        ["one_cycle_early"] = new OneCycle(0.4, 41, pctStart: 0.1, divFactor: 10, finalDivFactor: 100),
        ["cosine"] = new CosineDecay(0.1, 30, alpha: 0.2),
        ["exponential"] = new ExponentialDecay(0.1, 1, 0.9),
        ["steps"] = new PiecewiseConstantDecay([9, 19, 20], [0.1, 0.01, 0.001, 0.0001]),
        ["warmup"] = new LinearWarmup(8, 0.1, from: 0.25),
        ["speed_run"] = PiecewiseLinear.Triangular(1, 53),
    };

    public static TheoryData<string> Names => [.. Schedules.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_rate_is_PyTorchs(string name)
    {
        double[] golden = File.Values<double>($"schedule/{name}");
        GoldenFile.Check<double>(name, golden, [.. Enumerable.Range(0, golden.Length).Select(Schedules[name].At)]);
        Assert.InRange(golden.Length, 31, 53);
    }
}
