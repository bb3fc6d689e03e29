using System.Text.Json.Serialization;
using NanoConv.Losses;

namespace NanoConv.Models;

/// <summary>How epochs are written as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(FiniteJsonConverter)])]
[JsonSerializable(typeof(IReadOnlyList<SavedEpoch>))]
internal sealed partial class ModelJson : JsonSerializerContext;

/// <summary>An epoch as a model file tells it: without its timings, so that equal runs give equal files.</summary>
internal sealed record SavedEpoch(int Epoch, double Loss, double Accuracy, double? ValidationLoss, double? ValidationAccuracy);
