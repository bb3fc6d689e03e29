using System.Numerics;
using NanoConv.Data;
using NanoConv.Graphs;
using NanoConv.Schedules;

namespace NanoConv.Training;

/// <summary>
/// Tries learning rates, each step a greater one, and tells what became of the loss (Smith, 2017, "Cyclical Learning Rates"): a good rate is
/// one at which it falls fastest, some way before the least loss. The model ends as it was.
/// </summary>
/// <example><code>IReadOnlyList&lt;LearningRatePoint&gt; points = new LearningRateFinder(1e-5, 1).Run(model, data, options);</code></example>
public sealed class LearningRateFinder
{
    private readonly ExponentialDecay rates;
    private readonly int steps;
    private readonly double divergence;

    /// <summary>Specifies the rates.</summary>
    /// <param name="from">The first one, above 0.</param>
    /// <param name="to">The last one, above the first.</param>
    /// <param name="steps">Steps from one to the other, at least 2; each rate is as many times the one before.</param>
    /// <param name="divergence">It ends early where a loss is more than so many times the least before, above 1; or where it is no number.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is out of its range.</exception>
    public LearningRateFinder(double from = 1e-7, double to = 10, int steps = 100, double divergence = 4)
    {
        if (!(from > 0 && to > from && double.IsFinite(to / from)))
            throw new ArgumentOutOfRangeException(nameof(to), $"{nameof(LearningRateFinder)}: expected rates that rise from above 0, received {from} to {to}");
        if (steps < 2)
            throw new ArgumentOutOfRangeException(nameof(steps), $"{nameof(LearningRateFinder)}: expected at least two steps, received {steps}");
        if (!(divergence > 1))
            throw new ArgumentOutOfRangeException(nameof(divergence), $"{nameof(LearningRateFinder)}: expected a number above 1, received {divergence}");
        (rates, this.steps, this.divergence) = (new ExponentialDecay(from, steps - 1, to / from), steps, divergence);
    }

    /// <summary>Trains a little, and puts the model back.</summary>
    /// <param name="model">The model; the weights that it has are what every try begins with.</param>
    /// <param name="data">The examples, of which the training part is used, epoch after epoch if there are too few.</param>
    /// <param name="options">
    /// How; of its optimizer all but the rate (Muon's others keep theirs). Batches are whole; epochs, checkpoints and callbacks are not looked at.
    /// </param>
    /// <param name="cancellation">Ends it after the current step.</param>
    /// <typeparam name="T">The number type.</typeparam>
    /// <returns>A point a step, the one at which the loss went away included if it is a number.</returns>
    /// <exception cref="ArgumentException">Data, network and options do not fit one another.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the model is as it was.</exception>
    /// <exception cref="InvalidOperationException">It is called from within an edit, a fit's step, Evaluate or Predict.</exception>
    public IReadOnlyList<LearningRatePoint> Run<T>(
        Model<T> model, IDataset<T> data, FitOptions? options = null, CancellationToken cancellation = default)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new FitOptions();
        Inference.Check(model, data, options.Loss);
        ClassWeighting.Check(options, data);
        DatasetSlice<T> training = new(data, 0, options.TrainingPart(data.Count));
        T[] before = model.Weights.ToArray();
        try
        {
            return Try(model, training, options, cancellation);
        }
        finally
        {
            model.Edit(before.CopyTo);
        }
    }

    private List<LearningRatePoint> Try<T>(Model<T> model, DatasetSlice<T> training, FitOptions options, CancellationToken cancellation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TrainingStep<T> step = new(model, options, Math.Min(options.BatchSize, training.Count));
        step.Optimizer.Rates = rates;
        int[] order = [.. Enumerable.Range(0, training.Count)];
        int examples = new TrainingState(training.Count, options with { DropRemainder = true }).Examples; // a smaller batch's loss compares with none
        List<LearningRatePoint> points = [];
        double least = double.PositiveInfinity;
        for (int taken = 0, epoch = 0, seen = examples; taken < steps; taken++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (seen == examples)
            {
                (seen, epoch) = (0, epoch + 1);
                if (options.Shuffle)
                    FitLoop.Shuffle(order, options.Seed, epoch);
            }

            int count = Math.Min(options.BatchSize, examples - seen);
            if (LossOf(step, training, order, (seen, count), (epoch, taken + 1)) is not { } loss)
                break;
            seen += count;
            points.Add(new LearningRatePoint(rates.At(taken), loss));
            if (loss > least + ((divergence - 1) * Math.Abs(least)))
                break;
            least = Math.Min(least, loss);
        }

        return points;
    }

    // Null where it is no number any more.
    private static double? LossOf<T>(
        TrainingStep<T> step, DatasetSlice<T> training, int[] order, (int Start, int Count) batch, (int Epoch, int Step) place)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        try
        {
            return step.Run(training, order, batch.Start, batch.Count, place).Loss;
        }
        catch (NonFiniteLossException)
        {
            return null;
        }
    }
}
