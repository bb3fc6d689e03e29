using System.Text.Json;
using System.Text.Json.Nodes;

namespace NanoConv;

/// <summary>Networks as JSON, in Keras's words: what a model file says of its architecture.</summary>
internal static class NetworkDescription
{
    private const int MaxDepth = 16;

    private static readonly OrderedDictionary<string, Initializer> Initializers = new()
    {
        ["glorot_uniform"] = new GlorotUniform(),
        ["he_normal"] = new HeNormal(),
        ["he_uniform"] = new HeUniform(),
        ["zeros"] = new Zeros(),
    };

    /// <summary>The description; null if a layer, a penalty or an initializer is none of the library's, which has no words for it.</summary>
    public static string? Write(Network network, Shape inputShape, IReadOnlyList<string> names)
    {
        JsonArray layers = [];
        for (int i = 0; i < network.Layers.Count; i++)
        {
            if (Describe(network.Layers[i]) is not { } layer)
                return null;
            layer.Insert(0, "name", names[i]);
            layer.Insert(0, "class", network.Layers[i].TypeName);
            layers.Add((JsonNode)layer);
        }

        JsonObject description = new()
        {
            ["input_shape"] = Numbers(inputShape.Axes.ToArray()),
            ["layers"] = layers,
        };
        return description.ToJsonString();
    }

    /// <summary>The network that a description means.</summary>
    /// <exception cref="InvalidDataException">It is not such a description.</exception>
    public static (Sequential Network, Shape InputShape) Read(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth });
            int[] axes = [.. document.RootElement.GetProperty("input_shape").EnumerateArray().Select(axis => axis.Whole())];
            Layer[] layers = [.. document.RootElement.GetProperty("layers").EnumerateArray().Select(Layer)];
            return (new Sequential(layers), new Shape(axes));
        }
        catch (Exception mistake) when (mistake is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"expected a network description, found a mistake in it: {mistake.Message}", mistake);
        }
    }

    private static JsonObject? Describe(Layer layer) => layer switch
    {
        Conv2D { KernelRegularizer: not (null or L1 or L2) } or Dense { KernelRegularizer: not (null or L1 or L2) } => null,
        Conv2D conv when Describe(conv.KernelInitializer) is null => null,
        Dense dense when Describe(dense.KernelInitializer) is null => null,
        Conv2D conv => new JsonObject
        {
            ["filters"] = conv.Filters,
            ["kernel_size"] = Size(conv.KernelSize),
            ["strides"] = Size(conv.Strides),
            ["padding"] = Describe(conv.Padding),
            ["activation"] = Describe(conv.Activation),
            ["use_bias"] = conv.UseBias,
            ["kernel_initializer"] = Describe(conv.KernelInitializer),
            ["kernel_regularizer"] = Describe(conv.KernelRegularizer),
        },
        Dense dense => new JsonObject
        {
            ["units"] = dense.Units,
            ["activation"] = Describe(dense.Activation),
            ["use_bias"] = dense.UseBias,
            ["kernel_initializer"] = Describe(dense.KernelInitializer),
            ["kernel_regularizer"] = Describe(dense.KernelRegularizer),
        },
        MaxPooling2D pooling => new JsonObject
        {
            ["pool_size"] = Size(pooling.PoolSize),
            ["strides"] = Size(pooling.Strides),
            ["padding"] = Describe(pooling.Padding),
        },
        Dropout dropout => new JsonObject { ["rate"] = dropout.Rate },
        ActivationLayer activation => new JsonObject { ["activation"] = Describe(activation.Activation) },
        Flatten => [],
        _ => null,
    };

    private static Layer Layer(JsonElement layer)
    {
        string name = layer.GetProperty("name").GetString()!;
        string type = layer.GetProperty("class").GetString()!;
        return type switch
        {
            nameof(Conv2D) => new Conv2D(
                layer.GetProperty("filters").Whole(),
                Size(layer.GetProperty("kernel_size")),
                Padding(layer.GetProperty("padding")),
                Size(layer.GetProperty("strides")),
                Activation(layer),
                layer.GetProperty("use_bias").GetBoolean(),
                Initializer(layer),
                Regularizer(layer),
                name),
            nameof(Dense) => new Dense(
                layer.GetProperty("units").Whole(),
                Activation(layer),
                layer.GetProperty("use_bias").GetBoolean(),
                Initializer(layer),
                Regularizer(layer),
                name),
            nameof(MaxPooling2D) => new MaxPooling2D(
                Size(layer.GetProperty("pool_size")), Size(layer.GetProperty("strides")), Padding(layer.GetProperty("padding")), name),
            nameof(Dropout) => new Dropout(layer.GetProperty("rate").Real(), name),
            nameof(Flatten) => new Flatten(name),
            nameof(ActivationLayer) => new ActivationLayer(Activation(layer), name),
            _ => throw new InvalidDataException($"expected a layer of the library, found '{type}'"),
        };
    }

    private static JsonNode Describe(Padding padding) => padding.IsSame
        ? "same"
        : padding == NanoConv.Padding.Valid ? "valid" : Numbers(padding.Top, padding.Bottom, padding.Left, padding.Right);

    private static Padding Padding(JsonElement padding)
    {
        if (padding.ValueKind == JsonValueKind.Array)
        {
            int[] sides = Numbers(padding, count: 4);
            return NanoConv.Padding.Explicit(sides[0], sides[1], sides[2], sides[3]);
        }

        return padding.GetString() switch
        {
            "same" => NanoConv.Padding.Same,
            "valid" => NanoConv.Padding.Valid,
            string other => throw new InvalidDataException($"expected padding 'same' or 'valid', found '{other}'"),
            null => throw new InvalidDataException("expected padding, found null"),
        };
    }

    private static string Describe(Activation activation) => activation switch
    {
        NanoConv.Activation.ReLU => "relu",
        NanoConv.Activation.Softmax => "softmax",
        _ => "linear",
    };

    private static Activation Activation(JsonElement layer) => layer.GetProperty("activation").GetString() switch
    {
        "relu" => NanoConv.Activation.ReLU,
        "softmax" => NanoConv.Activation.Softmax,
        "linear" => NanoConv.Activation.Linear,
        string other => throw new InvalidDataException($"expected activation 'relu', 'softmax' or 'linear', found '{other}'"),
        null => throw new InvalidDataException("expected an activation, found null"),
    };

    private static string? Describe(Initializer initializer) =>
        Initializers.FirstOrDefault(known => known.Value.GetType() == initializer.GetType()).Key;

    // Files that were written before initializers were kept do not have it.
    private static Initializer Initializer(JsonElement layer)
    {
        if (!layer.TryGetProperty("kernel_initializer", out JsonElement word))
            return Initializers["glorot_uniform"];
        return word.GetString() is { } known && Initializers.TryGetValue(known, out Initializer? initializer)
            ? initializer
            : throw new InvalidDataException(
                $"expected initializer {string.Join(", ", Initializers.Keys.Select(key => $"'{key}'"))}, found {word.GetRawText()}");
    }

    private static JsonObject? Describe(Regularizer? regularizer) => regularizer switch
    {
        L1 l1 => new JsonObject { ["l1"] = l1.Strength },
        L2 l2 => new JsonObject { ["l2"] = l2.Strength },
        _ => null,
    };

    private static Regularizer? Regularizer(JsonElement layer)
    {
        JsonElement regularizer = layer.GetProperty("kernel_regularizer");
        if (regularizer.ValueKind == JsonValueKind.Null)
            return null;
        return regularizer.TryGetProperty("l1", out JsonElement l1) ? new L1(l1.Real()) : new L2(regularizer.GetProperty("l2").Real());
    }

    private static JsonArray Size(Size2D size) => Numbers(size.Height, size.Width);

    private static Size2D Size(JsonElement size)
    {
        int[] sides = Numbers(size, count: 2);
        return new Size2D(sides[0], sides[1]);
    }

    private static int[] Numbers(JsonElement array, int count) => array.GetArrayLength() == count
        ? [.. array.EnumerateArray().Select(number => number.Whole())]
        : throw new InvalidDataException($"expected {count} numbers, found {array.GetRawText()}");

    private static JsonArray Numbers(params ReadOnlySpan<int> numbers)
    {
        JsonArray array = [];
        foreach (int number in numbers)
            array.Add((JsonNode)number);
        return array;
    }
}
