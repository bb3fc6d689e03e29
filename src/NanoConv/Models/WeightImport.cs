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
    private const int ConvolutionRank = 4;
    private const string Counter = ".num_batches_tracked";

    private readonly Model<T> model;
    private readonly SafeTensorsFile file;
    private readonly WeightLayout layout;
    private readonly List<BuiltLayer<T>> layers;
    private readonly List<SourceLayer> sources;
    private readonly List<string> unexpected;
    private readonly IReadOnlyList<IgnoredTensor> ignored;
    private readonly List<string> mistakes = [];
    private readonly List<(Parameter<T> Parameter, string Source, KernelView View)> taken = [];

    public WeightImport(Model<T> model, SafeTensorsFile file, WeightLayout layout, IReadOnlyList<string> ignore)
    {
        (this.model, this.file, this.layout) = (model, file, layout);
        layers = [.. model.Layers.Where(layer => layer.Parameters.Count > 0)];
        if (layers.FirstOrDefault(layer => layer.Specification.ForeignKernelRank is null) is { } other)
        {
            throw new ArgumentException(
                $"expected layers with weights that other frameworks have, Conv2D and Dense, received {other.Specification.TypeName} '{other.Name}'");
        }

        ignored = IgnorePatterns.Find(file, ignore);
        IEnumerable<string> names = ignored.Count == 0 ? file.Tensors.Keys : file.Tensors.Keys.Except(ignored.Select(tensor => tensor.Name));
        (sources, unexpected) = SourceLayer.Of(names, layout);
        Reject(sources.FindAll(source => !HasKernel(source)));
        sources.RemoveAll(source => !HasKernel(source));
    }

    /// <summary>Imports, or changes nothing.</summary>
    /// <param name="map">Prefixes by layer, for layers whose place the names do not tell.</param>
    public ImportedWeights Run(IReadOnlyDictionary<string, string> map)
    {
        foreach ((string layer, string prefix) in map)
            MatchByHand(layer, prefix);
        if (!MatchByName())
        {
            MatchByOrder(layers.FindAll(IsConvolution), sources.FindAll(source => RankOf(source) == ConvolutionRank));
            MatchByOrder(layers.FindAll(layer => !IsConvolution(layer)), sources.FindAll(source => RankOf(source) != ConvolutionRank));
        }

        foreach (BuiltLayer<T> layer in layers)
            mistakes.AddRange(layer.Parameters.Select(parameter => $"missing {Describe(ViewOf(layer, parameter))} for '{parameter.Name}'"));
        Reject(sources);
        bool isAllThere = mistakes.Count == 0;
        IReadOnlyList<string> normalizations = ForeignLayers.TakeBatchNormalizations(unexpected);
        mistakes.AddRange(normalizations);
        mistakes.AddRange(unexpected.Select(name => $"unexpected {Quoted.Of(name)}"));
        if (mistakes.Count > 0)
            throw new InvalidDataException($"the weights do not fit the network: {string.Join("; ", mistakes)}{Remark(isAllThere, normalizations.Count > 0)}");
        model.Edit(_ =>
        {
            foreach ((Parameter<T> parameter, string source, KernelView view) in taken)
                Copy(file.Tensors[source], parameter, view);
        });
        ImportedWeight[] weights = [.. taken.Select(one => new ImportedWeight(
            one.Parameter.Name,
            one.Parameter.Shape,
            one.Source,
            new Shape([.. one.View.SourceShape.Select(axis => (int)axis)]),
            file.Tensors[one.Source].DataType))];
        return new ImportedWeights(weights, ignored);
    }

    /// <summary>What can be done about it, and what ignoring has to do with it.</summary>
    private string Remark(bool isAllThere, bool hasNormalization)
    {
        string remark = ignored.Count == 0 ? "" : $"; {ignored.Count} tensors were ignored, as {Quoted.Of(ignored[0].Name)}";
        if (hasNormalization)
            remark += "; NanoConv does not have batch normalization: fold it into the layer before it, there, and import the result";
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

    /// <summary>If the remaining layers are called alike on both sides, whatever their order.</summary>
    private bool MatchByName()
    {
        Dictionary<string, SourceLayer> byName = [];
        if (sources.Count != layers.Count || !sources.TrueForAll(source => byName.TryAdd(source.Name, source)))
            return false;
        if (!layers.TrueForAll(layer => byName.ContainsKey(layer.Name)))
            return false;
        foreach (BuiltLayer<T> layer in layers.ToList())
            Match(layer, byName[layer.Name]);
        return true;
    }

    /// <summary>
    /// The first with the first. The order of a file is no help, it is the alphabet's; so names must differ in numbers
    /// alone: then these tell the order of definition. Of others, 'stem' and 'block', say, none is known to come first.
    /// </summary>
    private void MatchByOrder(List<BuiltLayer<T>> targets, List<SourceLayer> candidates)
    {
        if (targets.Count > 0 && candidates.Select(source => source.Pattern).Distinct().Count() > 1)
        {
            mistakes.Add(
                $"expected names that differ in numbers alone, to tell their order, found {List(candidates.Select(source => source.Prefix))}: " +
                $"say which of them {List(targets.Select(layer => layer.Name))} are");
            layers.RemoveAll(targets.Contains);
            sources.RemoveAll(candidates.ToHashSet().Contains);
            return;
        }

        foreach ((BuiltLayer<T> layer, SourceLayer source) in targets.Zip(candidates))
            Match(layer, source);
    }

    private void Match(BuiltLayer<T> layer, SourceLayer source)
    {
        layers.Remove(layer);
        sources.Remove(source);
        foreach (Parameter<T> parameter in layer.Parameters)
        {
            KernelView view = ViewOf(layer, parameter);
            string? name = view.IsKernel ? source.Kernel : source.Bias;
            if (name is null)
                mistakes.Add($"missing {Describe(view)} beside {Quoted.Of(source.Kernel!)} for '{parameter.Name}'");
            else if (!view.SourceShape.SequenceEqual(file.Tensors[name].Shape))
                mistakes.Add($"{Quoted.Of(name)} has shape {Shape(name)} instead of {Describe(view.SourceShape)} for '{parameter.Name}'");
            else if (!SafeTensorType.IsConvertible(file.Tensors[name]))
                mistakes.Add($"{Quoted.Of(name)} has type {file.Tensors[name].DataType} instead of F32, F64, F16 or BF16 for '{parameter.Name}'");
            else if (Model.DescribeBeyond<T>(file.Tensors[name], Quoted.Of(name)) is { } beyond)
                mistakes.Add($"{beyond}, for '{parameter.Name}'");
            else
                taken.Add((parameter, name, view));
        }

        if (layer.Parameters.Count == 1 && source.Bias is { } bias)
            unexpected.Add(bias);
    }

    private void Reject(List<SourceLayer> strange) =>
        unexpected.AddRange(strange.SelectMany(source => new[] { source.Kernel, source.Bias }).OfType<string>());

    private static bool IsConvolution(BuiltLayer<T> layer) => layer.Specification.ForeignKernelRank == ConvolutionRank;

    private bool HasKernel(SourceLayer source) => source.Kernel is not null && RankOf(source) is (2 or ConvolutionRank);

    private int RankOf(SourceLayer source) => file.Tensors[source.Kernel!].Shape.Count;

    private string Shape(string name) => Describe(file.Tensors[name].Shape);

    private static string Describe(IReadOnlyList<long> shape) => SafeTensorsHeader.Describe(shape);

    private string Describe(KernelView view)
    {
        string role = !view.IsKernel ? "bias" : layout == WeightLayout.PyTorch ? "weight" : "kernel";
        return $"a {role} of shape {Describe(view.SourceShape)}";
    }

    /// <summary>
    /// How a parameter looks in the file. A dense layer on a flattened picture (H, W, C) is a convolution whose kernel is as
    /// large as the picture: its [in, out] is [H, W, C, out], and PyTorch's [out, in] is [out, C, H, W].
    /// </summary>
    private KernelView ViewOf(BuiltLayer<T> layer, Parameter<T> parameter)
    {
        Shape shape = parameter.Shape;
        if (shape.Rank == 1)
            return new KernelView(false, 1, 1, 1, shape[0], [shape[0]]);
        if (layout == WeightLayout.Keras)
            return new KernelView(true, 1, 1, 1, shape.Elements, [.. shape.Axes.ToArray().Select(axis => (long)axis)]);
        if (shape.Rank == ConvolutionRank)
            return new KernelView(true, shape[0], shape[1], shape[2], shape[3], [shape[3], shape[2], shape[0], shape[1]]);
        int pixels = FlattenedPixels(layer);
        return new KernelView(true, pixels, 1, shape[0] / pixels, shape[1], [shape[1], shape[0]]);
    }

    /// <summary>The pixels of the picture whose flattened features a layer receives, in whatever rows; 1 if it receives none.</summary>
    private int FlattenedPixels(BuiltLayer<T> dense)
    {
        int value = model.Topology.Inputs(model.IndexOf(dense))[0];
        while (value > 0 && model.Layers[value - 1].Specification.KeepsOrder)
            value = model.Topology.Inputs(value - 1)[0];
        return value > 0 && model.Layers[value - 1] is { Specification: Flatten, InputShape: { Rank: 3 } picture } ? picture[0] * picture[1] : 1;
    }

    // w[h, w, i, o] = source[o, i, h, w]
    private static void Copy(SafeTensor source, Parameter<T> parameter, KernelView view)
    {
        T[] oihw = new T[parameter.Shape.Elements];
        source.CopyTo<T>(oihw);
        Span<T> hwio = parameter.Writable;
        int index = 0;
        for (int h = 0; h < view.Height; h++)
        {
            for (int w = 0; w < view.Width; w++)
            {
                for (int i = 0; i < view.Inputs; i++)
                {
                    for (int o = 0; o < view.Outputs; o++)
                        hwio[index++] = oihw[(((((o * view.Inputs) + i) * view.Height) + h) * view.Width) + w];
                }
            }
        }
    }

    private static string List(IEnumerable<string> names) => string.Join(", ", names.Select(Quoted.Of));

    /// <summary>A parameter as [outputs, inputs, height, width]; whatever needs no other order is all outputs.</summary>
    private sealed record KernelView(bool IsKernel, int Height, int Width, int Inputs, int Outputs, long[] SourceShape);
}
