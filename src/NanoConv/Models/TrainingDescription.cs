using System.Globalization;
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
    private const string Sum = "sum";

    /// <summary>The description of what a result depends on.</summary>
    public static string Write(FitOptions options)
    {
        JsonObject description = new()
        {
            ["epochs"] = options.Epochs,
            ["batch_size"] = options.BatchSize,
            ["validation_split"] = options.ValidationSplit,
            ["shuffle"] = options.Shuffle,
            ["seed"] = options.Seed,
            ["optimizer"] = Describe(options.Optimizer),
            ["loss"] = Describe(options.Loss),
        };
        if (options.DropRemainder)
            description["drop_remainder"] = true;
        if (options.MaxSteps is { } steps)
            description["max_steps"] = steps;
        if (options.ClassWeights is { } weights)
        {
            description["class_weight"] = new JsonObject(weights.OrderBy(weight => weight.Key)
                .Select(weight => KeyValuePair.Create(weight.Key.ToString(CultureInfo.InvariantCulture), (JsonNode?)weight.Value)));
        }

        return description.ToJsonString();
    }

    /// <summary>The options that a description means; null if it names an optimiser, a schedule or a loss that is not known here.</summary>
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
                DropRemainder = root.TryGetProperty("drop_remainder", out JsonElement drop) && drop.GetBoolean(),
                MaxSteps = root.TryGetProperty("max_steps", out JsonElement steps) ? steps.Whole() : null,
                Optimizer = optimizer,
                Loss = loss,
                ClassWeights = root.TryGetProperty("class_weight", out JsonElement weights) ? Weights(weights) : null,
            };
            options.TrainingPart(int.MaxValue);
            return options;
        }
        catch (NotRegisteredException)
        {
            return null;
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

    private static JsonNode Rate(Optimizer optimizer) => optimizer.LearningRate is ConstantSchedule constant ? constant.Value : $"{optimizer.LearningRate}";

    // What is as by default is left out, but for what was always written.
    private static JsonObject Describe(Loss loss)
    {
        (string? name, bool? fromLogits, double smoothing) = loss switch
        {
            CategoricalCrossentropy crossentropy => (nameof(CategoricalCrossentropy), crossentropy.FromLogits, crossentropy.LabelSmoothing),
            BinaryCrossentropy crossentropy => (nameof(BinaryCrossentropy), crossentropy.FromLogits, crossentropy.LabelSmoothing),
            MeanSquaredError => (nameof(MeanSquaredError), (bool?)null, 0.0),
            _ => (null, null, 0),
        };
        if (name is null)
            return new JsonObject { [OwnClassKey] = loss.GetType().FullName };
        JsonObject description = new() { [ClassKey] = name };
        if (fromLogits is { } logits)
            description["from_logits"] = logits;
        if (smoothing != 0)
            description["label_smoothing"] = smoothing;
        if (loss.Reduction == Reduction.Sum)
            description["reduction"] = Sum;
        return description;
    }

    private static Optimizer? Optimizer(JsonElement optimizer) =>
        ClassOf(optimizer) is { } word && Optimizers.Optimizer.Registry.Knows(word) ? Optimizers.Optimizer.Read(word, new ConfigReader(optimizer)) : null;

    private static Loss? Loss(JsonElement loss)
    {
        double smoothing = loss.TryGetProperty("label_smoothing", out JsonElement share) ? share.Real() : 0;
        Reduction reduction = !loss.TryGetProperty("reduction", out JsonElement word) ? Reduction.SumOverBatchSize
            : word.GetString() is Sum ? Reduction.Sum
            : throw new FormatException($"expected the reduction '{Sum}', found {Quoted.Of(word.GetRawText())}");
        return ClassOf(loss) switch
        {
            nameof(CategoricalCrossentropy) => new CategoricalCrossentropy(FromLogits(), smoothing, reduction),
            nameof(BinaryCrossentropy) => new BinaryCrossentropy(FromLogits(), smoothing, reduction),
            nameof(MeanSquaredError) => new MeanSquaredError(reduction),
            _ => null,
        };

        bool FromLogits() => loss.GetProperty("from_logits").GetBoolean();
    }

    private static Dictionary<int, double> Weights(JsonElement weights) => weights.EnumerateObject().ToDictionary(
        weight => PlainNumber.TryWhole(weight.Name, out int index) ? index : throw new FormatException($"expected a class, found {Quoted.Of(weight.Name)}"),
        weight => weight.Value.Real());

    private static string? ClassOf(JsonElement description) =>
        description.TryGetProperty(OwnClassKey, out _) ? null : description.GetProperty(ClassKey).GetString();
}
