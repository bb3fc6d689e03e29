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

    /// <summary>Makes the buffers for batches of at most <see cref="FitOptions.BatchSize"/> examples.</summary>
    /// <param name="model">The model; which layers are frozen is looked at now.</param>
    /// <param name="options">Batch size, optimizer, loss, weights of classes, seed and threads; what is about epochs, order and files is the caller's.</param>
    /// <exception cref="ArgumentException">The options ask for something that only Fit does, or make no sense.</exception>
    public Trainer(Model<T> model, FitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        this.options = options ?? new FitOptions();
        this.model = model;
        if (this.options is { ValidationSplit: not 0 } or { Checkpoints: not null } or { Callbacks.Count: > 0 })
        {
            throw new ArgumentException(
                "Trainer: expected options without validation, checkpoints and callbacks, which are Fit's, received some", nameof(options));
        }

        this.options.TrainingPart(int.MaxValue);
        step = new TrainingStep<T>(model, this.options, this.options.BatchSize);
        trained = [.. model.Parameters.Where(parameter => parameter.IsTrainable)];
    }

    /// <summary>Steps taken.</summary>
    public int Steps => step.Optimizer.Step;

    /// <summary>Takes a step on a batch.</summary>
    /// <param name="batch">From one example to <see cref="FitOptions.BatchSize"/>.</param>
    /// <exception cref="ArgumentException">The batch does not fit model, loss or buffers.</exception>
    /// <exception cref="NonFiniteLossException">The loss is not finite; no weight was changed.</exception>
    /// <exception cref="InvalidOperationException">It is called from within an edit, a fit's step, Evaluate or Predict.</exception>
    public StepResult Step(IDataset<T> batch)
    {
        Inference.Check(model, batch, options.Loss);
        ClassWeighting.Check(options, batch);
        if (batch.Count < 1 || batch.Count > options.BatchSize)
            throw new ArgumentException($"expected a batch of 1 to {options.BatchSize} examples, received {batch.Count}", nameof(batch));
        (double loss, long correct) = step.Run(batch, [], 0, batch.Count, (1, Steps + 1));
        return new StepResult(loss, step.Answers.Share(correct, batch.Count));
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
}
