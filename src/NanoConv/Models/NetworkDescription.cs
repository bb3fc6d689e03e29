using System.Text.Json;
using System.Text.Json.Nodes;
using NanoConv.Descriptions;
using NanoConv.Graphs;
using NanoConv.Layers;
using NanoConv.Tensors;

namespace NanoConv.Models;

/// <summary>Networks as JSON, in Keras's words: what a model file says of its architecture. Each layer writes and reads its own part.</summary>
internal static class NetworkDescription
{
    private const int MaxDepth = 16;

    private const string InputsKey = "inputs", OutputsKey = "outputs";

    /// <summary>The description; null if a layer, or a part of one, does not describe itself.</summary>
    public static string? Write(Network network, Shape inputShape, IReadOnlyList<string> names) => Write(network, inputShape, names, out _);

    /// <inheritdoc cref="Write(Network, Shape, IReadOnlyList{string})"/>
    /// <param name="network">The network.</param>
    /// <param name="inputShape">Its input.</param>
    /// <param name="names">Its layers' names.</param>
    /// <param name="mistake">Which layer that is, and what to do about it.</param>
    public static string? Write(Network network, Shape inputShape, IReadOnlyList<string> names, out string? mistake)
    {
        mistake = null;
        JsonArray layers = [];
        for (int i = 0; i < network.Layers.Count; i++)
        {
            if (!Layer.Registry.TryDescribe(network.Layers[i], out string? word, out ConfigWriter? config, out mistake))
            {
                mistake = $"{network.Layers[i].TypeName} '{names[i]}': {mistake}";
                return null;
            }

            config.Json.Insert(0, ConfigWriter.NameKey, names[i]);
            config.Json.Insert(0, ConfigWriter.ClassKey, word);
            if (network.Topology.Inputs(i) is not [var one] || one != i)
                config.Json[InputsKey] = Numbers(network.Topology.Inputs(i));
            layers.Add((JsonNode)config.Json);
        }

        JsonObject description = new() { ["input_shape"] = Numbers(inputShape.Axes), ["layers"] = layers };
        if (network.Topology.Outputs is not [var end] || end != layers.Count)
            description[OutputsKey] = Numbers(network.Topology.Outputs);
        return description.ToJsonString();
    }

    private static JsonArray Numbers(ReadOnlySpan<int> numbers)
    {
        JsonArray array = [];
        foreach (int number in numbers)
            array.Add((JsonNode)number);
        return array;
    }

    /// <summary>The network that a description means.</summary>
    /// <exception cref="InvalidDataException">It is not such a description, or one of its layers is of a class that is not registered.</exception>
    public static (Network Network, Shape InputShape) Read(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth });
            JsonElement root = document.RootElement;
            Shape shape = new([.. root.GetProperty("input_shape").EnumerateArray().Select(axis => axis.Whole())]);
            JsonElement[] layers = [.. root.GetProperty("layers").EnumerateArray()];
            bool isChain = !root.TryGetProperty(OutputsKey, out _) && !layers.Any(layer => layer.TryGetProperty(InputsKey, out _));
            return (isChain ? new Sequential([.. layers.Select(Read)]) : ReadGraph(root, layers, shape), shape);
        }
        catch (Exception mistake) when (mistake is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"expected a network description, found a mistake in it: {mistake.Message}", mistake);
        }
    }

    // Values by their numbers: 0 is the input, i the i-th layer's output. What is not said is the layer before, and the last layer.
    private static Network ReadGraph(JsonElement root, JsonElement[] layers, Shape shape)
    {
        List<Node> nodes = [Network.Input(shape)];
        foreach (JsonElement layer in layers)
            nodes.Add(Node.Join(Read(layer), Values(layer, InputsKey, nodes)));
        Network network = new(nodes[0], Values(root, OutputsKey, nodes));
        return network.Layers.Count == layers.Length ? network : throw new InvalidDataException(
            $"expected layers that outputs depend on, found {layers.Length - network.Layers.Count} others");
    }

    private static Node[] Values(JsonElement element, string key, List<Node> nodes) => element.TryGetProperty(key, out JsonElement numbers)
        ? [.. numbers.EnumerateArray().Select(number => number.Whole() is >= 0 and int value && value < nodes.Count
            ? nodes[value]
            : throw new InvalidDataException($"expected {key} from 0 to {nodes.Count - 1}, found {number.GetRawText()}"))]
        : [nodes[^1]];

    private static Layer Read(JsonElement layer)
    {
        string name = layer.GetProperty(ConfigWriter.NameKey).GetString()!, word = layer.GetProperty(ConfigWriter.ClassKey).GetString()!;
        return Layer.Registry.Read(word, new ConfigReader(layer, name));
    }
}
