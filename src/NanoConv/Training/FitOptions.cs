using NanoConv.Losses;
using NanoConv.Optimizers;

namespace NanoConv.Training;

/// <summary>How to train; the defaults are Keras's.</summary>
public sealed record FitOptions
{
    /// <summary>Passes over the training part.</summary>
    public int Epochs { get; init; } = 1;

    /// <summary>Examples a step.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>The share of the examples, from the end, that is held out for validation before any shuffling.</summary>
    public double ValidationSplit { get; init; }

    /// <summary>Whether the training part is put into a new order every epoch.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>
    /// Whether an epoch has whole batches alone, so that it leaves some examples out, others each time if they are shuffled. Where they are
    /// not enough for one batch, they are one all the same.
    /// </summary>
    public bool DropRemainder { get; init; }

    /// <summary>Steps after which training ends, in the midst of an epoch if need be; null for as many as the epochs have.</summary>
    public int? MaxSteps { get; init; }

    /// <summary>How gradients change parameters.</summary>
    public Optimizer Optimizer { get; init; } = new Adam();

    /// <summary>What is made small.</summary>
    public Loss Loss { get; init; } = new CategoricalCrossentropy();

    /// <summary>
    /// How often the loss of an example of each class counts, Keras's <c>class_weight</c>: 1 for classes that are not named; null for all alike.
    /// In training alone: validation counts all classes alike. As in Keras the sum is divided by the number of examples, not by that of their
    /// weights, and data whose examples have weights of their own are refused.
    /// </summary>
    public IReadOnlyDictionary<int, double>? ClassWeights { get; init; }

    /// <summary>The seed of shuffling, dropout, noise and augmentation.</summary>
    public int Seed { get; init; }

    /// <summary>Threads; 0 for as many as there are processors. The result does not depend on it.</summary>
    public int Threads { get; init; }

    /// <summary>Where checkpoints are kept, and where one to go on from is looked for: a <see cref="Models.CheckpointFolder"/>; null for none.</summary>
    public CheckpointStore? Checkpoints { get; init; }

    /// <summary>
    /// Told, before the first step, in a sentence each, of what is probably a mistake in the data: <c>Console.Error.WriteLine</c>, say.
    /// Without, the warnings are in <see cref="History.Warnings"/> alone.
    /// </summary>
    public Action<string>? Warn { get; init; }

    /// <summary>Told of every step and epoch.</summary>
    public IReadOnlyList<Callback> Callbacks { get; init; } = [];

    /// <summary>These options as far as they can be kept with a result: without threads, checkpoints, callbacks and listeners.</summary>
    internal FitOptions ToKeep() => this with { Threads = 0, Checkpoints = null, Warn = null, Callbacks = [] };

    /// <summary>Refuses what makes no sense for a number of examples; returns the length of the training part.</summary>
    internal int TrainingPart(int examples)
    {
        ArgumentNullException.ThrowIfNull(Optimizer);
        ArgumentNullException.ThrowIfNull(Loss);
        ArgumentNullException.ThrowIfNull(Callbacks);
        Check(Epochs >= 1, nameof(Epochs), "at least 1", Epochs);
        Check(BatchSize >= 1, nameof(BatchSize), "at least 1", BatchSize);
        Check(MaxSteps is null or >= 1, nameof(MaxSteps), "at least 1", MaxSteps ?? 0);
        Check(Threads >= 0, nameof(Threads), "at least 0", Threads);
        Check(ValidationSplit >= 0 && ValidationSplit < 1, nameof(ValidationSplit), "a number in [0, 1)", ValidationSplit);

        // Keras: split_at = int(floor(n * (1 − validation_split))), in double
        int training = (int)Math.Floor(examples * (1.0 - ValidationSplit));
        if (training == 0)
            throw new ArgumentException($"expected examples to train on, received {examples} of which {ValidationSplit:0.###} are for validation");
        return training;
    }

    /// <summary>Refuses a validation set without examples, and one beside a part of the training examples.</summary>
    internal void CheckValidation(int examples)
    {
        if (examples == 0)
            throw new ArgumentException("expected examples to validate on, received none; to train without, leave the validation set out");
        if (ValidationSplit != 0)
            throw new ArgumentException($"{nameof(ValidationSplit)}: expected 0 beside a validation set, received {ValidationSplit}");
    }

    private static void Check(bool holds, string name, string expected, object received)
    {
        if (!holds)
            throw new ArgumentOutOfRangeException(name, $"{name}: expected {expected}, received {received}");
    }
}
