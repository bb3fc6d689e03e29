using System.Text.Json;
using System.Text.Json.Nodes;
using NanoConv.Descriptions;
using NanoConv.Losses;
using NanoConv.Optimizers;
using NanoConv.Schedules;
using NanoConv.Training;

namespace NanoConv.Models;

/// <summary>Training settings as JSON, in Keras's words: what a model file says of how it was trained.</summary>
internal static class TrainingDescription
{
    private const string ClassKey = "class";
    private const string OwnClassKey = "own_class";
    private const string RateKey = "learning_rate";

    /// <summary>The description of what a result depends on.</summary>
    public static string Write(FitOptions options) => new JsonObject
    {
        ["epochs"] = options.Epochs,
        ["batch_size"] = options.BatchSize,
        ["validation_split"] = options.ValidationSplit,
        ["shuffle"] = options.Shuffle,
        ["seed"] = options.Seed,
        ["optimizer"] = Describe(options.Optimizer),
        ["loss"] = Describe(options.Loss),
    }.ToJsonString();

    /// <summary>The options that a description means; null if it names an optimiser or a loss that is none of the library's.</summary>
    /// <exception cref="InvalidDataException">It is no such description.</exception>
    public static FitOptions? Read(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            if (Optimizer(root.GetProperty("optimizer")) is not { } optimizer || Loss(root.GetProperty("loss")) is not { } loss)
                return null;
            FitOptions options = new()
            {
                Epochs = root.GetProperty("epochs").Whole(),
                BatchSize = root.GetProperty("batch_size").Whole(),
                ValidationSplit = root.GetProperty("validation_split").Real(),
                Shuffle = root.GetProperty("shuffle").GetBoolean(),
                Seed = root.GetProperty("seed").Whole(),
                Optimizer = optimizer,
                Loss = loss,
            };
            options.TrainingPart(int.MaxValue);
            return options;
        }
        catch (Exception mistake) when (mistake is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"expected training settings, found a mistake in them: {mistake.Message}", mistake);
        }
    }

    // One of one's own, or with a schedule of one's own, is named and not read, unless it is registered.
    private static JsonObject Describe(Optimizer optimizer)
    {
        if (!Optimizers.Optimizer.Registry.Knows(optimizer.GetType()))
            return new JsonObject { [OwnClassKey] = optimizer.GetType().FullName, [RateKey] = Rate(optimizer) };
        if (!Optimizers.Optimizer.Registry.TryDescribe(optimizer, out string? word, out ConfigWriter? config, out _))
            return new JsonObject { [OwnClassKey] = $"{optimizer.GetType().Name} with a part of one's own", [RateKey] = Rate(optimizer) };
        config.Json.Insert(0, ClassKey, word);
        return config.Json;
    }

    private static JsonNode Rate(Optimizer optimizer) => optimizer.LearningRate is Constant constant ? constant.Value : $"{optimizer.LearningRate}";

    private static JsonObject Describe(Loss loss) => loss switch
    {
        CategoricalCrossentropy crossentropy => new JsonObject
        {
            [ClassKey] = nameof(CategoricalCrossentropy),
            ["from_logits"] = crossentropy.FromLogits,
        },
        _ => new JsonObject { [OwnClassKey] = loss.GetType().FullName },
    };

    private static Optimizer? Optimizer(JsonElement optimizer) =>
        ClassOf(optimizer) is { } word && Optimizers.Optimizer.Registry.Knows(word) ? Optimizers.Optimizer.Read(word, new ConfigReader(optimizer)) : null;

    private static Loss? Loss(JsonElement loss) => ClassOf(loss) switch
    {
        nameof(CategoricalCrossentropy) => new CategoricalCrossentropy(loss.GetProperty("from_logits").GetBoolean()),
        _ => null,
    };

    private static string? ClassOf(JsonElement description) =>
        description.TryGetProperty(OwnClassKey, out _) ? null : description.GetProperty(ClassKey).GetString();
}
