namespace NanoConv.Cifar.Tests.Data;

/// <summary>Keeps all reports, and does something at each if wanted.</summary>
internal sealed class ProgressLog(Action<long>? atReport = null) : IProgress<(long Received, long Total)>
{
    private readonly TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal List<(long Received, long Total)> Reports { get; } = [];

    /// <summary>Ends with the first report.</summary>
    internal Task First => first.Task;

    public void Report((long Received, long Total) value)
    {
        Reports.Add(value);
        first.TrySetResult();
        atReport?.Invoke(value.Received);
    }
}
