using System.Numerics;
using NanoConv.Layers;
using NanoConv.Optimizers;

namespace NanoConv.Graphs;

/// <summary>
/// How a batch's gradients are worked out, for a model and a size of batch: which parameters have a gradient in each lane, and which,
/// of lean layers, are one product over many examples.
/// </summary>
/// <remarks>
/// A product over many examples wants the layer's inputs and gradients of all of them. If those took much more memory than the
/// weights, the batch goes in rounds of some lanes, and the product's sums wait in a buffer of their own.
/// </remarks>
/// <typeparam name="T">The number type.</typeparam>
internal sealed class GradientPlan<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int LaneSize = 8;
    private const int MostLanes = 16;
    private const int LanePart = 4096;

    /// <summary>Plans the gradients of a batch.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">The most examples of it.</param>
    /// <param name="optimizer">Which parameters it takes whole matters; by default none.</param>
    /// <exception cref="ArgumentException">The optimizer takes a kernel whole that is never held so.</exception>
    public GradientPlan(Model<T> model, int batch, Optimizer? optimizer = null)
    {
        LooksAtBatches = model.Layers.Any(layer => layer.BatchElements > 0 && layer.IsTrainable);
        Lanes = LaneCount(batch);
        LeanLayers = [.. model.Layers.Where(layer => layer.IsLean)];
        foreach (Parameter<T> kernel in LeanLayers.Where(layer => layer.IsTrainable).Select(layer => layer.Parameters[0]))
        {
            if (optimizer?.TakesWhole(kernel.Shape) == true)
            {
                throw new ArgumentException(
                    $"{optimizer.GetType().Name}: expected a model whose gradients are held whole, received '{kernel.Name}' of a large one, "
                    + "whose kernels are updated a few rows at a time");
            }
        }

        PlaceParameters(model);
        IEnumerable<GradientPart<T>> leanParts = LeanLayers.Where(layer => layer.IsTrainable)
            .SelectMany(layer => PartsOf(layer, model.Limits.PartElements));
        Parts = [.. leanParts, .. LaneParts(model, optimizer)];
        LeanParts = Parts.Count(part => part.Layer is not null);
        PartElements = LeanParts == 0 ? 0 : Parts[..LeanParts].Max(part => part.Length);
        long perExample = LeanLayers.Sum(layer => (long)KeptElements(model, layer));
        Rounds = 1;
        while (Rounds < Lanes && !LooksAtBatches && (double)batch / Rounds * perExample > (double)model.Limits.ActivationShare * model.ParameterCount)
            Rounds = Math.Min(Lanes, 2 * Rounds);
        long laneExamples = Math.Max(Math.Min(batch, LaneSize), ((long)batch + Lanes - 1) / Lanes);
        LaneShards = (int)((laneExamples + Inference.ShardSize - 1) / Inference.ShardSize);
        RoundExamples = (int)Math.Min(batch, (Lanes + Rounds - 1) / Rounds * laneExamples);
    }

    /// <summary>Whether a layer needs the whole batch before examples can go on; then it goes in one round.</summary>
    public bool LooksAtBatches { get; }

    /// <summary>Shards of a whole batch, each of which has its own buffers if layers look at whole batches.</summary>
    public int Shards => Lanes * LaneShards;

    /// <summary>The most shards of a lane.</summary>
    public int LaneShards { get; }

    /// <summary>Lanes of a whole batch.</summary>
    public int Lanes { get; }

    /// <summary>Rounds of a whole batch.</summary>
    public int Rounds { get; }

    /// <summary>The most examples of a round, in a smaller batch too.</summary>
    public int RoundExamples { get; }

    /// <summary>Elements of the gradient that each lane has of its own.</summary>
    public int LaneElements { get; private set; }

    /// <summary>Elements of the lean layers' kernels.</summary>
    public int LeanElements { get; private set; }

    /// <summary>Where each parameter's gradient begins: of one in the lanes, in a lane; of a lean layer's kernel, among those.</summary>
    public Dictionary<Parameter<T>, int> Places { get; } = [];

    /// <summary>The layers whose kernel's gradient is a product over many examples.</summary>
    public IReadOnlyList<BuiltLayer<T>> LeanLayers { get; }

    /// <summary>Parts of the parameters, for threads to take: first <see cref="LeanParts"/> of lean kernels, then those of lanes.</summary>
    public GradientPart<T>[] Parts { get; }

    /// <summary>How many parts are of lean kernels.</summary>
    public int LeanParts { get; }

    /// <summary>The most elements of a part of a lean kernel.</summary>
    public int PartElements { get; }

    /// <summary>Lanes of a batch, the last one too, which may be smaller.</summary>
    public static int LaneCount(int batch) => (int)Math.Min(MostLanes, ((long)batch + LaneSize - 1) / LaneSize);

    /// <summary>Whether a layer's input is kept where its activation is, and not in a halo of its own.</summary>
    public static bool KeepsActivation(CompiledGraph<T> graph, BuiltLayer<T> layer, int index) =>
        layer.KeptInput < 0 || !graph.Needs(index, layer.Kept[layer.KeptInput], training: true);

    private static int KeptElements(Model<T> model, BuiltLayer<T> layer)
    {
        int index = model.IndexOf(layer);
        int input = KeepsActivation(model.Graph, layer, index)
            ? model.Graph.ActivationElements(model.Topology.Inputs(index)[0])
            : layer.Kept[layer.KeptInput].Elements;
        return input + layer.Kept[layer.KeptGradient].Elements;
    }

    private void PlaceParameters(Model<T> model)
    {
        foreach (BuiltLayer<T> layer in model.Layers)
        {
            for (int i = 0; i < layer.Parameters.Count; i++)
            {
                if (layer.Parameters[i].IsState)
                    continue;
                int elements = layer.Parameters[i].Shape.Elements;
                bool isLean = layer.IsLean && i == 0;
                Places[layer.Parameters[i]] = isLean ? LeanElements : LaneElements;
                (LeanElements, LaneElements) = isLean ? (LeanElements + elements, LaneElements) : (LeanElements, LaneElements + elements);
            }
        }
    }

    // Rows of one segment of the kernel, whole register tiles of them.
    private IEnumerable<GradientPart<T>> PartsOf(BuiltLayer<T> layer, int elements)
    {
        Kernels.StridedProduct product = layer.KernelProduct(1);
        int tile = Kernels.Micro.RegisterTile.Rows, rows = Math.Max(tile, elements / product.N / tile * tile);
        Parameter<T> kernel = layer.Parameters[0];
        for (int segment = 0; segment < product.Segments; segment++)
        {
            for (int first = 0; first < product.SegmentLength; first += rows)
            {
                int count = Math.Min(rows, product.SegmentLength - first), place = ((segment * product.SegmentLength) + first) * product.N;
                yield return new(layer, kernel.Offset + place, Places[kernel] + place, count * product.N, (segment, first, count));
            }
        }
    }

    // Parameters that lie one after another both in the model and in a lane, cut into parts; those that are taken whole one by one.
    private IEnumerable<GradientPart<T>> LaneParts(Model<T> model, Optimizer? optimizer)
    {
        Parameter<T>[] inLanes = [.. model.Layers.SelectMany(layer => layer.IsLean ? layer.Parameters.Skip(1) : layer.Parameters)
            .Where(parameter => parameter.IsTrainable)];
        bool IsWhole(Parameter<T> parameter) => optimizer?.TakesWhole(parameter.Shape) == true;
        for (int i = 0, next; i < inLanes.Length; i = next)
        {
            int offset = inLanes[i].Offset, length = inLanes[i].Shape.Elements;
            bool isWhole = IsWhole(inLanes[i]);
            for (next = i + 1; !isWhole && next < inLanes.Length && !IsWhole(inLanes[next]) && inLanes[next].Offset == offset + length; next++)
                length += inLanes[next].Shape.Elements;
            int part = isWhole ? length : LanePart;
            for (int first = 0; first < length; first += part)
                yield return new(null, offset + first, Places[inLanes[i]] + first, Math.Min(part, length - first), default);
        }
    }
}
