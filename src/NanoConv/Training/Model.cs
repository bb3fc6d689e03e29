using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using NanoConv.Kernels;

namespace NanoConv;

/// <summary>A network that is ready: shapes inferred, parameters drawn, buffers planned. It trains, evaluates and predicts.</summary>
/// <remarks>Evaluate and Predict may run on many threads at once; Fit alone.</remarks>
/// <typeparam name="T">The number type.</typeparam>
public sealed class Model<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] weights;
    private readonly BuiltLayer<T>[] layers;
    private readonly ConcurrentBag<Workspace<T>> idle = [];

    internal Model(Sequential network, Shape inputShape, int seed, IReadOnlyList<BuiltLayer<T>> layers)
    {
        (Network, InputShape, Seed) = (network, inputShape, seed);
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

        ParametersChanged();
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

    /// <summary>All parameters, one after another.</summary>
    public Span<T> Weights => weights;

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

    /// <summary>To be called after writing to <see cref="Weights"/> or a parameter; Fit does it itself.</summary>
    public void ParametersChanged()
    {
        foreach (BuiltLayer<T> layer in layers)
            layer.Prepare();
    }

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
    public History Fit(IDataset<T> data, FitOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new FitOptions();
        Inference.Check(this, data, options.Loss);
        int training = options.TrainingPart(data.Count);
        DatasetSlice<T> validation = new(data, training, data.Count - training);
        using Trainer<T> trainer = new(this, new DatasetSlice<T>(data, 0, training), options);
        TrainingState state = new(options.Epochs, training, options.BatchSize, options.ToKeep());
        History history = state.History;
        using Checkpointer<T>? checkpoints = options.Checkpoints is null ? null : new(this, options, trainer.Optimizer, state, validation.Count);
        SavedState? resumed = checkpoints?.Resume();
        foreach (Callback callback in options.Callbacks)
            callback.OnTrainBegin(state);
        checkpoints?.Begin(resumed);
        while (state.IsInEpoch || (history.Epochs.Count < options.Epochs && !state.StopTraining))
        {
            if (!state.IsInEpoch)
                BeginEpoch(history.Epochs.Count + 1);
            trainer.RunEpoch(state, checkpoints, cancellation);
            Evaluation? held = validation.Count > 0 ? Inference.Evaluate(this, validation, options.Loss, trainer.Pool) : null;
            CheckFinite(state, held, validation, trainer.Pool);
            EpochRecord record = new(
                state.Epoch, state.Loss, state.Accuracy, held?.Loss, held?.Accuracy, state.TrainingSeconds, training / state.TrainingSeconds);
            history.Add(record);
            foreach (Callback callback in options.Callbacks)
                callback.OnEpochEnd(state, record);
            checkpoints?.Write();
        }

        foreach (Callback callback in options.Callbacks)
            callback.OnTrainEnd(state);
        return history;

        void BeginEpoch(int epoch)
        {
            state.BeginEpoch(epoch);
            foreach (Callback callback in options.Callbacks)
                callback.OnEpochBegin(state);
        }
    }

    /// <summary>Trains on a tensor [n, input shape] and integer labels.</summary>
    /// <inheritdoc cref="Fit(IDataset{T}, FitOptions, CancellationToken)"/>
    /// <param name="inputs">The examples.</param>
    /// <param name="labels">A class for each, from 0.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Ends training after the current step.</param>
    public History Fit(Tensor<T> inputs, ReadOnlySpan<int> labels, FitOptions? options = null, CancellationToken cancellation = default) =>
        Fit(new TensorDataset<T>(inputs, labels, OutputShape.Elements), options, cancellation);

    /// <summary>Trains on a tensor [n, input shape] and one-hot or soft labels [n, classes].</summary>
    /// <inheritdoc cref="Fit(IDataset{T}, FitOptions, CancellationToken)"/>
    /// <param name="inputs">The examples.</param>
    /// <param name="targets">The probability of each class.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Ends training after the current step.</param>
    public History Fit(Tensor<T> inputs, Tensor<T> targets, FitOptions? options = null, CancellationToken cancellation = default) =>
        Fit(new TensorDataset<T>(inputs, targets), options, cancellation);

    /// <summary>Mean loss with penalties, and accuracy.</summary>
    /// <param name="data">The examples.</param>
    /// <param name="loss">By default categorical cross-entropy, of logits if the network does not end in softmax.</param>
    /// <param name="threads">Threads; 0 for as many as there are processors.</param>
    /// <param name="cancellation">Ends it within a few examples.</param>
    /// <exception cref="ArgumentException">Data and network do not fit one another.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Evaluation Evaluate(IDataset<T> data, Loss? loss = null, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        loss ??= new CategoricalCrossentropy(fromLogits: !EndsInSoftmax);
        Inference.Check(this, data, loss);
        using WorkerPool? pool = Inference.Pool(threads, data.Count);
        return Inference.Evaluate(this, data, loss, pool, cancellation);
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
        return Predict(new TensorDataset<T>(inputs, new int[inputs.Shape[0]], 1), threads);
    }

    /// <summary>The network's outputs [n, output shape].</summary>
    /// <param name="data">Examples; their targets are not looked at.</param>
    /// <param name="threads">Threads; 0 for as many as there are processors.</param>
    /// <param name="cancellation">Ends it within a few examples.</param>
    /// <exception cref="ArgumentException">The shape does not fit the network.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Tensor<T> Predict(IDataset<T> data, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        using WorkerPool? pool = Inference.Pool(threads, data.Count);
        return Inference.Predict(this, data, pool, cancellation);
    }

    /// <summary>
    /// A table of the layers: output shape, parameters, and multiplications and additions of one example. Below it a hint if the
    /// program does not use the processor's vectors, <see cref="VectorWidth.Hint"/>.
    /// </summary>
    public string Summary()
    {
        List<string[]> rows = [["Layer (type)", "Output shape", "Parameters", "MFLOP"]];
        foreach (BuiltLayer<T> layer in Layers)
        {
            int count = layer.Parameters.Sum(parameter => parameter.Shape.Elements);
            rows.Add([$"{layer.Name} ({layer.Specification.TypeName})", layer.OutputShape.ToString(), $"{count:N0}", $"{layer.ForwardFlops / 1e6:F2}"]);
        }

        rows.Add(["Total", string.Empty, $"{ParameterCount:N0}", $"{ForwardFlops / 1e6:F2}"]);
        int[] widths = [.. Enumerable.Range(0, 4).Select(column => rows.Max(row => row[column].Length))];
        string rule = new('─', widths.Sum() + 6);
        StringBuilder text = new();
        for (int row = 0; row < rows.Count; row++)
        {
            if (row == 1 || row == rows.Count - 1)
                text.AppendLine(rule);
            text.Append(rows[row][0].PadRight(widths[0])).Append("  ").Append(rows[row][1].PadRight(widths[1])).Append("  ");
            text.Append(rows[row][2].PadLeft(widths[2])).Append("  ").AppendLine(rows[row][3].PadLeft(widths[3]));
        }

        if (VectorWidth.Hint is { } hint)
            text.AppendLine(hint);
        return text.ToString();
    }

    /// <summary>The sum of all penalties on the weights as they are.</summary>
    internal T Penalty()
    {
        T sum = T.Zero;
        foreach (Parameter<T> parameter in Regularized)
            sum += parameter.Regularizer!.Penalty<T>(parameter.Value);
        return sum;
    }

    // The last step may have spoilt the weights after its own loss was still finite.
    private void CheckFinite(TrainingState state, Evaluation? held, IDataset<T> validation, WorkerPool pool)
    {
        if (held is not null && !double.IsFinite(held.Loss))
            throw new NonFiniteLossException(state.Epoch, state.Step, held.Loss, Inference.FindNonFinite(this, validation, pool));
        foreach (Parameter<T> parameter in Parameters)
        {
            foreach (T value in parameter.Value)
            {
                if (!T.IsFinite(value))
                    throw new NonFiniteLossException(state.Epoch, state.Step, double.NaN, $"'{parameter.Name}' is not finite after the step");
            }
        }
    }

    internal Workspace<T> RentWorkspace() =>
        idle.TryTake(out Workspace<T>? workspace) ? workspace : new Workspace<T>(this, Inference.ShardSize, training: false);

    internal void ReturnWorkspace(Workspace<T> workspace) => idle.Add(workspace);

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
