using System.CommandLine;
using System.Globalization;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Networks;
using NanoConv.Graphs;
using NanoConv.Regularizers;
using NanoConv.Training;

namespace NanoConv.Cifar.Commands;

/// <summary>The options that say what a run is to be: <see cref="RunSettings"/> on the command line.</summary>
internal sealed class RunOptions
{
    private static readonly RunSettings Standard = new();

    private readonly Option<string> network = OptionOf.Choice("--network", "The network.", [.. CifarNetwork.Names]);

    private readonly Option<int> samples = OptionOf.Whole(
        "--samples", "Training images, from the first; their last tenth is for validation.", Standard.Samples, 2);

    private readonly Option<int> epochs = OptionOf.Whole("--epochs", "Passes over the training images.", Standard.Epochs, 1);

    private readonly Option<int> patience = OptionOf.Whole(
        "--patience", "Stops after so many epochs without a lower validation loss; 0 never stops before the last.", Standard.Patience, 0);

    private readonly Option<bool> keepBest = new("--keep-best")
    {
        Description = "Keeps the model of the epoch with the greatest validation accuracy, the first of equals, not the last one's.",
    };

    private readonly Option<double> l1 = OptionOf.NotNegative("--l1", "The L1 penalty on the last layer's weights.", Standard.L1);

    private readonly Option<int> batchSize = OptionOf.Whole("--batch-size", "Images a step.", Standard.BatchSize, 1);

    private readonly Option<int> seed = OptionOf.Whole("--seed", "Decides initial weights, shuffling and dropout.", Standard.Seed, 0);

    private readonly Option<int> threads = OptionOf.Threads();

    private readonly Option<string?> data = DataSource.CreateOption("CIFAR-10 if it can be had, else shapes10");

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[network, samples, epochs, patience, keepBest, l1, batchSize, seed, threads, data])
            command.Add(option);
    }

    /// <summary>The settings asked for.</summary>
    /// <param name="result">The command line.</param>
    public RunSettings Read(ParseResult result) => new()
    {
        Network = result.GetRequiredValue(network),
        Samples = result.GetValue(samples),
        Epochs = result.GetValue(epochs),
        Patience = result.GetValue(patience),
        KeepBest = result.GetValue(keepBest),
        L1 = result.GetValue(l1),
        BatchSize = result.GetValue(batchSize),
        Seed = result.GetValue(seed),
        Threads = result.GetValue(threads),
        Data = result.GetValue(data),
    };

    /// <summary>The settings of a run that is resumed: its own, but for its epochs and what no result depends on.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="run">What the run was begun with.</param>
    /// <exception cref="UserErrorException">The command line asks for something else; all of it is listed.</exception>
    public RunSettings Read(ParseResult result, RunSettings run)
    {
        RunSettings given = Read(result);
        (Option Option, object Then, object Now)[] fixedOnes =
        [
            (network, run.Network, given.Network), (samples, run.Samples, given.Samples), (l1, run.L1, given.L1),
            (batchSize, run.BatchSize, given.BatchSize), (seed, run.Seed, given.Seed), (patience, run.Patience, given.Patience),
        ];
        string[] others = [.. fixedOnes.Where(setting => IsGiven(setting.Option) && !setting.Then.Equals(setting.Now))
        .Select(setting => string.Create(CultureInfo.InvariantCulture, $"{setting.Option.Name} {setting.Now} instead of {setting.Then}"))];
        if (others.Length > 0)
            throw new UserErrorException($"--resume: expected the settings that the run was begun with, found {string.Join(", ", others)}");
        return run with
        {
            Epochs = IsGiven(epochs) ? given.Epochs : run.Epochs,
            KeepBest = IsGiven(keepBest) ? given.KeepBest : run.KeepBest,
            Threads = IsGiven(threads) ? given.Threads : run.Threads,
            Data = given.Data ?? run.Data,
        };

        bool IsGiven(Option option) => result.GetResult(option) is { Implicit: false };
    }
}
