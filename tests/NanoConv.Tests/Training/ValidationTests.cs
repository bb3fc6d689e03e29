using FsCheck;
using FsCheck.Fluent;

namespace NanoConv.Tests.Training;

/// <summary>What training is validated on: a part of its data, or a set of its own, with classes that it has seen.</summary>
public sealed class ValidationTests : PropertySuite
{
    /// <summary>The same examples, cut by the split or given as two sets: the same bits.</summary>
    [Fact]
    public void A_set_of_its_own_gives_what_the_split_gives() => ForAll(Cuts, static c =>
    {
        (int training, int validation, int seed) = c;
        int count = training + validation;
        FitOptions options = new() { Epochs = 2, BatchSize = 4, Seed = seed, Threads = 1 };
        RecordingDataset<double> data = new(count);
        double split = 1 - ((training + 0.5) / count);
        (double[] weights, History history) = Trained(model => model.Fit(data, options with { ValidationSplit = split }));
        Same(model => model.Fit(new DatasetSlice<double>(data, 0, training), new DatasetSlice<double>(data, training, validation), options));

        (Tensor<double> inputs, int[] labels, Tensor<double> targets) = Examples(data, 0, training);
        (Tensor<double> held, int[] heldLabels, Tensor<double> heldTargets) = Examples(data, training, validation);
        Same(model => model.Fit(inputs, labels, held, heldLabels, options));
        Same(model => model.Fit(inputs, targets, held, heldTargets, options));

        void Same(Func<Model<double>, History> fit)
        {
            (double[] again, History told) = Trained(fit);
            Expect.SameBits<double>("weights", weights, again);
            Assert.Equal(history.Epochs.Select(Untimed), told.Epochs.Select(Untimed));
            Assert.Equal(history.Warnings, told.Warnings);
        }
    }, share: 0.25);

    [Fact]
    public void A_set_of_its_own_and_a_part_of_the_data_are_refused_together()
    {
        RecordingDataset<double> data = new(8);
        Model<double> model = FitTests<double>.Model();
        Expect.Throws<ArgumentException>(
            () => model.Fit(data, data, new FitOptions { ValidationSplit = 0.25 }), "ValidationSplit: expected 0 beside a validation set", "received 0.25");
        Expect.Throws<ArgumentException>(() => model.Fit(data, new DatasetSlice<double>(data, 0, 0)), "expected examples to validate on, received none");
        Expect.Throws<ArgumentException>(() => model.Fit(new DatasetSlice<double>(data, 0, 0), data), "expected examples to train on, received 0");
        Expect.Throws<ArgumentException>(() => model.Fit(data, Labelled((4, 6, 3), 0, 1)), "expected inputs of shape (4, 6, 2)", "(4, 6, 3)");
        Expect.Throws<ArgumentException>(() => model.Fit(Labelled((4, 6, 3), 0, 1), data), "expected inputs of shape (4, 6, 2)", "(4, 6, 3)");
        TensorDataset<double> four = new(new Tensor<double>((2, 4, 6, 2)), [0, 3], classes: 4);
        Expect.Throws<ArgumentException>(() => model.Fit(data, four), "expected 3 classes", "received 4");
        Assert.Throws<ArgumentNullException>(() => model.Fit(data, (IDataset<double>)null!));
        Assert.Empty(data.Visited);
    }

    [Fact]
    public void Labels_sorted_by_class_are_warned_of_before_the_first_step()
    {
        Model<double> model = FitTests<double>.Model();
        List<string> told = [];
        bool hasBegun = false;
        FitOptions options = new()
        {
            ValidationSplit = 0.5,
            Threads = 1,
            Callbacks = [new OnStep(_ => hasBegun = true)],
            Warn = Told,
        };
        History history = model.Fit(Labelled((4, 6, 2), 0, 0, 0, 0, 0, 1, 1, 1, 2, 2), options);
        Assert.Equal(told, history.Warnings);
        string warning = Assert.Single(told);
        Assert.Contains("found none of 2 of the classes (1, 2), which 5 of 5 validation examples have", warning, StringComparison.Ordinal);
        Assert.Contains("sorted by class", warning, StringComparison.Ordinal);

        history = model.Fit(Labelled((4, 6, 2), 0, 1, 0, 0, 0, 1, 1, 1, 2, 2), options);
        Assert.Contains("found none of class 2, which 2 of 5 validation examples have", Assert.Single(history.Warnings), StringComparison.Ordinal);
        Assert.Single(model.Fit(Labelled((4, 6, 2), 0, 1), Labelled((4, 6, 2), 0, 2), new FitOptions { Threads = 1 }).Warnings);

        void Told(string text)
        {
            Assert.False(hasBegun && told.Count == 0);
            told.Add(text);
        }
    }

    /// <summary>Against the sets of classes themselves; nobody who listens and nobody who does not is told otherwise.</summary>
    [Fact]
    public void Exactly_classes_that_training_lacks_are_warned_of() => ForAll(Labelings, static c =>
    {
        int[] labels = c.Labels;
        int training = labels.Length / 2;
        int[] missing = [.. labels[training..].Except(labels[..training]).Order()];
        Model<double> model = new Sequential(new Flatten(), new Dense(12, Activation.Softmax)).Build<double>(1);
        History history = model.Fit(
            new TensorDataset<double>(new Tensor<double>((labels.Length, 1)), labels, 12), new FitOptions { ValidationSplit = 0.5, Threads = 1 });
        Assert.Equal(missing.Length == 0 ? 0 : 1, history.Warnings.Count);
        if (missing.Length == 1)
            Assert.Contains($"class {missing[0]},", history.Warnings[0], StringComparison.Ordinal);
        else if (missing.Length > 1)
            Assert.Contains($"{missing.Length} of the classes ({string.Join(", ", missing.Take(10))}", history.Warnings[0], StringComparison.Ordinal);
    });

    /// <summary>A soft label is of the class that it gives most to; numbers that are no probabilities are of none.</summary>
    [Fact]
    public void Soft_labels_have_classes_and_other_numbers_have_none()
    {
        Tensor<double> inputs = new((2, 3));
        Model<double> classes = new Sequential(new Dense(2, Activation.Softmax)).Build<double>(3);
        FitOptions half = new() { ValidationSplit = 0.5, Threads = 1 };
        Assert.Single(classes.Fit(inputs, new Tensor<double>((2, 2), [0.75, 0.25, 0.375, 0.625]), half).Warnings);
        Assert.Empty(classes.Fit(inputs, new Tensor<double>((2, 2), [0.25, 0.75, 0.375, 0.625]), half).Warnings);

        Assert.Null(ClassCoverage.Warning(Numbers(0.75, 0.5), Numbers(0.25, 0.75)));
        Assert.Null(ClassCoverage.Warning(Numbers(1, 0), Numbers(-1, 2)));
        Assert.Null(ClassCoverage.Warning(Numbers(2, -1), Numbers(0, 1)));
        Assert.NotNull(ClassCoverage.Warning(Numbers(1, 0), Numbers(0, 1)));

        static TensorDataset<double> Numbers(params double[] targets) =>
            new(new Tensor<double>((1, 3)), new Tensor<double>((1, targets.Length), targets));
    }

    private static Arbitrary<(int Training, int Validation, int Seed)> Cuts =>
        (from training in Gen.Choose(1, 20)
         from validation in Gen.Choose(1, 20)
         from seed in Gen.Choose(0, 999)
         select (training, validation, seed)).ToArbitrary();

    private static Arbitrary<Labeling> Labelings =>
        Gen.Choose(0, 11).ArrayOf().Where(labels => labels.Length >= 2).Select(labels => new Labeling(labels)).ToArbitrary();

    private static TensorDataset<double> Labelled(Shape picture, params int[] labels) => new(new Tensor<double>(picture.Batch(labels.Length)), labels, 3);

    private static (double[] Weights, History History) Trained(Func<Model<double>, History> fit)
    {
        Model<double> model = FitTests<double>.Model();
        History history = fit(model);
        return (model.Weights.ToArray(), history);
    }

    private static (Tensor<double> Inputs, int[] Labels, Tensor<double> Targets) Examples(IDataset<double> data, int start, int count)
    {
        Tensor<double> inputs = new(data.InputShape.Batch(count)), targets = new((count, data.Classes));
        int[] labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            Span<double> target = targets.AsSpan().Slice(i * data.Classes, data.Classes);
            data.CopyInput(start + i, inputs.AsSpan().Slice(i * data.InputShape.Elements, data.InputShape.Elements));
            data.CopyTarget(start + i, target);
            labels[i] = target.IndexOf(1.0);
        }

        return (inputs, labels, targets);
    }

    private static EpochRecord Untimed(EpochRecord epoch) => epoch with { TrainingSeconds = 0, ImagesPerSecond = 0 };

    private sealed record Labeling(int[] Labels)
    {
        public override string ToString() => string.Join(", ", Labels);
    }
}
