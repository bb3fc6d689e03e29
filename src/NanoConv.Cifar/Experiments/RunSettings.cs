namespace NanoConv.Cifar.Experiments;

/// <summary>All that decides what a training run comes to. The defaults are the paper's.</summary>
public sealed record RunSettings
{
    /// <summary>The network's name.</summary>
    public string Network { get; init; } = "default";

    /// <summary>Training images n, from the first; the validation part is taken from their end.</summary>
    public int Samples { get; init; } = 5000;

    /// <summary>Passes over the training part.</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>The L1 penalty on the last layer's kernel.</summary>
    public double L1 { get; init; } = 1e-4;

    /// <summary>Images a step.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>The share of the samples, from their end, held out for validation.</summary>
    public double ValidationSplit { get; init; } = 0.1;

    /// <summary>The seed of initial weights, shuffling and dropout.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Threads; 0 for one a core. No result depends on it.</summary>
    public int Threads { get; init; }

    /// <summary>The data asked for: a path, "cifar10", "shapes10", or null for the default rule.</summary>
    public string? Data { get; init; }
}
