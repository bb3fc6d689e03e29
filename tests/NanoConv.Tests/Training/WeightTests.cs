using FsCheck;
using FsCheck.Fluent;

namespace NanoConv.Tests.Training;

/// <summary>Weights of examples and of classes: how often a loss counts, in training and in validation.</summary>
public sealed class WeightTests : PropertySuite
{
    private static readonly Optimizer Standstill = new SGD(1e-300);

    /// <summary>The textbook's meaning: an example of weight k is there k times, one of weight 0 is not there.</summary>
    [Fact]
    public void A_weight_is_how_often_an_example_is_there() => ForAll(Cases, static c =>
    {
        Random random = new(c.Seed);
        int[] times = [.. Enumerable.Range(0, c.Examples).Select(_ => random.Next(4))];
        times[0] = 1;
        TensorDataset<double> data = Data(c.Examples, c.Seed);
        WeightedDataset<double> weighted = new(data, [.. times.Select(count => (double)count)]);
        int[] places = [.. times.Index().SelectMany(entry => Enumerable.Repeat(entry.Index, entry.Item))];
        Picked repeated = new(data, places);
        FitOptions options = new()
        {
            BatchSize = 200,
            Loss = new CategoricalCrossentropy(labelSmoothing: 0.1, reduction: Reduction.Sum),
            Optimizer = new SGD(0.05),
            Threads = 1 + (c.Seed % 3),
        };
        Model<double> one = Model(), other = Model();
        Expect.Close(new Trainer<double>(other, options).Step(repeated).Loss, new Trainer<double>(one, options).Step(weighted).Loss, 1e-12);
        Expect.Close("weights", other.Weights, one.Weights, 1e-11);
        Expect.Close(Model().Evaluate(repeated, options.Loss).Loss, Model().Evaluate(weighted, options.Loss).Loss, 1e-12);
    }, share: 0.2);

    /// <summary>The sum of w·l divided by n, not by Σ w: Keras's sum_over_batch_size. Accuracies count all examples alike.</summary>
    [Fact]
    public void A_mean_is_divided_by_the_number_of_examples() => ForAll(Cases, static c =>
    {
        Model<double> model = Model();
        double[] weights = [.. Numbers.Reals<double>(c.Examples, c.Seed).Select(value => 1 + value)];
        TensorDataset<double> data = Data(c.Examples, c.Seed);
        WeightedDataset<double> weighted = new(data, weights);
        double expected = 0;
        for (int i = 0; i < c.Examples; i++)
            expected += weights[i] * model.Evaluate(new DatasetSlice<double>(data, i, 1)).Loss / c.Examples;
        FitOptions options = new() { BatchSize = c.Batch, Optimizer = Standstill, Threads = 1, Seed = c.Seed };
        EpochRecord epoch = model.Fit(weighted, weighted, options).Epochs[0];
        Evaluation evaluation = model.Evaluate(weighted);
        Assert.Equal([expected, expected, expected], new[] { epoch.Loss, epoch.ValidationLoss!.Value, evaluation.Loss }, (a, b) => Math.Abs(a - b) < 1e-12);
        double accuracy = model.Evaluate(data).Accuracy;
        Assert.Equal([accuracy, accuracy, accuracy], [epoch.Accuracy, epoch.ValidationAccuracy, evaluation.Accuracy]);
    }, share: 0.2);

    /// <summary>A split takes the weights along, and a shuffled order finds each example's.</summary>
    [Fact]
    public void Weights_of_weights_are_multiplied()
    {
        TensorDataset<double> data = new(new Tensor<double>((3, 2)), [0, 1, 0], 2);
        WeightedDataset<double> twice = new(new WeightedDataset<double>(data, [2, 3, 0.5]), [0.5, 2, 4]);
        Assert.Equal([1, 6, 2], Enumerable.Range(0, 3).Select(twice.Weight));
    }

    [Fact]
    public void Weights_go_with_their_examples()
    {
        int[] weights = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
        Model<double> model = Model();
        TensorDataset<double> data = Data(10, seed: 4);
        WeightedDataset<double> weighted = new(data, [.. weights.Select(weight => (double)weight)]);
        double[] losses = [.. Enumerable.Range(0, 10).Select(i => model.Evaluate(new DatasetSlice<double>(data, i, 1)).Loss)];
        FitOptions options = new() { BatchSize = 3, ValidationSplit = 0.4, Optimizer = Standstill, Threads = 1, Seed = 8 };
        EpochRecord epoch = model.Fit(weighted, options).Epochs[0];
        Expect.Close(Enumerable.Range(0, 6).Sum(i => weights[i] * losses[i]) / 6, epoch.Loss, 1e-12);
        Expect.Close(Enumerable.Range(6, 4).Sum(i => weights[i] * losses[i]) / 4, epoch.ValidationLoss!.Value, 1e-12);
        DatasetSlice<double> slice = new(weighted, 2, 3);
        DatasetSlice<double> plain = new(data, 0, 1);
        Assert.Equal((true, 3.0, false, 1.0), (slice.IsWeighted, slice.Weight(0), plain.IsWeighted, plain.Weight(0)));
    }

    [Fact]
    public void Weights_of_one_change_no_bit() => ForAll(Cases, static c =>
    {
        TensorDataset<double> data = Data(c.Examples, c.Seed);
        FitOptions options = new() { Epochs = 2, BatchSize = c.Batch, Threads = 2, Seed = c.Seed };
        double[] plain = Fit(data, options), weighted = Fit(new WeightedDataset<double>(data, Ones()), options), classes = Fit(data, Named());
        Expect.SameBits<double>("weights of examples", plain, weighted);
        Expect.SameBits<double>("weights of classes", plain, classes);

        double[] Ones() => [.. Enumerable.Repeat(1.0, c.Examples)];

        FitOptions Named() => options with { ClassWeights = new Dictionary<int, double> { [1] = 1 } };
    }, share: 0.1);

    /// <summary>To the bit. Classes that are not named weigh 1, and validation knows nothing of it.</summary>
    [Fact]
    public void Weights_of_classes_are_those_of_their_examples_in_training() => ForAll(Cases, static c =>
    {
        TensorDataset<double> data = Data(c.Examples, c.Seed), held = Data(9, c.Seed + 1);
        double[] target = new double[3], weights = [.. Enumerable.Range(0, c.Examples).Select(i =>
        {
            data.CopyTarget(i, target);
            return target[0] == 1 ? 0.25 : target[2] == 1 ? 3 : 1.0;
        })];
        FitOptions options = new() { BatchSize = c.Batch, Threads = 1 + (c.Seed % 3), Seed = c.Seed };
        Model<double> byClass = Model(), byExample = Model();
        EpochRecord one = byClass.Fit(data, held, options with { ClassWeights = Weights }).Epochs[0];
        EpochRecord other = byExample.Fit(new WeightedDataset<double>(data, weights), held, options).Epochs[0];
        Expect.SameBits<double>("weights", byExample.Weights, byClass.Weights);
        Assert.Equal((other.Loss, other.Accuracy, other.ValidationLoss), (one.Loss, one.Accuracy, one.ValidationLoss));
        Expect.Close(byClass.Evaluate(held).Loss, one.ValidationLoss!.Value, 1e-13);
    }, share: 0.1);

    /// <summary>A target of ½ is class 0, as Keras rounds it.</summary>
    [Fact]
    public void One_output_of_two_classes_takes_a_weight_for_each()
    {
        double[] targets = [0, 1, 0.5, 0.75];
        TensorDataset<double> data = new(new Tensor<double>((4, 1), [1, -2, 3, 0.5]), new Tensor<double>((4, 1), targets));
        Model<double> byClass = Model(), byExample = Model();
        FitOptions options = new() { BatchSize = 4, Loss = new BinaryCrossentropy(), Threads = 1 };
        byClass.Fit(data, options with { ClassWeights = new Dictionary<int, double> { [0] = 2, [1] = 5 } });
        byExample.Fit(new WeightedDataset<double>(data, [2, 5, 2, 5]), options);
        Expect.SameBits<double>("weights", byExample.Weights, byClass.Weights);

        static Model<double> Model() => new Sequential(new Dense(1, Activation.Sigmoid)).Build<double>(1, seed: 1);
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        TensorDataset<double> data = Data(4, seed: 1);
        Expect.Throws<ArgumentException>(() => _ = new WeightedDataset<double>(data, [1, 1, 1]), "expected 4 weights", "received 3");
        foreach (double wrong in (double[])[-1, double.NaN, double.PositiveInfinity])
        {
            Expect.Throws<ArgumentException>(() => _ = new WeightedDataset<double>(data, [1, wrong, 1, 1]), "at least 0", "for example 1");
            Refused(data, wrong, 0, "ClassWeights: expected finite weights of at least 0", "for class 0");
        }

        Refused(data, 1, 3, "ClassWeights: expected classes from 0 to 2, received 3");
        Refused(data, 1, -1, "ClassWeights: expected classes from 0 to 2, received -1");
        Refused(new WeightedDataset<double>(data, [1, 1, 1, 1]), 1, 0, "ClassWeights: expected none beside weights of the examples");
        FitOptions weights = new() { ClassWeights = Weights };
        Expect.Throws<ArgumentException>(
            () => Model().Fit(data, weights with { Loss = new OwnQuantities() }), "ClassWeights: expected a loss by which every example is of one class");
        Expect.Throws<ArgumentException>(
            () => new Trainer<double>(Model(), weights).Step(new WeightedDataset<double>(data, [1, 1, 1, 1])), "ClassWeights: expected none beside");

        static void Refused(IDataset<double> data, double weight, int index, params string[] parts)
        {
            FitOptions options = new() { ClassWeights = new Dictionary<int, double> { [index] = weight } };
            Expect.Throws<ArgumentException>(() => Model().Fit(data, options), parts);
        }
    }

    [Fact]
    public void A_fit_is_not_resumed_with_other_weights_of_classes()
    {
        Checkpoints.MemoryStore store = new();
        FitOptions options = new() { ClassWeights = Weights, Checkpoints = store, Threads = 1 };
        TensorDataset<double> data = Data(5, seed: 1);
        Model().Fit(data, options);
        FitOptions same = options with { Epochs = 2, Checkpoints = new Checkpoints.MemoryStore { From = store.Checkpoints[0] } };
        Expect.Throws<ArgumentException>(() => Model().Fit(data, same with { ClassWeights = null }), "class_weights 0: 0.25, 2: 3 then, (not given) now");
        Expect.SameBits<double>("weights", Fit(data, options with { Epochs = 2, Checkpoints = null }), Fit(data, same));
    }

    private static Dictionary<int, double> Weights => new() { [2] = 3, [0] = 0.25 };

    private static Arbitrary<(int Examples, int Batch, int Seed)> Cases => Arb.From(
        from examples in Gen.Choose(1, 30)
        from batch in Gen.Choose(1, 35)
        from seed in Gen.Choose(0, 1000)
        select (examples, batch, seed));

    private static double[] Fit(IDataset<double> data, FitOptions options)
    {
        Model<double> model = Model();
        model.Fit(data, options);
        return model.Weights.ToArray();
    }

    private static Model<double> Model() =>
        new Sequential(new Dense(6, Activation.Tanh), new Dense(3, Activation.Softmax)).Build<double>(4, seed: 2);

    private static TensorDataset<double> Data(int examples, int seed)
    {
        Random random = new(seed);
        int[] labels = [.. Enumerable.Range(0, examples).Select(_ => random.Next(3))];
        return new TensorDataset<double>(new Tensor<double>((examples, 4), Numbers.Reals<double>(examples * 4, seed)), labels, 3);
    }

    /// <summary>Examples of another set, in any order and as often as one likes.</summary>
    private sealed class Picked(IDataset<double> data, int[] places) : IDataset<double>
    {
        public int Count => places.Length;

        public Shape InputShape => data.InputShape;

        public int Classes => data.Classes;

        public void CopyInput(int index, Span<double> destination) => data.CopyInput(places[index], destination);

        public void CopyTarget(int index, Span<double> destination) => data.CopyTarget(places[index], destination);
    }

    private sealed class OwnQuantities : Loss
    {
        public override bool TakesLogits => false;

        public override AccuracyKind AccuracyKind => AccuracyKind.None;

        public override T Evaluate<T>(Span<T> gradient, ReadOnlySpan<T> output, ReadOnlySpan<T> target, T scale) => T.Zero;
    }
}
