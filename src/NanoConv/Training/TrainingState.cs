using System.Globalization;
using NanoConv.Descriptions;
using NanoConv.Losses;

namespace NanoConv.Training;

/// <summary>Where training is. One object for a whole fit, updated in place; copy what is to be kept.</summary>
public sealed class TrainingState
{
    private const string ScaleName = "learning_rate_scale";

    private readonly int batchSize;
    private readonly int? maxSteps;
    private double learningRateScale = 1;

    internal TrainingState(int examples, FitOptions options)
    {
        History = new History { Options = options };
        (Epochs, batchSize, maxSteps) = (options.Epochs, options.BatchSize, options.MaxSteps);
        AllExamples = examples;
        Examples = options.DropRemainder && examples > batchSize ? examples - (examples % batchSize) : examples;
        StepsPerEpoch = (int)(((long)Examples + batchSize - 1) / batchSize);
    }

    /// <summary>A copy of the weights that are trained, none yet: for callbacks that keep the best.</summary>
    internal Func<KeptWeights?> NewKeptWeights { get; init; } = static () => null;

    /// <summary>Epochs of the fit.</summary>
    public int Epochs { get; }

    /// <summary>Examples of an epoch, those not among them that <see cref="FitOptions.DropRemainder"/> leaves out.</summary>
    public int Examples { get; }

    /// <summary>All that an epoch's are drawn from.</summary>
    internal int AllExamples { get; }

    /// <summary>Steps of the whole fit, if nothing ends it before.</summary>
    internal int AllSteps => (int)Math.Min((long)Epochs * StepsPerEpoch, maxSteps ?? int.MaxValue);

    /// <summary>Examples that every epoch is validated on; 0 without validation.</summary>
    public int ValidationExamples { get; init; }

    /// <summary>Steps of an epoch.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>The epoch, from 1.</summary>
    public int Epoch { get; internal set; }

    /// <summary>The step in the epoch, from 1.</summary>
    public int Step { get; internal set; }

    /// <summary>Examples that have been used in the epoch.</summary>
    public int ExamplesSeen { get; internal set; }

    /// <summary>Mean loss of the epoch so far, weighted by batch size.</summary>
    public double Loss => ExamplesSeen == 0 ? 0 : LossSum / ExamplesSeen;

    /// <summary>Accuracy of the epoch so far; NaN without <see cref="HasAccuracy"/>.</summary>
    public double Accuracy => !HasAccuracy ? double.NaN : ExamplesSeen == 0 ? 0 : (double)Correct / Answers;

    /// <summary>Whether anything is right or wrong, as the loss sees it: of quantities nothing is.</summary>
    public bool HasAccuracy => AnswersOfExample > 0;

    /// <summary>Seconds of the epoch's training part so far.</summary>
    public double TrainingSeconds { get; internal set; }

    /// <summary>Set to end the fit after this epoch.</summary>
    public bool StopTraining { get; set; }

    /// <summary>
    /// The learning rate of the steps to come is so many times the optimizer's, whatever its schedule says; at least 0, and 1 unless a
    /// callback sets it. Checkpoints keep it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double LearningRateScale
    {
        get => learningRateScale;
        set => learningRateScale = CheckScale(value);
    }

    /// <summary>The learning rate of the next step; NaN where the fit's options are not known.</summary>
    public double LearningRate => History.Options is { } options ? options.Optimizer.LearningRate.At(StepsTaken) * LearningRateScale : double.NaN;

    /// <summary>The finished epochs, also those before the fit was resumed.</summary>
    public History History { get; }

    internal double LossSum { get; set; }

    internal long Correct { get; set; }

    /// <summary>Answers that may be right or wrong, of each example.</summary>
    internal int AnswersOfExample { get; init; } = 1;

    /// <summary>Whether an epoch has begun and is not in the history yet.</summary>
    internal bool IsInEpoch => Epoch > History.Epochs.Count;

    /// <summary>Steps of all epochs so far.</summary>
    internal int StepsTaken => Epoch == 0 ? 0 : ((Epoch - 1) * StepsPerEpoch) + Step;

    private long Answers => (long)ExamplesSeen * AnswersOfExample;

    /// <summary>Whether there are as many steps as training is to have at most.</summary>
    internal bool IsAtLastStep => StepsTaken == maxSteps;

    internal void BeginEpoch(int epoch)
    {
        (Epoch, Step, ExamplesSeen, Correct) = (epoch, 0, 0, 0);
        (LossSum, TrainingSeconds) = (0, 0);
    }

    /// <summary>What a learning rate may be multiplied with.</summary>
    internal static double CheckScale(double value) => IsScale(value)
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), $"{nameof(LearningRateScale)}: expected a finite number of at least 0, received {value}");

    /// <summary>Keeps it in a checkpoint, between two steps.</summary>
    internal void Save(SavedState saved)
    {
        saved.Set("epoch", Epoch);
        saved.Set("step", Step);
        saved.Set("examples_seen", ExamplesSeen);
        saved.Set("correct", Correct.ToString(CultureInfo.InvariantCulture));
        saved.Set("loss_sum", LossSum);
        saved.Set("training_seconds", TrainingSeconds);
        saved.Set("stop_training", $"{StopTraining}");
        if (LearningRateScale != 1)
            saved.Set(ScaleName, LearningRateScale);
        saved.Set<double>("history", EpochRecord.ToNumbers(History.Epochs));
    }

    /// <summary>Becomes what was saved; the state of a fit whose settings are the same, but for its epochs.</summary>
    /// <exception cref="InvalidDataException">It is no such state; this one is as it was.</exception>
    /// <exception cref="ArgumentException">It has more epochs than this fit is to have.</exception>
    internal void Restore(SavedState saved)
    {
        (int epoch, int step) = (saved.Whole("epoch"), saved.Whole("step"));
        int seen = saved.Whole("examples_seen");
        if (!PlainNumber.TryCount(saved.Text("correct"), out long correct))
            throw saved.Mistake("correct", $"expected a count, found '{saved.Text("correct")}'");
        (double lossSum, double seconds, bool stop) = (saved.Number("loss_sum"), saved.Number("training_seconds"), saved.Text("stop_training") == $"{true}");
        EpochRecord[] epochs = EpochRecord.FromNumbers(saved, "history");
        bool isInEpoch = epoch == epochs.Length + 1 && step > 0 && step < StepsPerEpoch && seen == step * batchSize;
        bool isAtLastStep = ((epoch - 1L) * StepsPerEpoch) + step == maxSteps && step < StepsPerEpoch && seen == step * batchSize;
        bool isBetween = epoch == epochs.Length && (epoch == 0 ? step == 0 && seen == 0 : (step == StepsPerEpoch && seen == Examples) || isAtLastStep);
        if (!(isInEpoch || isBetween) || correct > (long)seen * AnswersOfExample || epochs.Index().Any(next => next.Item.Epoch != next.Index + 1))
            throw saved.Mistake("epoch", $"expected a place in training, found epoch {epoch}, step {step}, {seen} examples, {epochs.Length} epochs finished");
        double scale = saved.Has(ScaleName) ? saved.Number(ScaleName) : 1;
        if (!IsScale(scale))
            throw saved.Mistake(ScaleName, $"expected a finite number of at least 0, found {scale}");
        if (epoch > Epochs)
            throw new ArgumentException($"Epochs: expected at least {epoch}, which '{saved.Source}' has come to, received {Epochs}");
        (Epoch, Step, ExamplesSeen, Correct) = (epoch, step, seen, correct);
        (LossSum, TrainingSeconds, StopTraining) = (lossSum, seconds, stop);
        learningRateScale = scale;
        foreach (EpochRecord record in epochs)
            History.Add(record);
    }

    private static bool IsScale(double value) => value >= 0 && double.IsFinite(value);
}
