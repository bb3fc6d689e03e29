using System.Text.Json;
using System.Text.Json.Serialization;
using NanoConv.Training;

namespace NanoConv.Cifar.Experiments;

/// <summary>What the checkpoints of a run say of it, so that it can be resumed without being described again.</summary>
/// <param name="Settings">What was asked for.</param>
/// <param name="EverySteps">Steps from one checkpoint to the next.</param>
/// <param name="Output">The folder for its results, as seen from that of the checkpoints: both may move together.</param>
internal sealed partial record RunNote(RunSettings Settings, int EverySteps, string Output)
{
    private const string Key = "run";

    /// <summary>As metadata of checkpoints.</summary>
    public IReadOnlyDictionary<string, string> ToMetadata() =>
        new Dictionary<string, string> { [Key] = JsonSerializer.Serialize(this, NoteJson.Default.RunNote) };

    /// <summary>Reads it from a checkpoint.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <exception cref="UserErrorException">It is none of a run of this program.</exception>
    public static RunNote Read(SavedState checkpoint)
    {
        try
        {
            RunNote? note = checkpoint.Texts.TryGetValue(Key, out string? text) ? JsonSerializer.Deserialize(text, NoteJson.Default.RunNote) : null;
            if (note?.Settings?.FindFault() is { } fault)
                throw new UserErrorException($"'{checkpoint.Source}': {fault}");
            return note is { Settings: not null, Output: not null }
                ? note
                : throw new UserErrorException($"'{checkpoint.Source}': expected a checkpoint written by train, found another one");
        }
        catch (JsonException exception)
        {
            throw new UserErrorException($"'{checkpoint.Source}': expected a run's settings, found: {exception.Message}", exception);
        }
    }

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true,
        Converters = [typeof(CountConverter)])]
    [JsonSerializable(typeof(RunNote))]
    private sealed partial class NoteJson : JsonSerializerContext;
}
