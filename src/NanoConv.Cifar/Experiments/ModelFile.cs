using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using NanoConv.Cifar.Files;
using NanoConv.Cifar.Networks;
using NanoConv.Graphs;
using NanoConv.Metrics;
using NanoConv.Models;
using NanoConv.Onnx;
using NanoConv.Training;

namespace NanoConv.Cifar.Experiments;

/// <summary>A trained model in a file, with the names of its classes and of the data it was trained on.</summary>
/// <param name="Model">The model.</param>
/// <param name="ClassNames">A name for each of its outputs.</param>
/// <param name="DataName">The data set's name; null if the file does not tell.</param>
public sealed partial record ModelFile(Model<float> Model, IReadOnlyList<string> ClassNames, string? DataName)
{
    private const long MostPredictionBytes = 1L << 30; // a small file may ask for any memory by its paddings
    private const int LongestName = 100;

    /// <summary>Where the metadata of a model's file have the data set's name.</summary>
    public const string DataKey = "nanoconv.data";

    /// <summary>Whether the classes have names of their own, not only numbers.</summary>
    public bool NamesClasses => !ClassNames.SequenceEqual(Numbered(ClassNames.Count));

    /// <summary>What classes are called that have no names: "class 0", "class 1", …</summary>
    /// <param name="count">How many there are.</param>
    public static IReadOnlyList<string> Numbered(int count) => [.. Enumerable.Range(0, count).Select(c => $"class {c}")];

    /// <summary>Writes a model.</summary>
    /// <param name="path">The file to write or replace.</param>
    /// <param name="history">How it was trained, if it was.</param>
    /// <exception cref="UserErrorException">It cannot be written; an older file is as it was.</exception>
    public void Write(string path, History? history)
    {
        var metadata = new Dictionary<string, string>
        {
            [OnnxModel.ClassNamesKey] = JsonSerializer.Serialize([.. ClassNames], Json.Default.StringArray),
            [DataKey] = DataName ?? "",
        };
        OutputFile.WriteAt(path, target => Model.Save(target, history, metadata));
    }

    /// <summary>Reads a model that classifies pictures.</summary>
    /// <param name="path">
    /// A file made by <c>train</c>, or by the library from a network for 32 × 32 RGB pictures.
    /// </param>
    /// <exception cref="UserErrorException">There is no such file, or a model of something else, or one whose weights are no numbers.</exception>
    /// <exception cref="InvalidDataException">It is no whole model.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static ModelFile Read(string path)
    {
        RequireFile(path);
        SafeTensorsFile file = SafeTensorsFile.Read(path);
        try
        {
            return Of(file, path);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"'{path}': {exception.Message}", exception);
        }
    }

    /// <inheritdoc cref="Read"/>
    /// <param name="file">What the file holds.</param>
    /// <param name="path">What errors call it.</param>
    internal static ModelFile Of(SafeTensorsFile file, string path)
    {
        IReadOnlyDictionary<string, string> metadata = file.Metadata;
        RefuseForeign(file, path);
        Model<float> model = Models.Model.Load<float>(file);
        if (model.InputShape != CifarNetwork.InputShape)
        {
            throw new UserErrorException(
                $"'{path}': expected a model for pictures of shape {CifarNetwork.InputShape}, " +
                $"found {model.InputShape}");
        }
        if (model.PredictionBytes > MostPredictionBytes)
        {
            throw new UserErrorException(
                $"'{path}': expected a model that predicts in {MostPredictionBytes >> 20} MB a thread, found one that takes {model.PredictionBytes >> 20} MB");
        }
        IReadOnlyList<string> classes = Classes(metadata, path) ?? Numbered(model.OutputShape.Elements);
        if (classes.Count != model.OutputShape.Elements)
        {
            throw new UserErrorException(
                $"'{path}': expected a name for each of {model.OutputShape.Elements} classes, found {classes.Count}");
        }
        if (model.FindNonFiniteWeight() is { } weight)
        {
            throw new UserErrorException(string.Create(
                CultureInfo.InvariantCulture, $"'{path}': expected finite weights, found {weight.Value} in '{weight.Parameter.Name}'"));
        }
        string? data = metadata.GetValueOrDefault(DataKey);
        return new ModelFile(model, classes, string.IsNullOrEmpty(data) ? null : data);
    }

    /// <summary>Refuses a path that leads to nothing.</summary>
    internal static void RequireFile(string path)
    {
        if (!Path.Exists(path)) // of a folder the reader says what may be meant
            throw new UserErrorException($"'{path}': expected a .safetensors file, found no such file");
    }

    /// <summary>Sends weights of another program, and checkpoints, to the command that takes them.</summary>
    private static void RefuseForeign(SafeTensorsFile file, string path)
    {
        if (file.Metadata.ContainsKey("nanoconv.network"))
            return;
        switch (file.Metadata.GetValueOrDefault("format"))
        {
            case "nanoconv":
                return; // with layers of one's own: the library says what to do
            case "nanoconv-checkpoint":
                throw new UserErrorException(
                    $"'{path}': expected a model made by train or import, found a checkpoint of a run; 'train --resume FOLDER' goes on with it");
            default:
                string first = file.Tensors.Keys.FirstOrDefault() ?? "";
                string shown = first.Length <= LongestName ? first : first[..LongestName] + "…";
                throw new UserErrorException(
                    $"'{path}': expected a model made by train or import, found weights of another program ({file.Tensors.Count} tensors, as '{shown}'); "
                    + $"'nanoconv-cifar import {path} --layout {(first.Contains('/') ? "keras" : "pytorch")}' makes a model of them");
        }
    }

    private static string[]? Classes(IReadOnlyDictionary<string, string> metadata, string path)
    {
        if (!metadata.TryGetValue(OnnxModel.ClassNamesKey, out string? text))
            return null;
        JsonException? mistake = null;
        try
        {
            string[]? names = JsonSerializer.Deserialize(text, Json.Default.StringArray);
            if (names is null || !names.Contains(null))
                return names;
        }
        catch (JsonException exception)
        {
            mistake = exception;
        }

        throw new UserErrorException($"'{path}': expected a JSON array of class names in the metadata, found '{text}'", mistake);
    }

    [JsonSerializable(typeof(string[]))]
    private sealed partial class Json : JsonSerializerContext;
}
