using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace NanoConv.Tests.Schedules;

/// <summary>Schedules against their formulas in other words, and what every schedule promises.</summary>
public sealed class ScheduleTests : PropertySuite
{
    private static readonly Arbitrary<int> Seeds = Arb.From(Gen.Choose(0, 1_000_000));

    private static readonly (string Text, Schedule Schedule)[] Known =
    [
        ("0.001", 0.001), ("1E-07", new ConstantSchedule(1e-7)),
        ("PiecewiseConstantDecay(boundaries [3,5], values [1,0.5,0.25])", new PiecewiseConstantDecay([3, 5], [1, 0.5, 0.25])),
        ("PiecewiseLinear(steps [0,3,9], values [0.5,1,0])", new PiecewiseLinear((0, 0.5), (3, 1), (9, 0))),
        ("ExponentialDecay(initial_learning_rate 0.5, decay_steps 3, decay_rate 0.5, staircase true)", new ExponentialDecay(0.5, 3, 0.5, staircase: true)),
        ("CosineDecay(initial_learning_rate 0.5, decay_steps 7, alpha 0.25)", new CosineDecay(0.5, 7, 0.25)),
        ("CosineDecay(initial_learning_rate 0.5, decay_steps 7, alpha 0.25, warmup_target 2, warmup_steps 3)", new CosineDecay(0.5, 7, 0.25, 2, 3)),
        ("OneCycle(max_learning_rate 0.5, total_steps 9, pct_start 0.25, linear true, div_factor 4, final_div_factor 8, three_phase true)",
            new OneCycle(0.5, 9, 0.25, linear: true, 4, 8, threePhase: true)),
        ("""LinearWarmup(steps 4, then {"name":"PowerGrowth","final":3,"steps":5,"power":2}, from 0.25)""",
            new LinearWarmup(4, new PowerGrowth(3, 5, 2), 0.25)),
        ("LinearWarmup(steps 4, then 0.5, from 0)", new LinearWarmup(4, 0.5)),
        ("PowerGrowth(final 3, steps 5, power 2)", new PowerGrowth(3, 5, 2)),
    ];

    /// <summary>The text is a part of what checkpoints know an optimizer by: a constant's must stay a number.</summary>
    [Fact]
    public void Texts_say_all_settings() => Assert.All(Known, known => Assert.Equal(known.Text, $"{known.Schedule}"));

    [Fact]
    public void What_is_described_comes_back() => Assert.All(Known, known =>
    {
        ConfigWriter writer = new();
        writer.Add("rate", known.Schedule);
        Assert.Null(writer.Mistake);
        Schedule back = new ConfigReader(JsonDocument.Parse(writer.Json.ToJsonString()).RootElement).Schedule("rate");
        Assert.Equal(known.Text, $"{back}");
        for (int step = 0; step < 20; step++)
            Assert.Equal(known.Schedule.At(step), back.At(step));
    });

    /// <summary>A learning rate is at least 0 and a number, however long it goes on.</summary>
    [Fact]
    public void Every_rate_is_one_at_any_step() => Assert.All(Known, known =>
    {
        foreach (int step in (int[])[.. Enumerable.Range(0, 100), 1_000_000, int.MaxValue])
            Assert.True(known.Schedule.At(step) is >= 0 and <= 3, $"{known.Text} at step {step}: {known.Schedule.At(step)}");
    });

    /// <summary>Keras: the boundary itself belongs to the piece before it.</summary>
    [Fact]
    public void Pieces_end_with_their_boundary()
    {
        PiecewiseConstantDecay schedule = new([3, 5], [1, 0.5, 0.25]);
        Assert.Equal([1, 1, 1, 1, 0.5, 0.5, 0.25, 0.25], Enumerable.Range(0, 8).Select(schedule.At));
        Assert.Equal(7, new PiecewiseConstantDecay([], [7]).At(99));
        Assert.Equal([3, 5], schedule.Boundaries.ToArray());
        Assert.Equal([1, 0.5, 0.25], schedule.Values.ToArray());
    }

    [Fact]
    public void Lines_go_through_their_points_and_stay_outside_of_them() => ForAll(Seeds, static seed =>
    {
        Random random = new(seed);
        (int Step, double Value)[] points = [(random.Next(5), random.NextDouble()), (0, random.NextDouble()), (0, random.NextDouble())];
        points[1].Step = points[0].Step + random.Next(1, 9);
        points[2].Step = points[1].Step + random.Next(1, 9);
        PiecewiseLinear lines = new(points);
        Assert.All(points, point => Assert.Equal(point.Value, lines.At(point.Step)));
        Assert.Equal((points[0].Value, points[2].Value), (lines.At(points[0].Step - 1), lines.At(points[2].Step + 7)));
        foreach (((int first, double from), (int last, double to)) in points.Zip(points[1..]))
        {
            for (int step = first; step <= last; step++)
                Assert.Equal(from + ((to - from) * (step - first) / (last - first)), lines.At(step), 1e-14);
        }

        Assert.Equal(points, lines.Points.ToArray());
    });

    [Fact]
    public void A_triangle_is_three_points() => Assert.Equal(
        [(0, 0.2 * 5), (23, 5), (101, 0.07 * 5)], PiecewiseLinear.Triangular(5, 101).Points.ToArray());

    [Fact]
    public void Exponential_decay_is_Keras() => ForAll(Seeds, static seed =>
    {
        Random random = new(seed);
        (double rate, int steps, double decay) = (random.NextDouble(), random.Next(1, 9), 0.1 + random.NextDouble());
        for (int step = 0; step < 30; step++)
        {
            Expect.Close(rate * Math.Exp(Math.Log(decay) * step / steps), new ExponentialDecay(rate, steps, decay).At(step), 1e-12);
            double stairs = Enumerable.Repeat(decay, step / steps).Aggregate(rate, (product, factor) => product * factor);
            Expect.Close(stairs, new ExponentialDecay(rate, steps, decay, staircase: true).At(step), 1e-12);
        }
    });

    /// <summary>cos² of the half angle, in the place of Keras's (1 + cos) / 2.</summary>
    [Fact]
    public void Cosine_decay_is_Keras_with_its_warmup() => ForAll(Seeds, static seed =>
    {
        Random random = new(seed);
        (double rate, double target, double alpha) = (random.NextDouble(), random.NextDouble(), random.NextDouble());
        (int steps, int warmup) = (random.Next(1, 20), random.Next(0, 8));
        CosineDecay plain = new(rate, steps, alpha), warmed = new(rate, steps, alpha, target, warmup);
        for (int step = 0; step < 40; step++)
        {
            Assert.Equal(Decayed(rate, step), plain.At(step), 1e-12);
            double expected = step < warmup ? rate + ((target - rate) * step / warmup) : Decayed(target, step - warmup);
            Assert.Equal(expected, warmed.At(step), 1e-12);
        }

        double Decayed(double from, int step)
        {
            double cosine = Math.Cos(Math.PI / 2 * Math.Min(step, steps) / steps);
            return from * (alpha + ((1 - alpha) * cosine * cosine));
        }
    });

    /// <summary>A rise of no length is over at once; PyTorch divides by zero there.</summary>
    [Fact]
    public void A_cycle_without_a_rise_begins_at_its_greatest_rate()
    {
        Assert.Equal(3, new OneCycle(3, totalSteps: 10, pctStart: 0.1).At(0));
        Assert.Equal(3, new OneCycle(3, totalSteps: 1, pctStart: 1).At(0));
        OneCycle cycle = new(3, totalSteps: 10, divFactor: 5, finalDivFactor: 20);
        Assert.Equal(3.0 / 5, cycle.At(0), 1e-15);
        Assert.Equal(3.0 / 100, cycle.At(9), 1e-15);
        Assert.Equal(cycle.At(9), cycle.At(10));
    }

    [Fact]
    public void A_warmup_goes_up_to_the_first_rate_and_on_from_its_step_0() => ForAll(Seeds, static seed =>
    {
        Random random = new(seed);
        (int steps, double from) = (random.Next(1, 9), random.NextDouble());
        ExponentialDecay then = new(random.NextDouble(), 3, 0.5);
        LinearWarmup warmup = new(steps, then, from);
        for (int step = 0; step < 20; step++)
        {
            double expected = step < steps ? then.InitialLearningRate * (from + ((1 - from) * step / steps)) : then.At(step - steps);
            Assert.Equal(expected, warmup.At(step), 1e-14);
        }
    });

    [Fact]
    public void Growth_is_a_power_of_the_share_of_steps()
    {
        PowerGrowth growth = new(Math.Pow(0.95, 5), steps: 8, power: 3);
        Assert.Equal(0, growth.At(0));
        Assert.Equal(Math.Pow(0.95, 5) / 8, growth.At(4), 1e-15);
        Assert.Equal((Math.Pow(0.95, 5), Math.Pow(0.95, 5)), (growth.At(8), growth.At(9)));
    }

    [Fact]
    public void What_is_no_schedule_is_refused()
    {
        OutOfRange(() => _ = (Schedule)(-1), "at least 0", "-1");
        OutOfRange(() => _ = new ConstantSchedule(double.NaN), "learning rate");
        Mistake(() => _ = new PiecewiseConstantDecay([1], [1]), "one value more than the 1 boundaries, received 1");
        Mistake(() => _ = new PiecewiseConstantDecay([2, 2], [1, 1, 1]), "2 behind 2");
        OutOfRange(() => _ = new PiecewiseConstantDecay([2], [1, -1]), "-1");
        Mistake(() => _ = new PiecewiseLinear(), "at least one point");
        Mistake(() => _ = new PiecewiseLinear((2, 1), (2, 1)), "2 behind 2");
        OutOfRange(() => _ = new PiecewiseLinear((2, double.PositiveInfinity)), "learning rate");
        Mistake(() => _ = PiecewiseLinear.Triangular(1, steps: 4), "0 behind 0");
        OutOfRange(() => _ = new ExponentialDecay(0.1, 0, 0.5), "at least one step", "0");
        OutOfRange(() => _ = new ExponentialDecay(0.1, 1, 0), "decay above 0");
        OutOfRange(() => _ = new CosineDecay(0.1, 5, alpha: -1), "share");
        OutOfRange(() => _ = new CosineDecay(0.1, 5, warmupTarget: double.NaN), "learning rate");
        OutOfRange(() => _ = new CosineDecay(0.1, 5, warmupTarget: 1, warmupSteps: -1), "warmupSteps");
        Mistake(() => _ = new CosineDecay(0.1, 5, warmupSteps: 3), "target of the warm-up of 3 steps");
        OutOfRange(() => _ = new OneCycle(0.1, 5, pctStart: 1.5), "[0, 1]", "1.5");
        OutOfRange(() => _ = new OneCycle(0.1, 5, divFactor: 0), "divFactor");
        OutOfRange(() => _ = new OneCycle(0.1, 5, finalDivFactor: double.NaN), "finalDivFactor");
        OutOfRange(() => _ = new LinearWarmup(0, 0.1), "at least one step");
        OutOfRange(() => _ = new LinearWarmup(1, 0.1, from: -1), "share");
        OutOfRange(() => _ = new PowerGrowth(1, 5, power: 0), "power above 0");

        static void OutOfRange(Action mistake, params string[] parts) => Expect.Throws<ArgumentOutOfRangeException>(mistake, parts);
        static void Mistake(Action mistake, params string[] parts) => Expect.Throws<ArgumentException>(mistake, parts);
    }

    [Theory]
    [InlineData("""{"rate":"Spiral"}""", "a schedule out of", "'Spiral'")]
    [InlineData("""{"rate":null}""", "'rate'", "finite number")]
    [InlineData("""{"rate":{"name":"PiecewiseLinear","steps":[1,2],"values":[1]}}""", "as many values as steps, found 1 and 2")]
    [InlineData("""{"rate":{"name":"PiecewiseLinear","steps":1,"values":[1]}}""", "'steps'", "an array, found '1'")]
    [InlineData("{}", "'rate'", "found none")]
    public void What_describes_no_schedule_is_refused(string json, params string[] parts) => Expect.Throws<FormatException>(
        () => new ConfigReader(JsonDocument.Parse(json).RootElement).Schedule("rate"), parts);
}
