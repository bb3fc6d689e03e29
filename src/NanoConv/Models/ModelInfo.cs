using System.Globalization;
using NanoConv.Descriptions;
using NanoConv.Graphs;
using NanoConv.Tensors;
using NanoConv.Training;

namespace NanoConv.Models;

/// <summary>What a model file says beside the weights: see docs/model-files.md.</summary>
/// <param name="LibraryVersion">The version of the library that wrote the file; null if another program did.</param>
/// <param name="Network">The architecture; null if it is not described, as by <see cref="Model.SaveWeights"/>.</param>
/// <param name="InputShape">The shape of one example; null without an architecture.</param>
/// <param name="Seed">The seed of the initial weights; 0 if the file does not tell.</param>
/// <param name="History">
/// The epochs, and in <see cref="History.Options"/> the training settings; null if neither was kept. The epochs' timings
/// are NaN: files do not have them. The settings are null where the optimiser or the loss is none of the library's; the text
/// under <c>nanoconv.training</c> in <paramref name="Metadata"/> names it.
/// </param>
/// <param name="Metadata">All text by key.</param>
public sealed record ModelInfo(
    string? LibraryVersion,
    Network? Network,
    Shape? InputShape,
    int Seed,
    History? History,
    IReadOnlyDictionary<string, string> Metadata)
{
    internal const string FormatKey = "format", Format = "nanoconv";
    internal const string VersionKey = "nanoconv.version";
    internal const string NetworkKey = "nanoconv.network";
    private const string SeedKey = "nanoconv.seed";
    internal const string TrainingKey = "nanoconv.training";
    internal const string HistoryKey = "nanoconv.history";

    /// <summary>Reads what a file says of its model.</summary>
    /// <param name="path">A safetensors file; one that another program wrote says little.</param>
    /// <exception cref="InvalidDataException">It is no such file, or what it says is malformed.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ModelInfo Read(string path)
    {
        SafeTensorsFile file = SafeTensorsFile.Read(path);
        try
        {
            return Read(file.Metadata);
        }
        catch (InvalidDataException mistake)
        {
            throw new InvalidDataException($"'{path}': {mistake.Message}", mistake);
        }
    }

    /// <summary>Reads what metadata say of a model.</summary>
    /// <param name="metadata">The text by key.</param>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    internal static ModelInfo Read(IReadOnlyDictionary<string, string> metadata)
    {
        (Network Network, Shape InputShape)? network = ReadNetwork(metadata);
        History? history = null;
        bool hasTraining = metadata.TryGetValue(TrainingKey, out string? training);
        if (metadata.TryGetValue(HistoryKey, out string? epochs) || hasTraining)
        {
            history = new History(epochs is null ? [] : HistoryDescription.Read(epochs))
            {
                Options = training is null ? null : TrainingDescription.Read(training),
            };
        }

        return new ModelInfo(metadata.GetValueOrDefault(VersionKey), network?.Network, network?.InputShape, ReadSeed(metadata), history, metadata);
    }

    /// <summary>The metadata of a model, in a fixed order: equal models, equally trained, have the same.</summary>
    internal static OrderedDictionary<string, string> Write(string? network, int seed, History? history)
    {
        OrderedDictionary<string, string> text = new() { [FormatKey] = Format, [VersionKey] = Model.LibraryVersion };
        if (network is not null)
            text[NetworkKey] = network;
        text[SeedKey] = seed.ToString(CultureInfo.InvariantCulture);
        if (history?.Options is { } options)
            text[TrainingKey] = TrainingDescription.Write(options);
        if (history is not null)
            text[HistoryKey] = HistoryDescription.Write(history.Epochs);
        return text;
    }

    /// <summary>The architecture; null if it is not described.</summary>
    internal static (Network Network, Shape InputShape)? ReadNetwork(IReadOnlyDictionary<string, string> metadata) =>
        metadata.TryGetValue(NetworkKey, out string? description) ? NetworkDescription.Read(description) : null;

    /// <summary>The seed of the initial weights.</summary>
    internal static int ReadSeed(IReadOnlyDictionary<string, string> metadata)
    {
        string text = metadata.GetValueOrDefault(SeedKey, "0");
        return PlainNumber.TryWhole(text, out int seed)
            ? seed
            : throw new InvalidDataException($"expected a whole number as {SeedKey}, found '{text}'");
    }
}
