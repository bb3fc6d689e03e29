using System.Globalization;
using System.Numerics;
using System.Reflection;
using NanoConv.Descriptions;
using NanoConv.Graphs;
using NanoConv.Layers;
using NanoConv.Tensors;
using NanoConv.Training;

namespace NanoConv.Models;

/// <summary>Models in files: weights in the safetensors format, and as its metadata whatever else a model is.</summary>
public static class Model
{
    /// <summary>The library's version, as model files state it.</summary>
    public static string LibraryVersion { get; } =
        typeof(Model).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Reads a model: its network is built, its weights are taken over bit by bit.</summary>
    /// <param name="path">A file that <see cref="Save"/> has written.</param>
    /// <typeparam name="T">The number type to compute in, whatever the file's.</typeparam>
    /// <exception cref="InvalidDataException">It is no such file; the message says what was expected and found.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static Model<T> Load<T>(string path)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        SafeTensorsFile file = SafeTensorsFile.Read(path);
        try
        {
            return Load<T>(file);
        }
        catch (InvalidDataException mistake)
        {
            throw new InvalidDataException($"'{path}': {mistake.Message}", mistake);
        }
    }

    /// <summary>The model in a file that has been read already.</summary>
    /// <remarks>
    /// Whatever network the file describes, it takes no more than a small multiple of the file's size in memory: what its
    /// tensors do not vouch for is not made.
    /// </remarks>
    /// <param name="file">What <see cref="Save"/> has written.</param>
    /// <typeparam name="T">The number type to compute in, whatever the file's.</typeparam>
    /// <exception cref="InvalidDataException">
    /// It is no such file; the message says what was expected and found. Nothing else is thrown, whatever the content.
    /// </exception>
    public static Model<T> Load<T>(SafeTensorsFile file)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(file);
        ModelWeights<T> weights = new(file);
        try
        {
            (Network network, Shape inputShape) = ModelInfo.ReadNetwork(file.Metadata) ?? throw new InvalidDataException(WithoutNetwork(file));
            // The file's tensors vouch for what the description claims, parameter by parameter and before any is made.
            Model<T> model = network.Build(inputShape, ModelInfo.ReadSeed(file.Metadata), weights.Take);
            RefuseUnfit([.. weights.Mistakes, .. Unexpected(model, file)]);
            return model;
        }
        catch (ArgumentException mistake)
        {
            RefuseUnfit(weights.Mistakes.Count > 0 ? [.. weights.Mistakes, mistake.Message] : []);
            throw new InvalidDataException(mistake.Message, mistake);
        }
    }

    /// <summary>Reads weights into a model that is there already.</summary>
    /// <param name="model">Takes the weights; unchanged if they do not fit.</param>
    /// <param name="path">A safetensors file with a tensor of the right name and shape for each parameter, and no other.</param>
    /// <typeparam name="T">The number type.</typeparam>
    /// <exception cref="InvalidDataException">Names or shapes differ; the message lists them.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static void LoadWeights<T>(this Model<T> model, string path)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        SafeTensorsFile file = SafeTensorsFile.Read(path);
        try
        {
            TakeWeights(model, file);
        }
        catch (InvalidDataException mistake)
        {
            throw new InvalidDataException($"'{path}': {mistake.Message}", mistake);
        }
    }

    /// <summary>
    /// Takes the weights of a network that PyTorch or Keras has trained: their axes are put into NanoConv's order, as is
    /// the order of flattened features. docs/import.md says how to write such a file and how to pad as the other does.
    /// </summary>
    /// <remarks>
    /// Layers are found by their names, if these are the same on both sides; else convolutions and dense layers are taken
    /// in the order that the numbers in their names tell (0, 3, 10; conv1, conv2; conv2d, conv2d_1), each kind by itself.
    /// </remarks>
    /// <param name="model">Takes the weights; unchanged if they do not fit.</param>
    /// <param name="path">
    /// A safetensors file with a kernel and, if there is one, a bias for each layer, of batch normalisations also the moving averages,
    /// of PReLUs the slopes, and no other tensor that is not ignored. F16, BF16, F32 and F64 are converted to <typeparamref name="T"/>;
    /// <see cref="ImportedWeight.SourceType"/> tells which was which.
    /// </param>
    /// <param name="layout">Whose weights they are.</param>
    /// <param name="prefixes">
    /// For layers whose place the names do not tell: by the layer's name, what the names of its tensors begin with, as
    /// <c>["conv2d_1"] = "stem"</c> for <c>stem.weight</c> and <c>stem.bias</c>.
    /// </param>
    /// <param name="ignore">
    /// Patterns of names to leave out, as <c>*.num_batches_tracked</c> or <c>optimizer.*</c>: the whole name, in which <c>*</c> stands
    /// for any characters or none, and all else for itself. A pattern that no name fits is an error.
    /// </param>
    /// <returns>Where each parameter's values came from, and what was ignored.</returns>
    /// <typeparam name="T">The number type.</typeparam>
    /// <exception cref="ArgumentException">
    /// The model has layers with weights that other frameworks do not know, or adds features that were flattened from a picture to others
    /// (of PyTorch's), <paramref name="prefixes"/> names none of its layers, or a pattern is empty.
    /// </exception>
    /// <exception cref="InvalidDataException">
    /// The tensors do not fit; the message lists what is missing, unexpected, of another shape or type, or batch normalizations that the
    /// network does not have. Or a pattern fits no name.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ImportedWeights ImportWeights<T>(
        this Model<T> model,
        string path,
        WeightLayout layout,
        IReadOnlyDictionary<string, string>? prefixes = null,
        IReadOnlyList<string>? ignore = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!Enum.IsDefined(layout))
            throw new ArgumentOutOfRangeException(nameof(layout), layout, "expected PyTorch or Keras");
        SafeTensorsFile file = SafeTensorsFile.Read(path);
        try
        {
            return new WeightImport<T>(model, file, layout, ignore ?? []).Run(prefixes ?? new Dictionary<string, string>());
        }
        catch (InvalidDataException mistake)
        {
            throw new InvalidDataException($"'{path}': {mistake.Message}", mistake);
        }
    }

    /// <summary>
    /// Writes a model, atomically: weights under names like <c>conv2d_1/kernel</c>; network, history, training settings,
    /// version and whatever else is given as metadata, which <see cref="ModelInfo"/> reads. Nothing in it depends on when
    /// or how fast it was trained: equal runs give equal files.
    /// </summary>
    /// <remarks>
    /// Layers, activations, penalties and initializers of one's own are part of it if they are <see cref="IDescribed{TSelf}"/>, and are
    /// loaded if they are registered, as by <see cref="Layer.Register{TLayer}"/>; else there is <see cref="SaveWeights"/>.
    /// </remarks>
    /// <param name="model">The model.</param>
    /// <param name="path">The file; replaced if there is one.</param>
    /// <param name="history">How it was trained, with its <see cref="History.Options"/>, if that is to be kept.</param>
    /// <param name="metadata">More text by key.</param>
    /// <typeparam name="T">The number type: F32 or F64 in the file.</typeparam>
    /// <exception cref="ArgumentException">A layer does not describe itself; the message names it and says what to do. Nothing is written.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save<T>(
        this Model<T> model, string path, History? history = null, IReadOnlyDictionary<string, string>? metadata = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        IReadOnlyList<string> names = [.. model.Layers.Select(layer => layer.Name)];
        string network = NetworkDescription.Write(model.Network, model.InputShape, names, out string? mistake)
            ?? throw new ArgumentException($"{mistake}; or save the weights alone, by {nameof(SaveWeights)}", nameof(model));
        Write(model, path, network, history, metadata);
    }

    /// <summary>
    /// Writes a model as <see cref="Save"/> does, but without its network, whatever its layers are: build it again and use
    /// <see cref="LoadWeights"/>.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file; replaced if there is one.</param>
    /// <param name="history">How it was trained, if that is to be kept.</param>
    /// <param name="metadata">More text by key.</param>
    /// <typeparam name="T">The number type: F32 or F64 in the file.</typeparam>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void SaveWeights<T>(
        this Model<T> model, string path, History? history = null, IReadOnlyDictionary<string, string>? metadata = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        Write(model, path, network: null, history, metadata);
    }

    private static void Write<T>(Model<T> model, string path, string? network, History? history, IReadOnlyDictionary<string, string>? metadata)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        OrderedDictionary<string, SafeTensor> tensors = [];
        foreach (Parameter<T> parameter in model.Parameters)
            tensors.Add(parameter.Name, SafeTensor.From<T>(parameter.Shape, parameter.Value));
        OrderedDictionary<string, string> text = ModelInfo.Write(network, model.Seed, history);
        foreach ((string key, string value) in metadata ?? new Dictionary<string, string>())
            text[key] = value;
        new SafeTensorsFile(tensors, text).Write(path);
    }

    /// <summary>What a file is that describes no network, and who takes it.</summary>
    private static string WithoutNetwork(SafeTensorsFile file) => file.Metadata.GetValueOrDefault(ModelInfo.FormatKey) switch
    {
        CheckpointFile.Format => $"expected a model, found a checkpoint of its training: a fit with a {nameof(CheckpointFolder)} goes on from it",
        ModelInfo.Format => $"expected the network's description in the metadata, found none; build the network and use {nameof(LoadWeights)}",
        _ => "expected a model that NanoConv saved, with its network's description in the metadata, found "
            + $"{(file.Tensors.Count == 0 ? "no tensors" : $"another program's tensors, as {Quoted.Of(file.Tensors.Keys.First())}")}; "
            + $"build the network and use {nameof(ImportWeights)}, or {nameof(LoadWeights)} if the tensors are named as its parameters",
    };

    private static void TakeWeights<T>(Model<T> model, SafeTensorsFile file)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        IEnumerable<string> mistakes = model.Parameters.Select(parameter => FindMistake<T>(file, parameter.Name, parameter.Shape)).OfType<string>();
        RefuseUnfit([.. mistakes, .. Unexpected(model, file)]);
        model.Edit(_ =>
        {
            foreach (Parameter<T> parameter in model.Parameters)
                file.Tensors[parameter.Name].CopyTo(parameter.Writable);
        });
    }

    internal static string? FindMistake<T>(SafeTensorsFile file, string name, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        !file.Tensors.TryGetValue(name, out SafeTensor? tensor) ? $"missing '{name}'"
        : !shape.Axes.ToArray().Select(axis => (long)axis).SequenceEqual(tensor.Shape)
            ? $"'{name}' has shape {SafeTensorsHeader.Describe(tensor.Shape)} instead of {shape}"
        : !SafeTensorType.IsWeights(tensor) ? $"'{name}' has type {tensor.DataType} instead of F32 or F64"
        : DescribeBeyond<T>(tensor, $"'{name}'");

    /// <summary>Says of numbers beyond the range of <typeparamref name="T"/> that they are; null if there are none.</summary>
    internal static string? DescribeBeyond<T>(SafeTensor tensor, string name)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        tensor.FindBeyond<T>() is { } value ? string.Create(CultureInfo.InvariantCulture, $"{name} has {value}, beyond the range of {typeof(T).Name}") : null;


    private static IReadOnlyList<string> Unexpected<T>(Model<T> model, SafeTensorsFile file)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        HashSet<string> wanted = [.. model.Parameters.Select(parameter => parameter.Name)];
        return [.. file.Tensors.Keys.Where(name => !wanted.Contains(name)).Select(name => $"unexpected {Quoted.Of(name)}")];
    }

    internal static void RefuseUnfit(IReadOnlyList<string> mistakes)
    {
        if (mistakes.Count > 0)
            throw new InvalidDataException($"the weights do not fit the network: {string.Join("; ", mistakes)}");
    }
}
