using NanoConv.Cifar.Experiments;
using NanoConv.Graphs;
using NanoConv.Regularizers;

namespace NanoConv.Cifar.Reproduction;

/// <summary>The experiments of the paper's part (ii), in its order; part (i) trains nothing.</summary>
public static class PaperExperiments
{
    private const int FewSamples = 5000, ManySamples = 40000;

    // From here on a penalty leaves nothing to learn with, which is a part of the paper's claim.
    private const double Crushing = 1;

    // A quick run takes a tenth of the samples, and of 100 epochs 40. With the paper's batches of 128 that would be four steps an epoch
    // where it has 36, after which a network still guesses: so batches are smaller.
    private const int QuickSamples = 10, QuickBatch = 32, PaperEpochs = 20;
    private const double QuickEpochs = 0.4;

    /// <summary>All experiments.</summary>
    /// <param name="quick">With a tenth of the samples in batches of 32, and two fifths of the epochs where the paper has more than 20.</param>
    public static IReadOnlyList<PaperExperiment> All(bool quick) =>
        [.. Full().Select(experiment => quick ? Quick(experiment) : experiment)];

    private static PaperExperiment[] Full() =>
    [
        new("baseline", "(b)(i)", "The default network against a baseline",
            "The network has 37,146 parameters and reaches about 48 % on test; always predicting the most frequent class gets 10 %.",
            [Row("default", "default", FewSamples, Parameters(37146), Test(0.48), new(PaperQuantity.BaselineAccuracy, 0.10))],
            Main: 0,
            Judgements.Baseline),
        new("curves", "(b)(ii)", "Curves of accuracy and loss",
            "Training and validation part from epoch 15 or so on: the network over-fits.",
            [Row("default", "default", FewSamples)],
            Main: 0,
            rows => Judgements.Parts(rows[0], about: 15, of: 20)),
        new("samples", "(b)(iii)", "More training images",
            "Accuracy on train is about 60 % throughout; on test it rises with n, to about 66 % at 40,000. Time is proportional to n.",
            [
                Row("n = 5,000", "default", FewSamples, Test(0.48), Train(0.60), Seconds(39)),
                Row("n = 10,000", "default", 10000, Train(0.60), Seconds(73)),
                Row("n = 20,000", "default", 20000, Train(0.60), Seconds(146)),
                Row("n = 40,000", "default", ManySamples, Test(0.66), Train(0.60), Seconds(315)),
            ],
            Main: 3,
            Judgements.Samples),
        new("l1-few", "(b)(iv)", "The L1 penalty, few images",
            "The larger L1, the lower the accuracy; L1 = 0.0001 over-fits, 0.01 does not.",
            [.. Penalties(FewSamples, 0, 0.0001, 0.01, 1, 100)],
            Main: 2,
            Judgements.PenaltyOnFew),
        new("l1-many", "(b)(iv)", "The L1 penalty, many images",
            "L1 = 0 is accurate but over-fits a little; 0.0001 is the choice.",
            [.. Penalties(ManySamples, 0, 0.0001, 0.001, 0.01)],
            Main: 0,
            Judgements.PenaltyOnMany),
        new("maxpooling", "(c)", "Max-pooling instead of strides",
            "Max-pooling is more accurate, about 54 % and 71 % against 48 % and 66 %, and takes about 1.8 times as long.",
            [
                Row("max-pooling, n = 5,000", "maxpooling", FewSamples, Test(0.54), Seconds(71), Parameters(37146)),
                Row("max-pooling, n = 40,000", "maxpooling", ManySamples, Test(0.71), Seconds(547)),
                Row("strides, n = 5,000", "default", FewSamples, Test(0.48), Seconds(39)),
                Row("strides, n = 40,000", "default", ManySamples, Test(0.66), Seconds(315)),
            ],
            Main: 1,
            Judgements.MaxPooling),
        new("deeper", "(d)", "Thinner and deeper",
            "About 47 % on test, roughly the default network's, without over-fitting, in 29 s instead of 39.",
            [
                Row("thinner, deeper", "thinner_deeper", FewSamples, Test(0.47), Seconds(29)),
                Row("default", "default", FewSamples, Test(0.48), Seconds(39)),
            ],
            Main: 0,
            Judgements.Deeper),
        new("deeper-long", "(d)", "Thinner and deeper, 100 epochs",
            "It over-fits after epoch 30 or so.",
            [Row("100 epochs", "thinner_deeper", FewSamples, epochs: 100)],
            Main: 0,
            rows => Judgements.Parts(rows[0], about: 30, of: 100)),
        new("deeper-many", "(d)", "Thinner and deeper, 100 epochs on many images",
            "About 66 % at epoch 40, 67 % at 50 and 68 % at 100, without over-fitting before epoch 50 or so.",
            [Row("100 epochs", "thinner_deeper", ManySamples, 100, Validation(40, 0.66), Validation(50, 0.67), Test(0.68), Seconds(1231))],
            Main: 0,
            Judgements.DeeperMany),
        new("deeper-stopped", "(d)", "Thinner and deeper, stopped in time",
            "To stop at epoch 45, before it over-fits, takes 545 s instead of 1,231.",
            [
                Row("45 epochs", "thinner_deeper", ManySamples, 45, Seconds(545)),
                Row("100 epochs", "thinner_deeper", ManySamples, 100, Seconds(1231)),
            ],
            Main: 0,
            Judgements.Stopped),
    ];

    private static PaperExperiment Quick(PaperExperiment experiment) => experiment with
    {
        Rows = [.. experiment.Rows.Select(row => row with
        {
            Label = row.Label.Replace($"{row.Settings.Samples:N0}", $"{row.Settings.Samples / QuickSamples:N0}", StringComparison.Ordinal)
                .Replace($"{row.Settings.Epochs} epochs", $"{Shortened(row.Settings.Epochs)} epochs", StringComparison.Ordinal),
            Settings = row.Settings with
            {
                Samples = row.Settings.Samples / QuickSamples,
                Epochs = Shortened(row.Settings.Epochs),
                BatchSize = QuickBatch,
            },
            Figures = [.. row.Figures.Select(figure => figure with { Epoch = (int?)(QuickEpochs * figure.Epoch) })],
        })],
    };

    private static int Shortened(int epochs) => epochs > PaperEpochs ? (int)(epochs * QuickEpochs) : epochs;

    private static PaperRow Row(string label, string network, int samples, params PaperFigure[] figures) =>
        Row(label, network, samples, PaperEpochs, figures);

    private static PaperRow Row(string label, string network, int samples, int epochs, params PaperFigure[] figures) =>
        new(label, new RunSettings { Network = network, Samples = samples, Epochs = epochs }, figures);

    private static IEnumerable<PaperRow> Penalties(int samples, params double[] penalties) => penalties.Select(penalty =>
        new PaperRow($"L1 = {penalty:0.####}", new RunSettings { Samples = samples, L1 = penalty }) { Learns = penalty < Crushing });

    private static PaperFigure Test(double accuracy) => new(PaperQuantity.TestAccuracy, accuracy);

    private static PaperFigure Train(double accuracy) => new(PaperQuantity.TrainingCurve, accuracy);

    private static PaperFigure Validation(int epoch, double accuracy) => new(PaperQuantity.ValidationAccuracy, accuracy, epoch);

    private static PaperFigure Seconds(double seconds) => new(PaperQuantity.FitSeconds, seconds);

    private static PaperFigure Parameters(int count) => new(PaperQuantity.Parameters, count);
}
