using System.Numerics;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>One worker's state for one layer: which examples are passing, and the buffers that the layer keeps.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class LayerPass<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ILayerBuffers<T> buffers;
    private readonly AlignedArray<T>[] kept;
    private readonly bool[] isShared;
    private readonly string?[] missing;
    private readonly int[] gradientPlaces;
    private readonly BuiltLayer<T> layer;
    private readonly AlignedArray<T> scratch;
    private readonly PixelView?[] inputViews;

    /// <summary>Makes the state.</summary>
    /// <param name="buffers">The worker's buffers.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="index">Its place in the graph that runs.</param>
    /// <param name="layerIndex">Its place in the network as it is written.</param>
    internal LayerPass(ILayerBuffers<T> buffers, BuiltLayer<T> layer, int index, int layerIndex)
    {
        (this.buffers, this.layer, Index, LayerIndex, scratch) = (buffers, layer, index, layerIndex, buffers.Scratch);
        (inputViews, OutputView) = (buffers.InputViews(index), buffers.OutputView(index));
        (kept, isShared) = (new AlignedArray<T>[layer.Kept.Count], new bool[layer.Kept.Count]);
        for (int i = 0; i < kept.Length; i++)
            (kept[i], isShared[i]) = buffers.Kept(index, i);
        missing = [.. layer.Kept.Select((buffer, place) => buffer.TrainingOnly && !buffers.IsForTraining && buffer.Elements + buffer.Extra > 0
            ? $"{layer.Specification.TypeName} '{layer.Name}': its kept buffer '{buffer.Name}' (Kept({place})) was declared TrainingOnly, so there is no "
                + "memory for it in prediction; expected TrainingOnly: false, or its use only where pass.Training is true"
            : null)];
        gradientPlaces = [.. layer.Parameters.Select(parameter => parameter.Offset)];
    }

    /// <summary>The layer's place in the network, from 0.</summary>
    public int LayerIndex { get; }

    /// <summary>Examples in this pass.</summary>
    public int Count { get; internal set; }

    /// <summary>The first example's place in the batch, from 0.</summary>
    public int FirstExample { get; internal set; }

    /// <summary>Whether this is training, so that dropout drops.</summary>
    public bool Training { get; internal set; }

    /// <summary>
    /// Whether a final softmax or sigmoid is to be left out, because the loss takes it over; see <see cref="BuiltLayer{T}.EndsInSoftmax"/>
    /// and <see cref="BuiltLayer{T}.EndsInSigmoid"/>.
    /// </summary>
    public bool WantsLogits { get; internal set; }

    /// <summary>The seed of everything random in training.</summary>
    public int Seed { get; internal set; }

    /// <summary>The training step, from 1, over all epochs.</summary>
    public int Step { get; internal set; }

    /// <summary>The pass over the data set in training, from 1; in a loop of one's own that does not say which, the step.</summary>
    public int Epoch { get; internal set; }

    /// <summary>What a layer that looks at whole batches has made of this one; empty in prediction, and where the layer is frozen.</summary>
    public ReadOnlySpan<T> Statistics => Training ? buffers.Statistics(Index) : [];

    /// <summary>The same of the backward pass.</summary>
    public ReadOnlySpan<T> BackwardStatistics => Training ? buffers.BackwardStatistics(Index) : [];

    internal T[] Gradients { get; set; } = [];

    /// <summary>The layer's place among those that run.</summary>
    internal int Index { get; }

    /// <summary>The first example's place in what is kept of many.</summary>
    internal int Place { get; set; }

    /// <summary>Where the input's pixels lie, if not contiguous: in a halo.</summary>
    internal PixelView? InputView => inputViews[0];

    /// <summary>Where the output's pixels are to lie, if not contiguous: in a halo.</summary>
    internal PixelView? OutputView { get; }

    /// <summary>The same of one of several inputs.</summary>
    internal PixelView? InputViewOf(int input) => inputViews[input];

    /// <summary>
    /// The place in its data set of one of the examples, whatever their order: what augmentation goes by. Where there is no data set, the
    /// place in the batch.
    /// </summary>
    /// <param name="index">The example in this pass, from 0.</param>
    public int Example(int index) => buffers.Example(index);

    /// <summary>One of the inputs of a layer that joins several: [count, its shape]. In Backward as it was in Forward.</summary>
    /// <param name="index">Its place, from 0, which is x.</param>
    public ReadOnlySpan<T> Input(int index) => buffers.Input(Index, index);

    /// <summary>In Backward: where to write the gradient of one of the inputs, all of it; empty if nobody needs it.</summary>
    /// <param name="index">The input's place, from 0, whose gradient is dx.</param>
    public Span<T> InputGradient(int index) => buffers.InputGradient(Index, index);

    /// <summary>A buffer that the layer has declared in <see cref="BuiltLayer{T}.Kept"/>.</summary>
    /// <param name="index">Its place there.</param>
    /// <exception cref="InvalidOperationException">This is prediction, and the buffer was declared for training alone.</exception>
    public Span<T> Kept(int index)
    {
        if (missing[index] is { } mistake)
            throw new InvalidOperationException(mistake);
        return isShared[index] ? kept[index].Span[(Place * layer.Kept[index].Elements)..] : kept[index];
    }

    /// <summary>Room for <see cref="BuiltLayer{T}.ScratchElements"/>; what is in it when a call begins does not matter, and nothing in it lasts.</summary>
    public Span<T> Scratch => scratch;

    /// <summary>From now on gradients are added not where parameters lie in the model, but where a lane has them.</summary>
    internal void UseLanes(IReadOnlyDictionary<Parameter<T>, int> places)
    {
        for (int i = 0; i < gradientPlaces.Length; i++)
            gradientPlaces[i] = places.GetValueOrDefault(layer.Parameters[i], -1);
    }

    /// <summary>Where to add the gradient of a parameter that is no state: [its shape].</summary>
    /// <param name="index">Its place in <see cref="BuiltLayer{T}.Parameters"/>.</param>
    public Span<T> Gradient(int index) => Gradients.AsSpan(gradientPlaces[index], layer.Parameters[index].Shape.Elements);
}
