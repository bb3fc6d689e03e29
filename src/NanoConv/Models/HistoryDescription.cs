using System.Text.Json;
using NanoConv.Training;

namespace NanoConv.Models;

/// <summary>Epochs as JSON, without their timings, so that equal runs give equal files.</summary>
internal static class HistoryDescription
{
    /// <summary>The description of the finished epochs.</summary>
    public static string Write(IReadOnlyList<EpochRecord> epochs)
    {
        SavedEpoch[] saved = [.. epochs.Select(epoch => new SavedEpoch(
            epoch.Epoch, epoch.Loss, epoch.Accuracy, epoch.ValidationLoss, epoch.ValidationAccuracy))];
        return JsonSerializer.Serialize(saved, ModelJson.Default.IReadOnlyListSavedEpoch);
    }

    /// <summary>The epochs that a description means; their timings are NaN.</summary>
    /// <exception cref="InvalidDataException">It is no such description.</exception>
    public static IReadOnlyList<EpochRecord> Read(string text)
    {
        try
        {
            IReadOnlyList<SavedEpoch?> saved = JsonSerializer.Deserialize(text, ModelJson.Default.IReadOnlyListSavedEpoch) ?? throw new JsonException("null");
            return [.. saved.Select(epoch => epoch is null
                ? throw new JsonException("an epoch that is null")
                : new EpochRecord(
                    epoch.Epoch, epoch.Loss, epoch.Accuracy, epoch.ValidationLoss, epoch.ValidationAccuracy,
                    TrainingSeconds: double.NaN, ImagesPerSecond: double.NaN))];
        }
        catch (JsonException mistake)
        {
            throw new InvalidDataException($"expected a history, found a mistake in it: {mistake.Message}", mistake);
        }
    }
}
