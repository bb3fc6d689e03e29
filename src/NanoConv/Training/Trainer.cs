using System.Numerics;
using NanoConv.Data;
using NanoConv.Graphs;
using NanoConv.Layers;
using NanoConv.Tensors;

namespace NanoConv.Training;

/// <summary>
/// Training step by step, for loops of one's own: in which order batches come, what happens between them and when it ends is the caller's.
/// A step is one of <see cref="ModelTraining.extension{T}(Model{T}).Fit(IDataset{T}, FitOptions, CancellationToken)"/>, bit for bit.
/// </summary>
/// <remarks>It is for one thread at a time; a step itself uses several.</remarks>
/// <example><code>
/// Trainer&lt;float&gt; trainer = new(model, new FitOptions { Optimizer = new SGD(0.1), BatchSize = 64 });
/// StepResult step = trainer.Step(pictures, labels);
/// ReadOnlySpan&lt;float&gt; gradient = trainer.Gradient(model.Parameters[0]);
/// </code></example>
/// <typeparam name="T">The number type.</typeparam>
public sealed class Trainer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Model<T> model;
    private readonly FitOptions options;
    private readonly TrainingStep<T> step;
    private readonly HashSet<Parameter<T>> trained;
    private readonly int[] order;
    private readonly T[] target;

    /// <summary>Makes the buffers for batches of at most <see cref="FitOptions.BatchSize"/> examples.</summary>
    /// <param name="model">The model; which layers are frozen is looked at now.</param>
    /// <param name="options">Batch size, optimizer, loss, weights of classes, seed and threads; what is about epochs, order and files is the caller's.</param>
    /// <exception cref="ArgumentException">The options ask for something that only Fit does, or make no sense.</exception>
    public Trainer(Model<T> model, FitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        this.options = options ?? new FitOptions();
        this.model = model;
        if (this.options is { ValidationSplit: not 0 } or { Checkpoints: not null } or { Callbacks.Count: > 0 }
            or { MaxSteps: not null } or { DropRemainder: true })
        {
            throw new ArgumentException(
                "Trainer: expected options without validation, checkpoints, callbacks and what is about epochs, which are Fit's, received some",
                nameof(options));
        }

        this.options.TrainingPart(int.MaxValue);
        step = new TrainingStep<T>(model, this.options, this.options.BatchSize);
        trained = [.. model.Parameters.Where(parameter => parameter.IsTrainable)];
        (order, target) = (new int[this.options.BatchSize], new T[model.OutputShape.Elements]);
    }

    /// <summary>Steps taken.</summary>
    public int Steps => step.Optimizer.Step;

    /// <summary>The learning rate is so many times the optimizer's; at least 0, and 1 unless it is set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double LearningRateScale
    {
        get => step.Optimizer.RateScale;
        set => step.Optimizer.RateScale = TrainingState.CheckScale(value);
    }

    /// <summary>
    /// After the last step what a fit does at its end: where the optimizer has a moving average, or Lookahead, the weights become that. More
    /// steps may follow.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is called from within an edit, a fit's step, Evaluate or Predict.</exception>
    public void Finish() => step.Finish();

    /// <summary>Takes a step on a batch.</summary>
    /// <param name="batch">From one example to <see cref="FitOptions.BatchSize"/>.</param>
    /// <exception cref="ArgumentException">The batch does not fit model, loss or buffers.</exception>
    /// <exception cref="NonFiniteLossException">The loss is not finite; no weight was changed.</exception>
    /// <exception cref="InvalidOperationException">It is called from within an edit, a fit's step, Evaluate or Predict.</exception>
    public StepResult Step(IDataset<T> batch)
    {
        Inference.Check(model, batch, options.Loss);
        ClassWeighting.Check(options, batch);
        CheckBatch(batch.Count);
        return Result(step.Run(batch, [], 0, batch.Count, (1, Steps + 1)), batch.Count);
    }

    /// <summary>
    /// Takes a step on some examples of a data set. What augmentation draws follows from their places in it and from the epoch, as in Fit;
    /// of a batch that is all there is, from the place in the batch and the step.
    /// </summary>
    /// <param name="data">The data set.</param>
    /// <param name="examples">The places of the batch's examples in it, from one to <see cref="FitOptions.BatchSize"/>.</param>
    /// <param name="epoch">The pass over the data set, from 1.</param>
    /// <exception cref="ArgumentException">The examples do not fit model, loss or buffers, or a place is none.</exception>
    /// <exception cref="NonFiniteLossException">The loss is not finite; no weight was changed.</exception>
    /// <exception cref="InvalidOperationException">It is called from within an edit, a fit's step, Evaluate or Predict.</exception>
    public StepResult Step(IDataset<T> data, ReadOnlySpan<int> examples, int epoch)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(epoch, 1);
        ClassWeighting.Check(options, data);
        CheckBatch(examples.Length);
        foreach (int example in examples)
        {
            if (example < 0 || example >= data.Count)
                throw new ArgumentException($"expected places from 0 to {data.Count - 1}, received {example}", nameof(examples));
        }

        Inference.Check(model, data, options.Loss, examples, target);
        examples.CopyTo(order);
        return Result(step.Run(data, order, 0, examples.Length, (epoch, Steps + 1)), examples.Length);
    }

    /// <summary>Takes a step on a tensor [n, input shape] and integer labels.</summary>
    /// <inheritdoc cref="Step(IDataset{T})"/>
    /// <param name="inputs">The examples.</param>
    /// <param name="labels">A class for each, from 0.</param>
    public StepResult Step(Tensor<T> inputs, ReadOnlySpan<int> labels) => Step(new TensorDataset<T>(inputs, labels, model.OutputShape.Elements));

    /// <summary>The gradient by which the last step changed a parameter, penalties and all: [its shape], overwritten by the next step.</summary>
    /// <param name="parameter">One of the model's that are trained.</param>
    /// <exception cref="ArgumentException">It is another model's, state, or frozen.</exception>
    /// <exception cref="InvalidOperationException">
    /// There was no step yet; or the parameter is a kernel of a large model, whose gradient is never held as a whole.
    /// </exception>
    public ReadOnlySpan<T> Gradient(Parameter<T> parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        if (!trained.Contains(parameter))
            throw new ArgumentException($"expected a parameter of this model that this trainer trains, received '{parameter.Name}'", nameof(parameter));
        if (Steps == 0)
            throw new InvalidOperationException("expected a gradient after a step, received a call before the first one");
        if (step.Plan.LeanLayers.Any(layer => ReferenceEquals(layer.Parameters[0], parameter)))
        {
            throw new InvalidOperationException(
                $"expected a parameter whose gradient is held, received '{parameter.Name}': a large model's kernel is updated a few rows at a time");
        }

        return step.Gradient(parameter);
    }
    private StepResult Result((double Loss, long Correct) of, int examples) => new(of.Loss, step.Answers.Share(of.Correct, examples));

    private void CheckBatch(int examples)
    {
        if (examples < 1 || examples > options.BatchSize)
            throw new ArgumentException($"expected a batch of 1 to {options.BatchSize} examples, received {examples}");
    }
}
