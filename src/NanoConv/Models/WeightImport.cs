using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Graphs;
using NanoConv.Layers;
using NanoConv.Tensors;

namespace NanoConv.Models;

/// <summary>Takes another framework's weights into a model: finds out which are which, checks them all, then copies.</summary>
/// <typeparam name="T">The number type.</typeparam>
internal sealed class WeightImport<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int ConvolutionRank = 4, DenseRank = 2, NormalizationRank = 1, SlopesRank = 0;
    private const string Counter = ".num_batches_tracked";

    private readonly Model<T> model;
    private readonly SafeTensorsFile file;
    private readonly WeightLayout layout;
    private readonly List<BuiltLayer<T>> layers;
    private readonly List<SourceLayer> sources;
    private readonly List<string> unexpected;
    private readonly IReadOnlyList<IgnoredTensor> ignored;
    private readonly List<string> mistakes = [];
    private readonly List<(Parameter<T> Parameter, string Source, SourceView View)> taken = [];
    private readonly List<IgnoredTensor> counters = [];
    private readonly IReadOnlyList<(int Pixels, int Channels)>?[] featureOrders;

    public WeightImport(Model<T> model, SafeTensorsFile file, WeightLayout layout, IReadOnlyList<string> ignore)
    {
        (this.model, this.file, this.layout) = (model, file, layout);
        layers = [.. model.Layers.Where(layer => layer.Parameters.Count > 0)];
        if (layers.FirstOrDefault(layer => layer.Specification.ForeignKernelRank is null) is { } other)
        {
            throw new ArgumentException(
                "expected layers with weights that other frameworks have, Conv2D, Dense, BatchNormalization, GroupNormalization, LayerNormalization over one "
                + $"axis and PReLU, received {other.Specification.TypeName} '{other.Name}'");
        }

        featureOrders = layout == WeightLayout.PyTorch ? FeatureOrder.Of(model) : [];
        ignored = IgnorePatterns.Find(file, ignore);
        IEnumerable<string> names = ignored.Count == 0 ? file.Tensors.Keys : file.Tensors.Keys.Except(ignored.Select(tensor => tensor.Name));
        (sources, unexpected) = SourceLayer.Of(names, layout);
        Reject(sources.FindAll(source => RankOf(source) is null));
        sources.RemoveAll(source => RankOf(source) is null);
    }

    /// <summary>Imports, or changes nothing.</summary>
    /// <param name="map">Prefixes by layer, for layers whose place the names do not tell.</param>
    public ImportedWeights Run(IReadOnlyDictionary<string, string> map)
    {
        foreach ((string layer, string prefix) in map)
            MatchByHand(layer, prefix);
        if (!MatchByName())
        {
            foreach (int rank in (int[])[ConvolutionRank, DenseRank, NormalizationRank, SlopesRank])
                MatchByOrder(layers.FindAll(layer => layer.Specification.ForeignKernelRank == rank), sources.FindAll(source => RankOf(source) == rank));
        }

        foreach (BuiltLayer<T> layer in layers)
            mistakes.AddRange(layer.Parameters.Select(parameter => $"missing {ViewOf(layer, parameter)} for '{parameter.Name}'"));
        Reject(sources);
        bool isAllThere = mistakes.Count == 0;
        IReadOnlyList<string> normalizations = ForeignLayers.TakeBatchNormalizations(unexpected);
        mistakes.AddRange(normalizations);
        mistakes.AddRange(unexpected.Select(name => $"unexpected {Quoted.Of(name)}"));
        if (mistakes.Count > 0)
            throw new InvalidDataException($"the weights do not fit the network: {string.Join("; ", mistakes)}{Remark(isAllThere, normalizations.Count > 0)}");
        taken.Sort((left, right) => left.Parameter.Offset.CompareTo(right.Parameter.Offset));
        model.Edit(_ =>
        {
            foreach ((Parameter<T> parameter, string source, SourceView view) in taken)
                view.Copy(file.Tensors[source], parameter.Writable);
        });
        ImportedWeight[] weights = [.. taken.Select(one => new ImportedWeight(
            one.Parameter.Name,
            one.Parameter.Shape,
            one.Source,
            new Shape([.. one.View.SourceShape.Select(axis => (int)axis)]),
            file.Tensors[one.Source].DataType))];
        return new ImportedWeights(weights, [.. ignored, .. counters]);
    }

    /// <summary>What can be done about it, and what ignoring has to do with it.</summary>
    private string Remark(bool isAllThere, bool hasNormalization)
    {
        string remark = ignored.Count == 0 ? "" : $"; {ignored.Count} tensors were ignored, as {Quoted.Of(ignored[0].Name)}";
        if (hasNormalization)
            remark += "; where the network has no BatchNormalization for one, add it, or fold it into the layer before it, there, and import the result";
        if (unexpected.Count == 0 || !isAllThere) // else it may well be another network
            return remark;
        string pattern = unexpected.TrueForAll(name => name.EndsWith(Counter, StringComparison.Ordinal)) ? $"*{Counter}" : "optimizer.*";
        return $"{remark}; to leave out what the network does not need, ignore it by a pattern, as '{pattern}'";
    }

    private void MatchByHand(string name, string prefix)
    {
        BuiltLayer<T> layer = layers.Find(layer => layer.Name == name) ?? throw new ArgumentException(
            $"expected a layer with weights, out of {List(layers.Select(layer => layer.Name))}, to take '{prefix}', received '{name}'");
        SourceLayer source = sources.Find(source => source.Prefix == prefix) ?? throw new InvalidDataException(
            $"expected tensors of '{prefix}' for layer '{name}', found those of {List(sources.Select(source => source.Prefix))}");
        Match(layer, source);
    }

    /// <summary>If the remaining layers are called alike on both sides, whatever their order: by their whole names there, or the last part.</summary>
    private bool MatchByName() => MatchByName(source => source.Prefix) || MatchByName(source => source.Name);

    private bool MatchByName(Func<SourceLayer, string> nameOf)
    {
        Dictionary<string, SourceLayer> byName = [];
        if (sources.Count != layers.Count || !sources.TrueForAll(source => byName.TryAdd(nameOf(source), source)))
            return false;
        if (!layers.TrueForAll(layer => byName.ContainsKey(layer.Name)))
            return false;
        foreach (BuiltLayer<T> layer in layers.ToList())
            Match(layer, byName[layer.Name]);
        return true;
    }

    /// <summary>
    /// The first with the first. The order of a file is no help, it is the alphabet's; so names must differ in numbers
    /// alone: then these tell the order of definition. Of others, 'stem' and 'block', say, none is known to come first. Nor is it of layers
    /// of equal shapes in two branches.
    /// </summary>
    private void MatchByOrder(List<BuiltLayer<T>> targets, List<SourceLayer> candidates)
    {
        if (targets.Count > 0 && candidates.Select(source => source.Pattern).Distinct().Count() > 1)
        {
            LeaveOut($"expected names that differ in numbers alone, to tell their order, found {List(candidates.Select(source => source.Prefix))}");
            return;
        }

        if (!model.Topology.IsChain && candidates.Count > 0)
        {
            IGrouping<string, BuiltLayer<T>>[] groups = [.. targets.GroupBy(KernelShape)];
            ILookup<string, SourceLayer> alike = candidates.ToLookup(source => Shape(source.Tensors.First()));
            LayerOrder order = new(model.Topology);
            foreach (IGrouping<string, BuiltLayer<T>> group in groups)
            {
                if (order.SideBySide([.. group.Select(model.IndexOf)]) is not (int first, int second))
                    continue;
                LeaveOut(
                    $"expected layers of shape {group.Key} one behind another, to tell them by their numbers, found "
                    + $"'{model.Layers[first].Name}' and '{model.Layers[second].Name}' side by side, and the layers not named as the file names them, "
                    + List(candidates.Select(source => source.Prefix)));
                return;
            }

            // Numbers need not go through the branches as the network does; of one shape they come in order.
            if (Array.TrueForAll(groups, group => group.Count() == alike[group.Key].Count()))
            {
                targets = [.. groups.SelectMany(group => group)];
                candidates = [.. groups.SelectMany(group => alike[group.Key])];
            }
        }

        foreach ((BuiltLayer<T> layer, SourceLayer source) in targets.Zip(candidates))
            Match(layer, source);

        void LeaveOut(string mistake)
        {
            mistakes.Add($"{mistake}: say which of them {List(targets.Select(layer => layer.Name))} are");
            layers.RemoveAll(targets.Contains);
            sources.RemoveAll(candidates.ToHashSet().Contains);
        }
    }

    private void Match(BuiltLayer<T> layer, SourceLayer source)
    {
        layers.Remove(layer);
        sources.Remove(source);
        SourceRole[] roles = [.. layer.Parameters.Select(parameter => RoleOf(layer, parameter))];
        HashSet<string> left = [.. source.Tensors];
        foreach (Parameter<T> parameter in layer.Parameters)
        {
            SourceView view = ViewOf(layer, parameter);
            string? name = source.NameOf(view.Role, roles);
            if (name is null)
                mistakes.Add($"missing {view} beside {Quoted.Of(source.Tensors.First())} for '{parameter.Name}'");
            else if (!view.SourceShape.SequenceEqual(file.Tensors[name].Shape))
                mistakes.Add($"{Quoted.Of(name)} has shape {Shape(name)} instead of {Describe(view.SourceShape)} for '{parameter.Name}'");
            else if (!SafeTensorType.IsConvertible(file.Tensors[name]))
                mistakes.Add($"{Quoted.Of(name)} has type {file.Tensors[name].DataType} instead of F32, F64, F16 or BF16 for '{parameter.Name}'");
            else if (Model.DescribeBeyond<T>(file.Tensors[name], Quoted.Of(name)) is { } beyond)
                mistakes.Add($"{beyond}, for '{parameter.Name}'");
            else
                taken.Add((parameter, name, view));
            left.Remove(name ?? "");
        }

        // Prediction computes nothing with the number of batches.
        if (source.IsNormalization && source.NameOf(SourceRole.Counter, roles) is { } counter && left.Remove(counter))
            counters.Add(new IgnoredTensor(counter, file.Tensors[counter].DataType, $"*{Counter}"));
        unexpected.AddRange(source.Tensors.Where(left.Contains));
    }

    private void Reject(List<SourceLayer> strange) => unexpected.AddRange(strange.SelectMany(source => source.Tensors));

    /// <summary>
    /// By how many axes its kernel has, layers are told apart; null for those that are none. A normalisation may have a β alone; a tensor alone that is
    /// no kernel is slopes where the model has such.
    /// </summary>
    private int? RankOf(SourceLayer source)
    {
        if (source.IsNormalization)
            return NormalizationRank;
        int axes = file.Tensors[source.Kernel ?? source.Tensors.First()].Shape.Count;
        if (source.Kernel is not null && axes is DenseRank or ConvolutionRank)
            return axes;
        if (source.IsKernelAlone && model.Layers.Any(layer => layer.Specification is PReLU))
            return SlopesRank;
        return axes == NormalizationRank ? NormalizationRank : null;
    }

    private string Shape(string name) => Describe(file.Tensors[name].Shape);

    private static string Describe(IReadOnlyList<long> shape) => SafeTensorsHeader.Describe(shape);

    private string KernelShape(BuiltLayer<T> layer) => Describe(ViewOf(layer, layer.Parameters[0]).SourceShape);

    private static SourceRole RoleOf(BuiltLayer<T> layer, Parameter<T> parameter) => parameter.Name[(layer.Name.Length + 1)..] switch
    {
        "kernel" or "gamma" or "alpha" => SourceRole.Weight,
        "bias" or "beta" => SourceRole.Bias,
        "moving_mean" => SourceRole.Mean,
        _ => SourceRole.Variance,
    };

    /// <summary>
    /// How a parameter looks in the file. A dense layer on a flattened picture (H, W, C) is a convolution whose kernel is as
    /// large as the picture: its [in, out] is [H, W, C, out], and PyTorch's [out, in] is [out, C, H, W]; a normalisation's vectors likewise.
    /// </summary>
    private SourceView ViewOf(BuiltLayer<T> layer, Parameter<T> parameter)
    {
        Shape shape = parameter.Shape;
        SourceRole role = RoleOf(layer, parameter);
        if (layout == WeightLayout.Keras)
            return SourceView.AsItIs(role, parameter.Name[(layer.Name.Length + 1)..], shape);
        string word = role switch { SourceRole.Weight => "weight", SourceRole.Bias => "bias", SourceRole.Mean => "running_mean", _ => "running_var" };
        if (layer.Specification is PReLU)
        {
            if (shape.Elements != shape[^1])
                return SourceView.AsItIs(role, word, shape); // which PyTorch has not
            shape = shape[^1];
        }

        if (shape.Rank == ConvolutionRank)
            return new SourceView(role, word, [shape[3], shape[2], shape[0], shape[1]], shape[3], [(shape[0] * shape[1], shape[2])]);
        if (layer.InputShape.Rank != 1 || shape is { Rank: 1, Elements: 1 } || (role == SourceRole.Bias && layer.Specification is Dense))
            return SourceView.AsItIs(role, word, shape);
        IReadOnlyList<(int Pixels, int Channels)> pieces = featureOrders[model.Topology.Inputs(model.IndexOf(layer))[0]] ?? [(1, shape[0])];
        return shape.Rank == 1
            ? new SourceView(role, word, [shape[0]], 1, pieces)
            : new SourceView(role, word, [shape[1], shape[0]], shape[1], pieces);
    }

    private static string List(IEnumerable<string> names) => string.Join(", ", names.Select(Quoted.Of));
}
