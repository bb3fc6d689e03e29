using NanoConv.Cifar.Experiments;
using NanoConv.Kernels;
using static NanoConv.Cifar.Reproduction.Words;

namespace NanoConv.Cifar.Reproduction;

/// <summary>
/// What our runs say of the paper's claims. A figure given as "about" counts as met within three points, which is what
/// seeds and the last digit of a figure read off a plot make; an order counts as met if it holds within one point.
/// Heights are compared on CIFAR-10 and with the paper's numbers of images alone; orders and ratios always.
/// </summary>
internal static class Judgements
{
    /// <summary>How far from a figure given as "about" ours may be.</summary>
    public const double Near = 0.03;

    /// <summary>How far an order may be missed.</summary>
    public const double Order = 0.01;

    /// <summary>How far from an epoch or a ratio of times given as "about" ours may be, as a share of it.</summary>
    public const double Around = 0.4;

    private const int FewestSamples = 5000; // the paper's; a quick run has fewer

    public static Verdict Baseline(IReadOnlyList<RowResult> rows)
    {
        RowResult row = rows[0];
        double test = Test(row), baseline = row.Of(run => run.Results!.Baseline.TestAccuracy)!.Mean;
        int parameters = row.Runs[0].Record.Model.Parameters;
        string words = $"{parameters:N0} parameters; {Percent(test)} against {Percent(baseline)}.";
        return parameters == 37146 && Math.Abs(baseline - 0.1) < Order && IsNear(row, test, 0.48) ? new(VerdictKind.Confirmed, words)
            : test > 2 * baseline ? new(VerdictKind.Depends, $"{words} Far better than the baseline, at another accuracy than the paper's.")
            : new(VerdictKind.NotConfirmed, words);
    }

    public static Verdict Parts(RowResult row, int about, int of)
    {
        int[] epochs = [.. row.PartingEpochs];
        if (epochs.Length == 0)
            return new(VerdictKind.NotConfirmed, $"The curves do not part: {Gaps(row)}.");
        double expected = (double)about / of * row.Runs[0].Record.Settings.Epochs; // quick runs are shorter than the paper's
        string words = $"The curves part from epoch {string.Join(", ", epochs)} on ({Gaps(row)}).";
        if (epochs.Length < row.Runs.Count)
            return new(VerdictKind.Depends, $"{words} In {row.Runs.Count - epochs.Length} of {row.Runs.Count} runs they do not.");
        double mean = epochs.Average();
        return Math.Abs(mean - expected) <= Around * expected
            ? new(VerdictKind.Confirmed, words)
            : new(VerdictKind.Depends, $"{words} The network over-fits as the paper says, but {(mean < expected ? "earlier" : "later")}.");
    }

    public static Verdict Samples(IReadOnlyList<RowResult> rows)
    {
        double[] test = [.. rows.Select(Test)], train = [.. rows.Select(row => row.Of(run => run.History[^1].Accuracy)!.Mean)];
        bool rises = Enumerable.Range(1, rows.Count - 1).All(i => test[i] > test[i - 1]);
        double ratio = Seconds(rows[^1]) / Seconds(rows[0]);
        double samples = (double)rows[^1].Paper.Settings.Samples / rows[0].Paper.Settings.Samples;
        string words = $"On test {string.Join(", ", test.Select(Percent))}; in training {string.Join(", ", train.Select(Percent))} at the end; "
            + $"{samples:0.#} times the images take {ratio:0.0} times as long.";
        if (!rises)
            return new(VerdictKind.NotConfirmed, words);
        string[] others =
        [
            .. IsNear(rows[^1], test[^1], 0.66) ? (string[])[] : ["the height on test is another"],
            .. train.All(accuracy => IsNear(rows[0], accuracy, 0.6, 2 * Near)) ? (string[])[] : ["accuracy in training is not about 60 % throughout"],
            .. Math.Abs(ratio / samples - 1) <= Around ? (string[])[] : ["time is not proportional"],
        ];
        return others.Length == 0
            ? new(VerdictKind.Confirmed, words)
            : new(VerdictKind.Depends, $"{words} Test accuracy rises as the paper says, but {string.Join(" and ", others)}.");
    }

    public static Verdict PenaltyOnFew(IReadOnlyList<RowResult> rows)
    {
        double[] test = [.. rows.Select(Test)], gaps = [.. rows.Select(Gap)];
        bool falls = Enumerable.Range(1, rows.Count - 1).All(i => test[i] <= test[i - 1] + Order) && test[^1] < test[0] - 0.1;
        bool overfits = gaps[1] > Parting.Margin, doesNot = gaps[2] <= Parting.Margin;
        string words = $"On test {Listed(rows, test.Select(Percent))}. At the end training is "
            + $"{BesideValidation(gaps[1])} with 0.0001 and {BesideValidation(gaps[2])} with 0.01.";
        return !falls ? new(VerdictKind.NotConfirmed, words)
            : overfits && doesNot ? new(VerdictKind.Confirmed, words)
            : new(VerdictKind.Depends, $"{words} Accuracy falls as the paper says; over-fitting is "
                + $"{(overfits ? "also seen with 0.01" : doesNot ? "not seen with 0.0001" : "seen with 0.01, but not with 0.0001")}.");
    }

    public static Verdict PenaltyOnMany(IReadOnlyList<RowResult> rows)
    {
        double[] test = [.. rows.Select(Test)], gaps = [.. rows.Select(Gap)];
        bool isBest = test[1] >= test.Max() - Order, overfits = gaps[0] > Math.Max(0, gaps[1]) + Order;
        string words = $"On test {Listed(rows, test.Select(Percent))}; at the end training is "
            + $"{Listed(rows, gaps.Select(BesideValidation))}.";
        return isBest && overfits ? new(VerdictKind.Confirmed, words)
            : isBest ? new(VerdictKind.Depends, $"{words} 0.0001 is a good choice, but without a penalty the network "
                + (gaps[0] > Parting.Margin ? "over-fits no more than with it." : "does not over-fit, either."))
            : new(VerdictKind.NotConfirmed, words);
    }

    public static Verdict MaxPooling(IReadOnlyList<RowResult> rows)
    {
        double[] test = [.. rows.Select(Test)];
        double few = Seconds(rows[0]) / Seconds(rows[2]), many = Seconds(rows[1]) / Seconds(rows[3]);
        string words = $"{Percent(test[0])} against {Percent(test[2])}, and {Percent(test[1])} against {Percent(test[3])}; "
            + $"it takes {few:0.0} and {many:0.0} times as long.";
        bool isBetter = test[0] > test[2] && test[1] > test[3];
        bool areAsHigh = IsNear(rows[0], test[0], 0.54) && IsNear(rows[1], test[1], 0.71);
        bool takesAsLong = Math.Abs(few / 1.8 - 1) <= Around && Math.Abs(many / 1.8 - 1) <= Around;
        return isBetter && areAsHigh && takesAsLong ? new(VerdictKind.Confirmed, words)
            : isBetter ? new(VerdictKind.Depends, $"{words} Max-pooling is more accurate as the paper says, "
                + $"but {(areAsHigh ? "the time is another" : "the heights are others")}.")
            : test[0] > test[2] || test[1] > test[3] ? new(VerdictKind.Depends, words)
            : new(VerdictKind.NotConfirmed, words);
    }

    public static Verdict Deeper(IReadOnlyList<RowResult> rows)
    {
        double test = Test(rows[0]), gap = Gap(rows[0]), time = Seconds(rows[0]) / Seconds(rows[1]);
        string words = $"{Percent(test)} against {Percent(Test(rows[1]))} for the default network; training is "
            + $"{BesideValidation(gap)}; it takes {time:0.00} times as long.";
        bool isNear = IsNear(rows[0], test, 0.47) && Math.Abs(test - Test(rows[1])) <= Near, isCalm = gap <= Parting.Margin, isQuicker = time < 1;
        return isNear && isCalm && isQuicker ? new(VerdictKind.Confirmed, words)
            : isCalm || isNear ? new(VerdictKind.Depends,
                words + (isNear ? "" : Compare(test, Test(rows[1]))) + (isCalm ? " It does not over-fit." : " It over-fits."))
            : new(VerdictKind.NotConfirmed, words);
    }

    public static Verdict DeeperMany(IReadOnlyList<RowResult> rows)
    {
        RowResult row = rows[0];
        var figures = row.Paper.Figures.Where(figure => figure.Value < 1)
            .Select(figure => (figure.Name, Paper: figure.Value, Ours: row.Of(figure)!.Mean)).ToArray();
        int[] parts = [.. row.PartingEpochs];
        bool isLate = parts.All(epoch => epoch >= 0.4 * row.Paper.Settings.Epochs);
        string words = $"{string.Join("; ", figures.Select(figure => $"{figure.Name} {Percent(figure.Ours)}"))}. "
            + (parts.Length == 0 ? $"The curves do not part: {Gaps(row)}." : $"The curves part from epoch {string.Join(", ", parts)} on.");
        int met = figures.Count(figure => IsNear(row, figure.Ours, figure.Paper));
        return met == figures.Length && isLate ? new(VerdictKind.Confirmed, words)
            : met > 0 || isLate ? new(VerdictKind.Depends, words)
            : new(VerdictKind.NotConfirmed, words);
    }

    public static Verdict Stopped(IReadOnlyList<RowResult> rows)
    {
        double time = Seconds(rows[0]) / Seconds(rows[1]), stopped = Test(rows[0]), whole = Test(rows[1]), gap = Gap(rows[0]);
        string words = $"It takes {time:0.00} of the time and reaches {Percent(stopped)} against {Percent(whole)}; "
            + $"at its end training is {BesideValidation(gap)}.";
        bool isShorter = Math.Abs(time / (545.0 / 1231) - 1) <= Around, isCalm = gap <= Parting.Margin;
        return isShorter && isCalm ? new(VerdictKind.Confirmed, words)
            : isShorter ? new(VerdictKind.Depends, $"{words} It over-fits by then.")
            : new(VerdictKind.NotConfirmed, words);
    }

    private static string Compare(double deeper, double plain) =>
        deeper < plain - Near ? " It is less accurate than the default network."
        : deeper > plain + Near ? " It is more accurate than the default network."
        : " It is as accurate as the default network, at another accuracy than the paper's.";

    private static double Test(RowResult row) => row.Of(run => run.Results!.Test.Accuracy)!.Mean;

    private static double Seconds(RowResult row) => row.Of(run => run.Timings.FitSeconds)!.Mean;

    private static double Gap(RowResult row) => row.Of(run => Parting.FinalGap(run.History))?.Mean ?? 0;

    // Other data and fewer images have other heights.
    private static bool IsNear(RowResult row, double ours, double paper, double margin = Near) =>
        !row.Runs[0].Record.Data.IsCifar10 || row.Paper.Settings.Samples < FewestSamples || Math.Abs(ours - paper) <= margin;

    private static string Gaps(RowResult row) => $"at the end training is {BesideValidation(Gap(row))}";

    private static string Listed(IReadOnlyList<RowResult> rows, IEnumerable<string> values) =>
        string.Join(", ", rows.Zip(values, (row, value) => $"{value} ({row.Paper.Label})"));
}
