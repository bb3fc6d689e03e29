using System.Text.Json;
using System.Text.Json.Nodes;

namespace NanoConv;

/// <summary>Networks as JSON, in Keras's words: what a model file says of its architecture. Each layer writes and reads its own part.</summary>
internal static class NetworkDescription
{
    private const int MaxDepth = 16;

    /// <summary>The description; null if a layer, or a part of one, does not describe itself.</summary>
    public static string? Write(Sequential network, Shape inputShape, IReadOnlyList<string> names) => Write(network, inputShape, names, out _);

    /// <inheritdoc cref="Write(Sequential, Shape, IReadOnlyList{string})"/>
    /// <param name="network">The network.</param>
    /// <param name="inputShape">Its input.</param>
    /// <param name="names">Its layers' names.</param>
    /// <param name="mistake">Which layer that is, and what to do about it.</param>
    public static string? Write(Sequential network, Shape inputShape, IReadOnlyList<string> names, out string? mistake)
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
            layers.Add((JsonNode)config.Json);
        }

        JsonArray axes = [];
        foreach (int axis in inputShape.Axes)
            axes.Add((JsonNode)axis);
        return new JsonObject { ["input_shape"] = axes, ["layers"] = layers }.ToJsonString();
    }

    /// <summary>The network that a description means.</summary>
    /// <exception cref="InvalidDataException">It is not such a description, or one of its layers is of a class that is not registered.</exception>
    public static (Sequential Network, Shape InputShape) Read(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth });
            int[] axes = [.. document.RootElement.GetProperty("input_shape").EnumerateArray().Select(axis => axis.Whole())];
            Layer[] layers = [.. document.RootElement.GetProperty("layers").EnumerateArray().Select(Read)];
            return (new Sequential(layers), new Shape(axes));
        }
        catch (Exception mistake) when (mistake is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"expected a network description, found a mistake in it: {mistake.Message}", mistake);
        }
    }

    private static Layer Read(JsonElement layer)
    {
        string name = layer.GetProperty(ConfigWriter.NameKey).GetString()!, word = layer.GetProperty(ConfigWriter.ClassKey).GetString()!;
        return Layer.Registry.Read(word, new ConfigReader(layer, name));
    }
}
