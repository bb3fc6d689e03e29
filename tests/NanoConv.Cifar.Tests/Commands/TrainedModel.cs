using NanoConv.Cifar.Tests.Data;

namespace NanoConv.Cifar.Tests.Commands;

/// <summary>One short training run by the command line, for all tests that look at what it leaves.</summary>
public sealed class TrainedModel : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public TrainedModel() => Training = CommandResult.Of(
        "train", "--data", "shapes10", "--samples", "100", "--epochs", "2", "--batch-size", "32", "--seed", "7",
        "--threads", "2", "--l1", "0.001", "--network", "thinner_deeper", "--output", Folder);

    internal CommandResult Training { get; }

    public string Folder => folder["run"];

    public string Path => folder["run/model.safetensors"];

    public void Dispose() => folder.Dispose();
}
