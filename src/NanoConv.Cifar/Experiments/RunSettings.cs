using System.Text.Json.Serialization;
using NanoConv.Graphs;
using NanoConv.Regularizers;
using NanoConv.Training;

namespace NanoConv.Cifar.Experiments;

/// <summary>All that decides what a training run comes to. The defaults are the paper's.</summary>
/// <remarks>Required of a file: what it leaves out would not be the default but null or 0.</remarks>
public sealed record RunSettings
{
    /// <summary>The network's name.</summary>
    [JsonRequired]
    public string Network { get; init; } = "default";

    /// <summary>Training images n, from the first; the validation part is taken from their end.</summary>
    [JsonRequired]
    public int Samples { get; init; } = 5000;

    /// <summary>Passes over the training part.</summary>
    [JsonRequired]
    public int Epochs { get; init; } = 20;

    /// <summary>The L1 penalty on the last layer's kernel.</summary>
    [JsonRequired]
    public double L1 { get; init; } = 1e-4;

    /// <summary>Images a step.</summary>
    [JsonRequired]
    public int BatchSize { get; init; } = 128;

    /// <summary>The share of the samples, from their end, held out for validation.</summary>
    [JsonRequired]
    public double ValidationSplit { get; init; } = 0.1;

    /// <summary>The seed of initial weights, shuffling and dropout.</summary>
    [JsonRequired]
    public int Seed { get; init; } = 1;

    /// <summary>Threads; 0 for one a core. No result depends on it.</summary>
    [JsonRequired]
    public int Threads { get; init; }

    /// <summary>Epochs without a lower validation loss after which training stops; 0 if it never does. Missing in old files.</summary>
    public int Patience { get; init; }

    /// <summary>
    /// Whether the model is that of the epoch with the greatest validation accuracy rather than the last one's. Missing in old files.
    /// </summary>
    public bool KeepBest { get; init; }

    /// <summary>The data asked for: a path, "cifar10", "shapes10", or null for the default rule.</summary>
    public string? Data { get; init; }

    /// <summary>What is wrong with settings that were read from a file; null if nothing is.</summary>
    internal string? FindFault() =>
        Samples < 1 ? $"expected at least 1 sample, found {Samples}"
        : Epochs < 1 ? $"expected at least 1 epoch, found {Epochs}"
        : BatchSize < 1 ? $"expected a batch_size of at least 1, found {BatchSize}"
        : !(L1 >= 0 && double.IsFinite(L1)) ? $"expected an l1 of at least 0, found {L1}"
        : !(ValidationSplit is >= 0 and < 1) ? $"expected a validation_split from 0 to 1, found {ValidationSplit}"
        : null;
}
