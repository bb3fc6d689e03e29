using System.Numerics;
using System.Runtime.CompilerServices;
using NanoConv.Kernels;

namespace NanoConv;

/// <summary>A network that is ready: shapes inferred, parameters drawn, buffers planned. It trains, evaluates and predicts.</summary>
/// <remarks>
/// <para>Evaluate and Predict may run on many threads at once; Fit alone.</para>
/// <para>Weights are read freely, and changed in <see cref="Edit(Action{Span{T}})"/>. Each call of Evaluate or Predict answers from one
/// state of them: an edit on another thread waits for calls that are under way, and calls that come meanwhile wait for the edit.</para>
/// </remarks>
/// <typeparam name="T">The number type.</typeparam>
public sealed class Model<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] weights;
    private readonly BuiltLayer<T>[] layers;
    private readonly IdleStack<Workspace<T>> idleWorkspaces = new();
    private readonly IdleStack<SpanPrediction<T>> idlePredictions = new();


    internal Model(Sequential network, Shape inputShape, int seed, IReadOnlyList<BuiltLayer<T>> layers, SizeLimits limits)
    {
        (Network, InputShape, Seed, Limits) = (network, inputShape, seed, limits);
        this.layers = [.. layers];
        OutputShape = layers[^1].OutputShape;
        Parameters = [.. layers.SelectMany(layer => layer.Parameters)];
        Regularized = [.. Parameters.Where(parameter => parameter.Regularizer is not null)];
        weights = new T[Parameters.Sum(parameter => parameter.Shape.Elements)];
        int offset = 0;
        foreach (Parameter<T> parameter in Parameters)
        {
            parameter.MoveTo(weights, offset);
            offset += parameter.Shape.Elements;
        }

        limits.Choose(layers);
        WeightAccess<T>.Prepare(this.layers);
    }

    /// <summary>What the model was built from.</summary>
    public Sequential Network { get; }

    /// <summary>The shape of one example.</summary>
    public Shape InputShape { get; }

    /// <summary>The shape of one example's output.</summary>
    public Shape OutputShape { get; }

    /// <summary>The seed of the initial weights.</summary>
    public int Seed { get; }

    /// <summary>The layers in order.</summary>
    public IReadOnlyList<BuiltLayer<T>> Layers => layers;

    /// <summary>All trainable tensors, in the order of the layers.</summary>
    public IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <summary>All parameters, one after another; <see cref="Edit(Action{Span{T}})"/> changes them.</summary>
    public ReadOnlySpan<T> Weights => weights;

    /// <summary>The number of trainable numbers.</summary>
    public int ParameterCount => weights.Length;

    /// <summary>Multiplications and additions of one example's forward pass.</summary>
    public long ForwardFlops => Layers.Sum(layer => layer.ForwardFlops);

    /// <summary>
    /// Multiplications and additions of one example in training: forward, the parameters' gradients, and the inputs'
    /// gradients as far as any parameter lies before them.
    /// </summary>
    public long TrainingFlops
    {
        get
        {
            long flops = 0;
            bool needsInputGradient = false;
            foreach (BuiltLayer<T> layer in Layers)
            {
                int passes = 1 + (layer.Parameters.Count > 0 ? 1 : 0) + (needsInputGradient ? 1 : 0);
                flops += passes * layer.ForwardFlops;
                needsInputGradient |= layer.Parameters.Count > 0;
            }

            return flops;
        }
    }

    /// <summary>Bytes of activations and other buffers that a thread takes to predict; few weights may need many.</summary>
    public long PredictionBytes => Unsafe.SizeOf<T>() * Inference.ShardSize * (ActivationElements(0) + Layers
        .Select((layer, index) => (long)ActivationElements(index + 1)
            + layer.Kept.Where(buffer => Needs(index, buffer, training: false)).Sum(buffer => (long)buffer.Elements))
        .Sum());

    /// <summary>Whether the output is one softmax.</summary>
    public bool EndsInSoftmax => Layers[^1].EndsInSoftmax;

    internal Parameter<T>[] Regularized { get; }

    /// <summary>Who may read the weights now, and who change them.</summary>
    internal WeightAccess<T> Access { get; } = new();

    /// <summary>All parameters, for a training step's end, from <see cref="WeightAccess{T}.BeginUpdate"/> on.</summary>
    internal Span<T> WritableWeights => weights;

    internal ReadOnlySpan<BuiltLayer<T>> LayerSpan => layers;

    /// <summary>From what sizes on memory counts for more than speed.</summary>
    internal SizeLimits Limits { get; }

    /// <summary>A layer's place in the network.</summary>
    internal int IndexOf(BuiltLayer<T> layer) => Array.IndexOf(layers, layer);

    /// <summary>The shape of the input (0) or of the output of layer index − 1.</summary>
    internal Shape ActivationShape(int index) => index == 0 ? InputShape : Layers[index - 1].OutputShape;

    /// <summary>Elements that it takes for an example, with the halo in which the next layer may want it.</summary>
    internal int ActivationElements(int index) => ViewOf(index)?.Image ?? ActivationShape(index).Elements;

    /// <summary>Where the pixels of layer <paramref name="index"/>'s input lie: in its halo, if it wants one and the layer before can write there.</summary>
    internal PixelView? ViewOf(int index) =>
        index > 0 && index < Layers.Count && Layers[index - 1].CanWriteInHalo ? Layers[index].HaloedInput : null;

    /// <summary>Whether layer <paramref name="index"/> takes memory for something that it may keep.</summary>
    internal bool Needs(int index, KeptBuffer buffer, bool training) =>
        (training || !buffer.TrainingOnly) && !(buffer.IsInput && ViewOf(index) is not null);

    /// <summary>Changes weights by hand. When it returns, or throws, predictions and training go by whatever was written.</summary>
    /// <remarks>
    /// It waits until Evaluate and Predict on other threads are done. While Fit runs it falls between two steps; so does a call in a
    /// callback. What the optimiser remembers stays.
    /// </remarks>
    /// <param name="edit">Given all parameters, one after another; each begins at its <see cref="Parameter{T}.Offset"/>.</param>
    /// <exception cref="InvalidOperationException">It is called from within an edit, a step, Evaluate or Predict.</exception>
    public void Edit(Action<Span<T>> edit)
    {
        ArgumentNullException.ThrowIfNull(edit);
        Access.Edit(weights, edit, layers);
    }

    /// <summary>Changes one parameter by hand.</summary>
    /// <inheritdoc cref="Edit(Action{Span{T}})"/>
    /// <param name="parameter">One of <see cref="Parameters"/>.</param>
    /// <param name="edit">Given its elements, row-major.</param>
    /// <exception cref="ArgumentException">The parameter is another model's.</exception>
    public void Edit(Parameter<T> parameter, Action<Span<T>> edit)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        ArgumentNullException.ThrowIfNull(edit);
        BuiltLayer<T> owner = Array.Find(layers, layer => layer.Parameters.Contains(parameter))
            ?? throw new ArgumentException($"expected a parameter of this model, received '{parameter.Name}' of another one", nameof(parameter));
        Access.Edit(parameter.Writable, edit, [owner]);
    }

    /// <summary>Changes one parameter by hand.</summary>
    /// <inheritdoc cref="Edit(Parameter{T}, Action{Span{T}})"/>
    /// <param name="name">The parameter's name, as <c>conv2d_1/kernel</c>.</param>
    /// <param name="edit">Given its elements, row-major.</param>
    /// <exception cref="ArgumentException">The model has no such parameter.</exception>
    public void Edit(string name, Action<Span<T>> edit) =>
        Edit(
            Parameters.FirstOrDefault(parameter => parameter.Name == name) ?? throw new ArgumentException(
                $"expected a parameter out of {string.Join(", ", Parameters.Select(parameter => parameter.Name))}, received '{name}'", nameof(name)),
            edit);

    /// <summary>
    /// Trains. Each call starts afresh but for the weights: the optimiser's memory, the order of the examples and
    /// dropout's masks follow from the options alone. Or, with <see cref="FitOptions.Checkpoints"/>, it goes on where
    /// an earlier fit was broken off, and ends with the bits of one that never was.
    /// </summary>
    /// <param name="data">The examples; the last part of them is held out if options ask for it.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Ends training after the current step; the weights stay as that step left them.</param>
    /// <returns>What the epochs came to.</returns>
    /// <exception cref="ArgumentException">Data, network and options do not fit one another, or not the checkpoint.</exception>
    /// <exception cref="CheckpointException">A checkpoint cannot be kept.</exception>
    /// <exception cref="IOException">There is no checkpoint to go on from, or another fit uses their folder.</exception>
    /// <exception cref="InvalidDataException">No checkpoint is whole.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; there is a checkpoint of the last step.</exception>
    /// <exception cref="NonFiniteLossException">The loss became NaN or infinite.</exception>
    /// <exception cref="InvalidOperationException">It is called from within an edit, another fit's step, Evaluate or Predict.</exception>
    public History Fit(IDataset<T> data, FitOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new FitOptions();
        Inference.Check(this, data, options.Loss);
        int training = options.TrainingPart(data.Count);
        DatasetSlice<T> first = new(data, 0, training), held = new(data, training, data.Count - training);
        return FitLoop.Run(this, first, held, options, cancellation);
    }

    /// <summary>Trains on all of one data set and validates every epoch on another.</summary>
    /// <inheritdoc cref="Fit(IDataset{T}, FitOptions, CancellationToken)"/>
    /// <param name="training">The examples to train on.</param>
    /// <param name="validation">The examples to validate on, at least one; options may not ask for a part of the others besides.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Ends training after the current step.</param>
    public History Fit(IDataset<T> training, IDataset<T> validation, FitOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new FitOptions();
        Inference.Check(this, training, options.Loss);
        Inference.Check(this, validation, options.Loss);
        options.CheckValidation(validation.Count);
        options.TrainingPart(training.Count);
        return FitLoop.Run(this, training, validation, options, cancellation);
    }

    /// <summary>Trains on a tensor [n, input shape] and integer labels.</summary>
    /// <inheritdoc cref="Fit(IDataset{T}, FitOptions, CancellationToken)"/>
    /// <param name="inputs">The examples.</param>
    /// <param name="labels">A class for each, from 0.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Ends training after the current step.</param>
    public History Fit(Tensor<T> inputs, ReadOnlySpan<int> labels, FitOptions? options = null, CancellationToken cancellation = default) =>
        Fit(new TensorDataset<T>(inputs, labels, OutputShape.Elements), options, cancellation);

    /// <summary>Trains on a tensor [n, input shape] and integer labels, and validates every epoch on others.</summary>
    /// <inheritdoc cref="Fit(IDataset{T}, IDataset{T}, FitOptions, CancellationToken)"/>
    /// <param name="inputs">The examples to train on.</param>
    /// <param name="labels">A class for each, from 0.</param>
    /// <param name="validationInputs">The examples to validate on.</param>
    /// <param name="validationLabels">A class for each.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Ends training after the current step.</param>
    public History Fit(
        Tensor<T> inputs,
        ReadOnlySpan<int> labels,
        Tensor<T> validationInputs,
        ReadOnlySpan<int> validationLabels,
        FitOptions? options = null,
        CancellationToken cancellation = default)
    {
        TensorDataset<T> validation = new(validationInputs, validationLabels, OutputShape.Elements);
        return Fit(new TensorDataset<T>(inputs, labels, OutputShape.Elements), validation, options, cancellation);
    }

    /// <summary>Trains on a tensor [n, input shape] and one-hot or soft labels [n, classes].</summary>
    /// <inheritdoc cref="Fit(IDataset{T}, FitOptions, CancellationToken)"/>
    /// <param name="inputs">The examples.</param>
    /// <param name="targets">The probability of each class.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Ends training after the current step.</param>
    public History Fit(Tensor<T> inputs, Tensor<T> targets, FitOptions? options = null, CancellationToken cancellation = default) =>
        Fit(new TensorDataset<T>(inputs, targets), options, cancellation);

    /// <summary>Trains on a tensor [n, input shape] and one-hot or soft labels [n, classes], and validates every epoch on others.</summary>
    /// <inheritdoc cref="Fit(IDataset{T}, IDataset{T}, FitOptions, CancellationToken)"/>
    /// <param name="inputs">The examples to train on.</param>
    /// <param name="targets">The probability of each class.</param>
    /// <param name="validationInputs">The examples to validate on.</param>
    /// <param name="validationTargets">Likewise.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Ends training after the current step.</param>
    public History Fit(
        Tensor<T> inputs,
        Tensor<T> targets,
        Tensor<T> validationInputs,
        Tensor<T> validationTargets,
        FitOptions? options = null,
        CancellationToken cancellation = default) =>
        Fit(new TensorDataset<T>(inputs, targets), new TensorDataset<T>(validationInputs, validationTargets), options, cancellation);

    /// <summary>Mean loss with penalties, and accuracy; both NaN where outputs are NaN, see <see cref="Evaluation"/>.</summary>
    /// <param name="data">The examples.</param>
    /// <param name="loss">By default categorical cross-entropy, of logits if the network does not end in softmax.</param>
    /// <param name="threads">Threads; 0 for as many as there are processors.</param>
    /// <param name="cancellation">Ends it within a few examples.</param>
    /// <exception cref="ArgumentException">Data and network do not fit one another.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Evaluation Evaluate(IDataset<T> data, Loss? loss = null, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        loss ??= new CategoricalCrossentropy(fromLogits: !EndsInSoftmax);
        Inference.Check(this, data, loss);
        return Inference.Evaluate(this, data, loss, threads, cancellation);
    }

    /// <summary>Mean loss with penalties, and accuracy, on a tensor [n, input shape] and integer labels.</summary>
    /// <param name="inputs">The examples.</param>
    /// <param name="labels">A class for each, from 0.</param>
    public Evaluation Evaluate(Tensor<T> inputs, ReadOnlySpan<int> labels) =>
        Evaluate(new TensorDataset<T>(inputs, labels, OutputShape.Elements));

    /// <summary>The network's outputs [n, output shape].</summary>
    /// <param name="inputs">Examples [n, input shape].</param>
    /// <param name="threads">Threads; 0 for as many as there are processors.</param>
    /// <exception cref="ArgumentException">The shape does not fit the network.</exception>
    public Tensor<T> Predict(Tensor<T> inputs, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Shape.Rank != InputShape.Rank + 1)
            throw new ArgumentException($"expected inputs of shape {InputShape} behind a batch axis, received {inputs.Shape}", nameof(inputs));
        CheckInputShape(new Shape(inputs.Shape.Axes[1..]));
        Tensor<T> outputs = new(OutputShape.Batch(inputs.Shape[0]));
        Predict(inputs.AsSpan(), outputs.AsSpan(), threads);
        return outputs;
    }

    /// <summary>The network's outputs, into memory of one's own. Once it is warm it allocates nothing, on any number of threads.</summary>
    /// <param name="inputs">Examples [n, input shape], one after another.</param>
    /// <param name="outputs">Overwritten: [n, output shape]; not the memory of <paramref name="inputs"/>.</param>
    /// <param name="threads">Threads; 0 for as many as there are processors that no other call uses. The outputs do not depend on it.</param>
    /// <exception cref="ArgumentException">Inputs are not whole examples, at least one, or outputs are not as many; or they overlap.</exception>
    public void Predict(ReadOnlySpan<T> inputs, Span<T> outputs, int threads = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        SpanPrediction<T> call = idlePredictions.Take() ?? new SpanPrediction<T>(this);
        try
        {
            call.Run(inputs, outputs, threads);
        }
        finally
        {
            idlePredictions.Return(call);
        }
    }

    /// <summary>The network's outputs [n, output shape], as they are: NaN and infinity are no error.</summary>
    /// <param name="data">Examples; their targets are not looked at.</param>
    /// <param name="threads">Threads; 0 for as many as there are processors.</param>
    /// <param name="cancellation">Ends it within a few examples.</param>
    /// <exception cref="ArgumentException">The shape does not fit the network.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Tensor<T> Predict(IDataset<T> data, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        return Inference.Predict(this, data, threads, cancellation);
    }

    /// <summary>What a fit will take for its numbers; nothing is allocated for it.</summary>
    /// <param name="options">How it will train.</param>
    /// <param name="examples">The number of examples, with those of validation; at least a batch matters.</param>
    /// <exception cref="ArgumentException">The options make no sense.</exception>
    public MemoryPlan PlanMemory(FitOptions? options = null, int examples = int.MaxValue) => MemoryCount.Plan(this, options ?? new FitOptions(), examples);

    /// <summary>
    /// A table of the layers: output shape, parameters, multiplications and additions of one example, and the algorithm of convolutions; and the
    /// memory that a fit takes. Below it a hint if the program does not use the processor's vectors, <see cref="VectorWidth.Hint"/>.
    /// </summary>
    /// <param name="options">How it would train, by default as Fit does.</param>
    /// <param name="examples">The number of examples, with those of validation.</param>
    public string Summary(FitOptions? options = null, int examples = int.MaxValue) => ModelSummary.Of(this, options ?? new FitOptions(), examples);

    /// <summary>The sum of all penalties on the weights as they are.</summary>
    internal T Penalty()
    {
        T sum = T.Zero;
        foreach (Parameter<T> parameter in Regularized)
            sum += parameter.Regularizer!.Penalty<T>(parameter.Value);
        return sum;
    }

    internal Workspace<T> RentWorkspace() => idleWorkspaces.Take() ?? new Workspace<T>(this, Inference.ShardSize, training: false);

    /// <summary>Takes back what workers have rented, those that did.</summary>
    internal void ReturnWorkspaces(Span<Workspace<T>?> rented) => idleWorkspaces.ReturnAll(rented);

    internal void CheckInputShape(Shape shape)
    {
        if (shape != InputShape)
            throw new ArgumentException($"expected inputs of shape {InputShape}, received {shape}");
    }

    internal void CheckData(IDataset<T> data)
    {
        ArgumentNullException.ThrowIfNull(data);
        CheckInputShape(data.InputShape);
        if (OutputShape.Elements != data.Classes)
            throw new ArgumentException($"expected {OutputShape.Elements} classes, the network's outputs, received {data.Classes}");
    }
}
