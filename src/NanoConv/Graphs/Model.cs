using System.Numerics;
using System.Runtime.CompilerServices;
using NanoConv.Data;
using NanoConv.Layers;
using NanoConv.Losses;
using NanoConv.Metrics;
using NanoConv.Tensors;

namespace NanoConv.Graphs;

/// <summary>A network that is ready: shapes inferred, parameters drawn, buffers planned. It trains, evaluates and predicts.</summary>
/// <remarks>
/// <para>Evaluate and Predict may run on many threads at once; Fit alone.</para>
/// <para>Weights are read freely, and changed in <see cref="Edit(Action{Span{T}})"/>. Each call of Evaluate or Predict answers from one
/// state of them: an edit on another thread waits for calls that are under way, and calls that come meanwhile wait for the edit.</para>
/// </remarks>
/// <typeparam name="T">The number type.</typeparam>
public sealed partial class Model<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] weights;
    private readonly BuiltLayer<T>[] layers;
    private readonly IdleStack<Workspace<T>> idleWorkspaces = new();
    private readonly IdleStack<SpanPrediction<T>> idlePredictions = new();
    private readonly BuiltLayer<T>[] outputs;
    private readonly Lazy<BufferPlan> trainingPlan;
    private readonly Lazy<CompiledGraph<T>> predictionGraph;
    private readonly Lazy<BufferPlan> predictionPlan;

    internal Model(Network network, Shape inputShape, int seed, IReadOnlyList<BuiltLayer<T>> layers, SizeLimits limits)
    {
        (Network, InputShape, Seed, Limits) = (network, inputShape, seed, limits);
        this.layers = [.. layers];
        outputs = [.. Topology.Outputs.ToArray().Select(value => layers[value - 1])];
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
        Graph = new CompiledGraph<T>(inputShape, this.layers, Topology);
        (trainingPlan, predictionGraph) = (new(() => BufferPlan.ForTraining(Graph)), new(() => PredictionCompiler<T>.Compile(Graph)));
        predictionPlan = new(() => BufferPlan.ForPrediction(PredictionGraph, []));
    }

    /// <summary>What the model was built from.</summary>
    public Network Network { get; }

    /// <summary>Which layer reads what.</summary>
    public Topology Topology => Network.Topology;

    /// <summary>The shape of one example.</summary>
    public Shape InputShape { get; }

    /// <summary>The shape of one example's output.</summary>
    /// <exception cref="InvalidOperationException">The network has several outputs.</exception>
    public Shape OutputShape => outputs is [BuiltLayer<T> one] ? one.OutputShape : throw new InvalidOperationException(
        $"expected a network with one output, to train, evaluate and predict; received one with {outputs.Length}: "
        + $"{string.Join(", ", outputs.Select(layer => $"'{layer.Name}'"))}, all of which {nameof(Outputs)} gives");

    /// <summary>The seed of the initial weights.</summary>
    public int Seed { get; }

    /// <summary>The layers, each behind those that it reads.</summary>
    public IReadOnlyList<BuiltLayer<T>> Layers => layers;

    /// <summary>All tensors, weights and state, in the order of the layers.</summary>
    public IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <summary>All parameters, one after another; <see cref="Edit(Action{Span{T}})"/> changes them.</summary>
    public ReadOnlySpan<T> Weights => weights;

    /// <summary>The number of numbers that the model keeps, trained or not.</summary>
    public int ParameterCount => weights.Length;

    /// <summary>How many of them training changes.</summary>
    public int TrainableCount => Parameters.Where(parameter => parameter.IsTrainable).Sum(parameter => parameter.Shape.Elements);

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
            bool[] wanted = TrainedValues();
            for (int index = 0; index < layers.Length; index++)
            {
                bool isTrained = layers[index].Parameters.Any(parameter => parameter.IsTrainable);
                int passes = 1 + (isTrained ? 1 : 0) + (Topology.Inputs(index).ToArray().Any(value => wanted[value]) ? 1 : 0);
                flops += passes * layers[index].ForwardFlops;
            }

            return flops;
        }
    }

    /// <summary>Bytes of activations and other buffers that a thread takes to predict; few weights may need many.</summary>
    public long PredictionBytes => Unsafe.SizeOf<T>() * PredictionPlan.Slots.Sum(slot => ((long)Inference.ShardSize * slot.Elements) + slot.Extra);

    /// <summary>Whether there is one output, it is one softmax, and nothing else reads it.</summary>
    public bool EndsInSoftmax => outputs is [{ EndsInSoftmax: true }] && Topology.Readers(Topology.Outputs[0]).IsEmpty;

    /// <summary>Whether there is one output, it is a sigmoid of each element, and nothing else reads it.</summary>
    public bool EndsInSigmoid => outputs is [{ EndsInSigmoid: true }] && Topology.Readers(Topology.Outputs[0]).IsEmpty;

    /// <summary>What a loss may take over.</summary>
    internal NetworkEnd End => EndsInSoftmax ? NetworkEnd.Softmax : EndsInSigmoid ? NetworkEnd.Sigmoid : NetworkEnd.Other;

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

    /// <summary>A training worker's buffers.</summary>
    internal BufferPlan TrainingPlan => trainingPlan.Value;

    /// <summary>A predicting worker's buffers.</summary>
    internal BufferPlan PredictionPlan => predictionPlan.Value;

    /// <summary>The network as it is written.</summary>
    internal CompiledGraph<T> Graph { get; }

    /// <summary>The network as it predicts; <see cref="RentWorkspace"/> sees to it that its weights are those of the parameters.</summary>
    internal CompiledGraph<T> PredictionGraph => predictionGraph.Value;

    /// <summary>The shape of the input (0) or of the output of layer index − 1.</summary>
    internal Shape ActivationShape(int index) => index == 0 ? InputShape : layers[index - 1].OutputShape;

    /// <summary>Where the pixels of a value lie, as the network is written.</summary>
    internal PixelView? ViewOf(int index) => Graph.ViewOf(index);

    /// <summary>Loss with penalties, and accuracy; both NaN where outputs are NaN, see <see cref="Evaluation"/>.</summary>
    /// <remarks>
    /// The loss is the mean over all examples, each times its weight, or their sum where <see cref="Loss.Reduction"/> says so: other than in
    /// Keras, which adds up batches of 32 and takes the sums' mean.
    /// </remarks>
    /// <param name="data">The examples.</param>
    /// <param name="loss">
    /// By default binary cross-entropy if the network ends in a sigmoid, else categorical cross-entropy, of logits if it does not end in softmax.
    /// </param>
    /// <param name="threads">Threads; 0 for as many as there are processors.</param>
    /// <param name="cancellation">Ends it within a few examples.</param>
    /// <exception cref="ArgumentException">Data and network do not fit one another.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Evaluation Evaluate(IDataset<T> data, Loss? loss = null, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        loss ??= EndsInSigmoid ? new BinaryCrossentropy() : new CategoricalCrossentropy(fromLogits: !EndsInSoftmax);
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
        CheckInputs(inputs);
        Tensor<T> outputs = new(OutputShape.Batch(inputs.Shape[0]));
        Predict(inputs.AsSpan(), outputs.AsSpan(), threads);
        return outputs;
    }

    /// <summary>What layers make of some inputs, each [n, its output shape]: the network's outputs, or whatever lies inside.</summary>
    /// <param name="inputs">Examples [n, input shape].</param>
    /// <param name="layers">Names of layers, as <c>conv2d_3</c>; none for the network's outputs in order.</param>
    /// <exception cref="ArgumentException">The shape does not fit the network, or there is no such layer.</exception>
    public IReadOnlyList<Tensor<T>> Outputs(Tensor<T> inputs, params ReadOnlySpan<string> layers)
    {
        CheckInputs(inputs);
        return layers.IsEmpty ? Inference.Outputs(this, inputs) : Inference.Outputs(this, inputs, [.. layers.ToArray().Select(ValueOf)]);
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
    /// <param name="data">Examples.</param>
    /// <param name="threads">Threads; 0 for as many as there are processors.</param>
    /// <param name="cancellation">Ends it within a few examples.</param>
    /// <exception cref="ArgumentException">The shape does not fit the network.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Tensor<T> Predict(IInputs<T> data, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        return Inference.Predict(this, data, threads, cancellation);
    }

    /// <summary>The sum of all penalties on the weights as they are.</summary>
    internal T Penalty()
    {
        T sum = T.Zero;
        foreach (Parameter<T> parameter in Regularized)
            sum += parameter.Regularizer!.Penalty<T>(parameter.Value);
        return sum;
    }

    /// <summary>Takes back what workers have rented, those that did.</summary>
    internal void ReturnWorkspaces(Span<Workspace<T>?> rented) => idleWorkspaces.ReturnAll(rented);

    private void CheckInputs(Tensor<T> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Shape.Rank != InputShape.Rank + 1)
            throw new ArgumentException($"expected inputs of shape {InputShape} behind a batch axis, received {inputs.Shape}", nameof(inputs));
        CheckInputShape(new Shape(inputs.Shape.Axes[1..]));
    }

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

    private int ValueOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        int index = Array.FindIndex(layers, layer => layer.Name == name);
        return index >= 0 ? index + 1 : throw new ArgumentException(
            $"expected a layer out of {string.Join(", ", layers.Select(layer => layer.Name))}, received '{name}'", nameof(name));
    }
}
