using System.Text.Json.Serialization;

namespace NanoConv.Cifar.Reproduction;

/// <summary>How results.json is spelt: snake_case names, words for enumerations, as in run.json.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(ResultsFile))]
internal sealed partial class ResultsJson : JsonSerializerContext;
