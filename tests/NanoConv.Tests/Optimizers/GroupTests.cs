using System.Numerics;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;

namespace NanoConv.Tests.Optimizers;

/// <summary>Groups, schedules and averages, which every optimizer has and none knows of.</summary>
public abstract class GroupTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Steps = 5;

    private static readonly Arbitrary<int> Seeds = Arb.From(Gen.Choose(0, 1_000_000));

    private static readonly (string Pattern, double Rate, double? Decay)[] Patterns =
        [("*/bias", 2, 0), ("*/bias", 4, 0.25), ("dense_1/*", 0.5, null), ("batch*a", 0, null), ("*", 0.25, 0.5), ("*/k*n*l", 1, 0.125)];

    /// <summary>A group's schedule counts the steps that were taken before, as the optimizer's does.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Momentum_ends_with_a_groups_rate(bool gradientVelocity)
    {
        Model<T> model = Build();
        SGD sgd = new(0.5, momentum: 0.9, gradientVelocity: gradientVelocity) { Groups = [new("dense_1/*", new PiecewiseConstantDecay([1], [1, 0]))] };
        OptimizerState<T> state = sgd.Start(model.Parameters);
        Parameter<T> kernel = model.Parameters.Single(parameter => parameter.Name == "dense_1/kernel");
        T[] w = model.Weights.ToArray(), gradient = new T[w.Length];
        Array.Fill(gradient, T.One);
        List<T> values = [];
        for (int step = 1; step <= 5; step++)
        {
            state.BeginStep();
            state.Update(0, w, gradient);
            values.Add(w[kernel.Offset]);
        }

        Assert.NotEqual(values[0], values[1]);
        Assert.All(values[2..], value => Assert.Equal(values[1], value));
    }

    [Fact]
    public void A_groups_rate_that_is_none_is_refused_by_its_pattern()
    {
        OptimizerState<T> state = new SGD(0.5) { Groups = [new("dense_1/*", new Falling())] }.Start(Build().Parameters);
        state.BeginStep();
        Expect.Throws<InvalidOperationException>(state.BeginStep, "group 'dense_1/*'", "after 1 steps", "received -1 of Falling");
    }

    [Fact]
    public void A_groups_rate_may_end()
    {
        Model<T> model = Build();
        SGD sgd = new(0.5) { Groups = [new("dense_1/kernel", new PiecewiseConstantDecay([2], [1, 0]))] };
        OptimizerState<T> state = sgd.Start(model.Parameters);
        Parameter<T> kernel = model.Parameters.Single(parameter => parameter.Name == "dense_1/kernel");
        T[] w = model.Weights.ToArray(), gradient = new T[w.Length];
        Array.Fill(gradient, T.One);
        double before = double.CreateChecked(w[kernel.Offset]), other = double.CreateChecked(w[kernel.Offset == 0 ? ^1 : 0]);
        for (int step = 1; step <= 5; step++)
        {
            state.BeginStep();
            state.Update(0, w, gradient);
            Assert.Equal(before - (0.5 * Math.Min(step, 3)), double.CreateChecked(w[kernel.Offset]), 1e-5);
            Assert.Equal(other - (0.5 * step), double.CreateChecked(w[kernel.Offset == 0 ? ^1 : 0]), 1e-5);
        }

        Assert.Contains("dense_1/kernel: rate PiecewiseConstantDecay(boundaries [2], values [1,0])", $"{sgd}", StringComparison.Ordinal);
    }

    /// <summary>Each parameter goes as it would alone, with the rate and the decay of the first group that has it; in whatever parts.</summary>
    [Fact]
    public void Every_parameter_has_the_rate_and_decay_of_its_first_group() => ForAll(Seeds, static seed =>
    {
        Random random = new(seed);
        ParameterGroup[] groups = [.. Enumerable.Range(0, random.Next(1, 4))
            .Select(_ => Patterns[random.Next(Patterns.Length)]).Select(group => new ParameterGroup(group.Pattern, group.Rate, group.Decay))];
        int kind = random.Next(3);
        Model<T> model = Build();
        OptimizerState<T> state = Make(kind, 1, null, groups).Start(model.Parameters);
        T[] w = model.Weights.ToArray();
        var alone = model.Parameters.Select(parameter =>
        {
            ParameterGroup? group = groups.FirstOrDefault(
                group => Regex.IsMatch(parameter.Name, $"^{group.Pattern.Replace("*", ".*", StringComparison.Ordinal)}$"));
            int elements = parameter.Shape.Elements;
            OptimizerState<T>? own = group?.Rate.At(0) == 0 ? null : Make(kind, group?.Rate.At(0) ?? 1, group?.Decay).Start<T>(elements);
            return (parameter.Offset, Values: parameter.Value.ToArray(), State: own);
        }).ToArray();
        for (int step = 0; step < Steps; step++)
        {
            T[] gradient = Numbers.Reals<T>(w.Length, seed + step);
            state.BeginStep();
            for (int start = 0; start < w.Length;)
            {
                int length = Math.Min(random.Next(1, 30), w.Length - start);
                state.Update(start, w.AsSpan(start, length), gradient.AsSpan(start, length));
                start += length;
            }

            foreach ((int offset, T[] values, OptimizerState<T>? own) in alone)
            {
                own?.BeginStep();
                own?.Update(0, values, gradient.AsSpan(offset, values.Length));
            }
        }

        foreach ((int offset, T[] values, _) in alone)
            Expect.SameBits<T>($"{string.Join("; ", (object[])groups)}, from {offset}", values, w.AsSpan(offset, values.Length));
    });

    [Fact]
    public void A_group_without_parameters_is_refused_with_their_names()
    {
        Model<T> model = Build();
        Refused("*/bais", "'*/bais'", "found none among", "dense_1/kernel, dense_1/bias, batch_normalization_1/gamma", "dense_2/bias");
        Refused("dense_1", "'dense_1'");
        Refused("*/moving_mean", "'*/moving_mean'"); // no weight

        void Refused(string pattern, params string[] parts) => Expect.Throws<ArgumentException>(
            () => new Adam { Groups = [new("*/bias"), new(pattern)] }.Start(model.Parameters), parts);
    }

    /// <summary>On a gradient of 1 plain descent adds up the rates: the first step's is that of step 0.</summary>
    [Fact]
    public void The_rate_is_the_schedules_at_every_step()
    {
        PiecewiseLinear rates = new((0, 0.5), (4, 0.25));
        OptimizerState<T> state = new SGD(rates).Start<T>(1);
        T[] w = [T.Zero];
        double sum = 0;
        for (int step = 0; step < 6; step++)
        {
            state.RateScale = step < 3 ? 1 : 0.5;
            state.BeginStep();
            state.Update(0, w, [T.One]);
            sum += rates.At(step) * state.RateScale;
            Assert.Equal(-sum, double.CreateChecked(w[0]), 1e-6);
        }
    }

    [Fact]
    public void A_schedule_that_gives_no_rate_ends_training()
    {
        OptimizerState<T> state = new SGD(new Falling()).Start<T>(1);
        state.BeginStep();
        Expect.Throws<InvalidOperationException>(state.BeginStep, "at least 0 after 1 steps, received -1 of Falling()");
    }

    /// <summary>Keras's rules: the first average is the weights themselves; trained weights alone; overwritten every so many steps.</summary>
    [Fact]
    public void A_moving_average_is_Keras() => ForAll(Seeds, static seed =>
    {
        Random random = new(seed);
        (double momentum, int? frequency) = (random.NextDouble(), random.Next(2) == 0 ? null : random.Next(1, 5));
        Model<T> model = Build();
        model.Freeze("dense_2");
        OptimizerState<T> state = new SGD(0.1) { MovingAverage = new(momentum, frequency) }.Start(model.Parameters);
        OptimizerState<T> plain = new SGD(0.1).Start<T>(model.ParameterCount);
        T[] w = model.Weights.ToArray(), expected = model.Weights.ToArray();
        double[] average = new double[w.Length];
        for (int step = 1; step <= Steps; step++)
        {
            T[] gradient = Numbers.Reals<T>(w.Length, seed + step);
            state.BeginStep();
            plain.BeginStep();
            foreach (Parameter<T> parameter in model.Parameters.Where(parameter => parameter.IsTrainable))
            {
                (int offset, int length) = (parameter.Offset, parameter.Shape.Elements);
                state.Update(offset, w.AsSpan(offset, length), gradient.AsSpan(offset, length));
                plain.Update(offset, expected.AsSpan(offset, length), gradient.AsSpan(offset, length));
                for (int i = offset; i < offset + length; i++)
                {
                    double value = double.CreateChecked(expected[i]);
                    average[i] = step == 1 ? value : (momentum * average[i]) + ((1 - momentum) * value);
                    expected[i] = frequency is { } steps && step % steps == 0 ? T.CreateChecked(average[i]) : expected[i];
                }
            }

            state.EndUpdate(w);
            Expect.Close<T>("weights", expected, w, typeof(T) == typeof(float) ? 1e-5 : 1e-13);
        }

        T[] untouched = (T[])w.Clone();
        state.Finish(w);
        foreach (Parameter<T> parameter in model.Parameters)
        {
            T[] end = [.. Enumerable.Range(parameter.Offset, parameter.Shape.Elements)
                .Select(i => parameter.IsTrainable ? T.CreateChecked(average[i]) : untouched[i])];
            Expect.Close<T>(parameter.Name, end, w.AsSpan(parameter.Offset, end.Length), typeof(T) == typeof(float) ? 1e-5 : 1e-13);
        }
    });

    /// <summary>Over weights and state alike; and at the end the slow ones win, whatever happened since.</summary>
    [Fact]
    public void Lookahead_is_two_lines_of_text() => ForAll(Seeds, static seed =>
    {
        Random random = new(seed);
        int every = random.Next(1, 4);
        PowerGrowth share = new(random.NextDouble(), Steps, 2);
        Model<T> model = Build();
        OptimizerState<T> state = new SGD(0.1) { Lookahead = new(every, share) }.Start(model.Parameters);
        T[] w = model.Weights.ToArray();
        double[] slow = [.. w.Select(double.CreateChecked)];
        for (int step = 1; step <= Steps; step++)
        {
            state.BeginStep();
            state.BeginUpdate(w);
            w = [.. w.Zip(Numbers.Reals<T>(w.Length, seed + step), (a, b) => a + b)]; // whatever changes weights
            double[] fast = [.. w.Select(double.CreateChecked)];
            state.EndUpdate(w);
            if (step % every == 0)
                fast = slow = [.. slow.Zip(fast, (a, b) => (share.At(step) * a) + ((1 - share.At(step)) * b))];
            Expect.Close<T>("weights", [.. fast.Select(T.CreateChecked)], w, typeof(T) == typeof(float) ? 1e-5 : 1e-13);
        }

        state.Finish(w);
        Expect.Close<T>("weights", [.. slow.Select(T.CreateChecked)], w, typeof(T) == typeof(float) ? 1e-5 : 1e-13);
    });

    [Fact]
    public void Shares_of_all_and_of_nothing_are_exact() => ForAll(Generators.Lengths, static c =>
    {
        T[] mean = Numbers.Reals<T>(c.Length, c.Seed), w = Numbers.Reals<T>(c.Length, c.Seed + 1), kept = (T[])mean.Clone();
        WeightMean.Average(kept, w, kept: 1);
        Expect.SameBits<T>("kept", mean, kept);
        WeightMean.Average(kept, w, kept: 0);
        Expect.SameBits<T>("taken", w, kept);
        WeightMean.Average(kept, mean, kept: 0.25);
        Expect.Close<T>("mixed", [.. mean.Zip(w, (a, b) => T.CreateChecked((0.75 * double.CreateChecked(a)) + (0.25 * double.CreateChecked(b))))], kept, 1e-6);
    });

    [Fact]
    public void Squares_are_summed_whatever_their_number() => ForAll(Generators.Lengths, static c =>
    {
        T[] x = Numbers.Integers<T>(c.Length * 40, c.Seed);
        Assert.Equal(x.Sum(value => double.CreateChecked(value * value)), SquareSum.Of<T>(x));
    });

    private static Optimizer Make(int kind, double rate, double? decay, params ParameterGroup[] groups) => kind switch
    {
        0 => new SGD(0.25 * rate, momentum: 0.5, nesterov: true, decay ?? 0.5) { Groups = groups },
        1 => new AdamW(0.25 * rate, decay ?? 0.5) { Groups = groups },
        _ => new RMSprop(0.25 * rate, momentum: 0.5, weightDecay: decay ?? 0.5) { Groups = groups },
    };

    private static Model<T> Build() =>
        new Sequential(new Dense(5), new BatchNormalization(), Activation.ReLU, new Dense(3, Activation.Softmax)).Build<T>(4, seed: 3);

    private sealed class Falling : Schedule
    {
        public override double At(int step) => 0.5 - (1.5 * step);

        public override void Describe(ConfigWriter config)
        {
        }
    }
}

public sealed class GroupFloatTests : GroupTests<float>;

public sealed class GroupDoubleTests : GroupTests<double>;
