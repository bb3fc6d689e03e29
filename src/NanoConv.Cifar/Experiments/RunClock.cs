using System.Diagnostics;
using System.Globalization;
using NanoConv.Training;

namespace NanoConv.Cifar.Experiments;

/// <summary>When a run began and how long its fit has taken, also over several processes: of a part that was lost nothing is counted.</summary>
internal sealed class RunClock : Callback, IResumable
{
    private readonly Stopwatch clock = new();
    private double earlierSeconds;

    /// <summary>When the run began, UTC.</summary>
    public DateTime StartedAt { get; private set; } = DateTime.UtcNow;

    /// <summary>Seconds of the fit.</summary>
    public double FitSeconds => earlierSeconds + clock.Elapsed.TotalSeconds;

    /// <summary>How many times it went on from a checkpoint.</summary>
    public int Resumed { get; private set; }

    /// <summary>The fit goes on after a pause.</summary>
    public void Start() => clock.Start();

    /// <summary>The fit ends, or pauses.</summary>
    public void Stop() => clock.Stop();

    /// <inheritdoc/>
    public override void OnTrainBegin(TrainingState state)
    {
        (StartedAt, earlierSeconds, Resumed) = (DateTime.UtcNow, 0, 0);
        clock.Restart();
    }

    /// <inheritdoc/>
    public void Save(SavedState memory)
    {
        memory.Set("started_at", StartedAt.ToString("O", CultureInfo.InvariantCulture));
        memory.Set("fit_seconds", FitSeconds);
        memory.Set("resumed", Resumed);
    }

    /// <inheritdoc/>
    public void Restore(SavedState memory)
    {
        string text = memory.Text("started_at");
        if (!DateTime.TryParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTime startedAt))
            throw new InvalidDataException($"'{memory.Source}': expected the time the run began at, found '{text}'");
        (StartedAt, earlierSeconds, Resumed) = (startedAt, memory.Number("fit_seconds"), memory.Whole("resumed") + 1);
    }
}
