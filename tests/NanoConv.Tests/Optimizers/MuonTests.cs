using System.Numerics;
using NanoConv.Tests.Checkpoints;

namespace NanoConv.Tests.Optimizers;

/// <summary>Newton and Schulz's iteration in other words, and fits whose kernels are taken whole.</summary>
public abstract class MuonTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly double Tolerance = typeof(T) == typeof(float) ? 2e-4 : 1e-11;

    private static readonly Muon Clipped = new(0.05, momentum: 0.8, weightDecay: 0.01, others: new AdamW(0.01))
    {
        Groups = [new("*/bias", rate: 2, decay: 0)],
        GlobalClipNorm = 0.5,
        Lookahead = new(3),
    };

    /// <summary>With one number in each row and column the singular values are these numbers: each takes the polynomial's way alone.</summary>
    [Fact]
    public void Singular_values_go_through_the_polynomial() => ForAll(Generators.Lengths, static c =>
    {
        Random random = new(c.Seed);
        (int columns, int steps) = ((c.Length % 12) + 1, random.Next(1, 6));
        int rows = columns + random.Next(5);
        int[] places = [.. Enumerable.Range(0, rows)];
        random.Shuffle(places);
        T[] y = new T[rows * columns];
        double[] values = [.. Enumerable.Range(0, columns).Select(_ => (2 * random.NextDouble()) - 1)];
        for (int column = 0; column < columns; column++)
            y[(places[column] * columns) + column] = T.CreateChecked(values[column]);
        double norm = Math.Sqrt(values.Sum(value => value * value)) + 1e-7;
        T[] expected = new T[y.Length];
        for (int column = 0; column < columns; column++)
        {
            double x = values[column] / norm;
            for (int step = 0; step < steps; step++)
                x = (3.4445 * x) - (4.7750 * x * x * x) + (2.0315 * x * x * x * x * x);
            expected[(places[column] * columns) + column] = T.CreateChecked(x);
        }

        Orthogonalization.NewtonSchulz(y.AsSpan(), columns, steps, new T[Orthogonalization.ScratchElements(columns)]);
        Expect.Close<T>("y", expected, y, Tolerance);
    });

    /// <summary>Columns end about orthogonal and about of length 1, whatever they were: |YᵀY − 1| stays below a half.</summary>
    [Fact]
    public void Columns_end_about_orthonormal() => ForAll(Generators.Lengths, static c =>
    {
        (int columns, int rows) = ((c.Length % 6) + 1, 40);
        T[] y = Numbers.Reals<T>(rows * columns, c.Seed, limit: 1 + c.Length);
        Orthogonalization.NewtonSchulz(y.AsSpan(), columns, 5, new T[Orthogonalization.ScratchElements(columns)]);
        for (int i = 0; i < columns; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                double sum = Enumerable.Range(0, rows).Sum(row => double.CreateChecked(y[(row * columns) + i] * y[(row * columns) + j]));
                Assert.InRange(sum, (i == j ? 1 : 0) - 0.6, (i == j ? 1 : 0) + 0.5);
            }
        }
    });

    [Fact]
    public void A_fit_resumed_after_any_step_ends_with_the_same_bits_on_any_threads()
    {
        MemoryStore store = new() { EverySteps = 1 };
        T[] whole = Fit(Clipped, store);
        foreach ((int step, byte[] checkpoint) in store.Checkpoints)
            Expect.SameBits<T>($"from step {step}", whole, Fit(Clipped, new MemoryStore { From = checkpoint }, seed: 99, threads: 1 + (step % 3)));
        Assert.Equal(13, store.Checkpoints.Count);
    }

    /// <summary>All others take the steps that they would take without: the first step's gradients are the same.</summary>
    [Fact]
    public void Other_parameters_are_the_others()
    {
        Model<T> muon = Step(new Muon(0.05, others: new SGD(0.1))), plain = Step(new SGD(0.1));
        foreach ((Parameter<T> one, Parameter<T> other) in muon.Parameters.Zip(plain.Parameters))
        {
            if (one.Shape.Rank == 4)
                Assert.NotEqual(other.Value.ToArray(), one.Value.ToArray());
            else
                Expect.SameBits<T>(one.Name, other.Value, one.Value);
        }

        static Model<T> Step(Optimizer optimizer)
        {
            Model<T> model = Build();
            new Trainer<T>(model, new FitOptions { BatchSize = 9, Optimizer = optimizer }).Step(new DatasetSlice<T>(new RecordingDataset<T>(26), 0, 9));
            return model;
        }
    }

    [Fact]
    public void Kernels_are_parts_of_their_own_and_the_plan_counts_their_room()
    {
        Model<T> model = Build();
        FitOptions options = new() { BatchSize = 20, Threads = 3, Optimizer = new Muon() }, plain = options with { Optimizer = new SGD() };
        TrainingStep<T> step = new(model, options, 20), plainStep = new(model, plain, 20);
        foreach (Parameter<T> kernel in model.Parameters.Where(parameter => parameter.Shape.Rank == 4))
            Assert.Contains(step.Plan.Parts, part => part.First == kernel.Offset && part.Length == kernel.Shape.Elements);
        Assert.Equal(model.TrainableCount, step.Plan.Parts.Sum(part => part.Length));
        int size = System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
        Assert.Equal(model.PlanMemory(options, 26).Optimizer, size * NumberArrays<T>.Elements(step.Optimizer));
        long more = model.PlanMemory(options, 26).Total - model.PlanMemory(plain, 26).Total;
        Assert.Equal(more, size * (NumberArrays<T>.Elements(step) - NumberArrays<T>.Elements(plainStep)));
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Expect.Throws<ArgumentOutOfRangeException>(() => _ = new Muon(steps: 0), "steps");
        Expect.Throws<ArgumentOutOfRangeException>(() => _ = new Muon(momentum: 1), "momentum");
        Expect.Throws<ArgumentException>(() => _ = new Muon(others: new Muon()), "Muon: expected another optimizer", "received Muon(");
        Expect.Throws<ArgumentException>(() => _ = new Muon(others: new SGD { Lookahead = new() }), "rate and decay alone", "lookahead");
        Expect.Throws<ArgumentException>(() => _ = new Muon(others: new SGD { ClipNorm = 1 }), "clipnorm 1");
        Assert.Equal(
            "Muon(learning_rate 0.02, momentum 0.95, nesterov True, steps 5, others [AdamW(learning_rate 0.001, beta1 0.9, beta2 0.999, epsilon 1E-07, "
            + "weight_decay 0.004)])", $"{new Muon()}");
        Model<T> large = Build(new SizeLimits(LargeModel: -1, Light: 0, LightShare: int.MaxValue));
        Expect.Throws<ArgumentException>(
            () => large.Fit(new RecordingDataset<T>(9), new FitOptions { Optimizer = new Muon() }),
            "Muon: expected a model whose gradients are held whole, received 'conv2d_1/kernel' of a large one");
        Model<T> model = Build();
        OptimizerState<T> state = new Muon().Start(model.Parameters);
        state.BeginStep();
        Expect.Throws<ArgumentException>(() => state.Update(0, new T[7], new T[7]), "expected a kernel whole, received 7 elements of one, from 0 on");
        Expect.Throws<ArgumentException>(() => state.Update(3, new T[7], new T[7]), "received 7 elements of one, from 3 on");
    }

    private static T[] Fit(Optimizer optimizer, CheckpointStore? checkpoints = null, int seed = 1, int threads = 1)
    {
        Model<T> model = Build(seed: seed);
        FitOptions options = new() { Epochs = 3, BatchSize = 7, Seed = 7, Threads = threads, Optimizer = optimizer, Checkpoints = checkpoints };
        model.Fit(new RecordingDataset<T>(26), options);
        return model.Weights.ToArray();
    }

    // The second kernel is wider than high.
    private static Model<T> Build(SizeLimits? limits = null, int seed = 1) => new Sequential(
        new Conv2D(4, 3, padding: Padding.Same),
        new BatchNormalization(),
        Activation.ReLU,
        new Conv2D(7, 1, kernelRegularizer: new L2(1e-3)),
        new Flatten(),
        new Dense(3, Activation.Softmax)).Build<T>((4, 6, 2), seed, given: null, limits ?? SizeLimits.Default);
}

public sealed class MuonFloatTests : MuonTests<float>;

public sealed class MuonDoubleTests : MuonTests<double>;
