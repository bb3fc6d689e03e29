using NanoConv.Cifar.Experiments;

namespace NanoConv.Cifar.Reproduction;

/// <summary>
/// What our runs say of the paper's claims. A figure given as "about" counts as met within three points, which is what
/// seeds and the last digit of a figure read off a plot make; an order counts as met if it holds within one point.
/// </summary>
internal static class Judgements
{
    private const double Near = 0.03;
    private const double Order = 0.01;

    public static Verdict Baseline(IReadOnlyList<RowResult> rows)
    {
        RowResult row = rows[0];
        double test = Test(row), baseline = row.Of(run => run.Results!.Baseline.TestAccuracy)!.Mean;
        int parameters = row.Runs[0].Record.Model.Parameters;
        string words = $"{parameters:N0} parameters; {Percent(test)} against {Percent(baseline)}.";
        return parameters == 37146 && Math.Abs(baseline - 0.1) < Order && IsNear(test, 0.48) ? new(VerdictKind.Confirmed, words)
            : test > 2 * baseline ? new(VerdictKind.Depends, $"{words} Far better than the baseline, at another accuracy than the paper's.")
            : new(VerdictKind.NotConfirmed, words);
    }

    public static Verdict Parts(RowResult row, int about)
    {
        int[] epochs = [.. row.PartingEpochs];
        if (epochs.Length == 0)
            return new(VerdictKind.NotConfirmed, $"The curves do not part: {Gaps(row)}.");
        int scale = row.Runs[0].Record.Settings.Epochs; // quick runs are shorter than the paper's
        double expected = (double)about / (about < 20 ? 20 : 100) * scale;
        string words = $"The curves part from epoch {string.Join(", ", epochs)} on ({Gaps(row)}).";
        if (epochs.Length < row.Runs.Count)
            return new(VerdictKind.Depends, $"{words} In {row.Runs.Count - epochs.Length} of {row.Runs.Count} runs they do not.");
        double mean = epochs.Average();
        return mean >= expected * 0.6 && mean <= expected * 1.4
            ? new(VerdictKind.Confirmed, words)
            : new(VerdictKind.Depends, $"{words} The network over-fits as the paper says, but {(mean < expected ? "earlier" : "later")}.");
    }

    public static Verdict Samples(IReadOnlyList<RowResult> rows)
    {
        double[] test = [.. rows.Select(Test)], train = [.. rows.Select(Train)];
        bool rises = Enumerable.Range(1, rows.Count - 1).All(i => test[i] > test[i - 1]);
        double ratio = Seconds(rows[^1]) / Seconds(rows[0]);
        double samples = (double)rows[^1].Paper.Settings.Samples / rows[0].Paper.Settings.Samples;
        bool isProportional = ratio > 0.7 * samples && ratio < 1.3 * samples;
        string words = $"On test {string.Join(", ", test.Select(Percent))}; on train {string.Join(", ", train.Select(Percent))}; "
            + $"{samples:0.#} times the images take {ratio:0.0} times as long.";
        if (!rises)
            return new(VerdictKind.NotConfirmed, words);
        return IsNear(test[^1], 0.66) && train.All(accuracy => Math.Abs(accuracy - 0.6) <= 0.1) && isProportional
            ? new(VerdictKind.Confirmed, words)
            : new(VerdictKind.Depends, $"{words} Test accuracy rises as the paper says; "
                + $"{(isProportional ? "" : "time is not proportional, ")}the heights are others.");
    }

    public static Verdict PenaltyOnFew(IReadOnlyList<RowResult> rows)
    {
        double[] test = [.. rows.Select(Test)], gaps = [.. rows.Select(Gap)];
        bool falls = Enumerable.Range(1, rows.Count - 1).All(i => test[i] <= test[i - 1] + Order) && test[^1] < test[0] - 0.1;
        bool overfits = gaps[1] > Parting.Margin, doesNot = gaps[2] <= Parting.Margin;
        string words = $"On test {Listed(rows, test.Select(Percent))}. At the end training is above validation by "
            + $"{Points(gaps[1])} with 0.0001 and {Points(gaps[2])} with 0.01.";
        return !falls ? new(VerdictKind.NotConfirmed, words)
            : overfits && doesNot ? new(VerdictKind.Confirmed, words)
            : new(VerdictKind.Depends, $"{words} Accuracy falls as the paper says; over-fitting is "
                + $"{(overfits ? "as strong with 0.01" : "not seen with 0.0001")}.");
    }

    public static Verdict PenaltyOnMany(IReadOnlyList<RowResult> rows)
    {
        double[] test = [.. rows.Select(Test)], gaps = [.. rows.Select(Gap)];
        bool isBest = test[1] >= test.Max() - Order, overfits = gaps[0] > gaps[1] + Order;
        string words = $"On test {Listed(rows, test.Select(Percent))}; training is above validation by "
            + $"{Listed(rows, gaps.Select(Points))}.";
        return isBest && overfits ? new(VerdictKind.Confirmed, words)
            : isBest ? new(VerdictKind.Depends, $"{words} 0.0001 is a good choice, but without a penalty the network over-fits no more.")
            : new(VerdictKind.NotConfirmed, words);
    }

    public static Verdict MaxPooling(IReadOnlyList<RowResult> rows)
    {
        double[] test = [.. rows.Select(Test)];
        double few = Seconds(rows[0]) / Seconds(rows[2]), many = Seconds(rows[1]) / Seconds(rows[3]);
        string words = $"{Percent(test[0])} against {Percent(test[2])}, and {Percent(test[1])} against {Percent(test[3])}; "
            + $"it takes {few:0.0} and {many:0.0} times as long.";
        bool isBetter = test[0] > test[2] && test[1] > test[3], isSlower = few > 1.2 && many > 1.2;
        return isBetter && isSlower ? new(VerdictKind.Confirmed, words)
            : test[0] > test[2] || test[1] > test[3] ? new(VerdictKind.Depends, words)
            : new(VerdictKind.NotConfirmed, words);
    }

    public static Verdict Deeper(IReadOnlyList<RowResult> rows)
    {
        double test = Test(rows[0]), gap = Gap(rows[0]), time = Seconds(rows[0]) / Seconds(rows[1]);
        string words = $"{Percent(test)} against {Percent(Test(rows[1]))} for the default network; training is above validation by "
            + $"{Points(gap)}; it takes {time:0.00} times as long.";
        bool isNear = IsNear(test, 0.47), isCalm = gap <= Parting.Margin, isQuicker = time < 1;
        return isNear && isCalm && isQuicker ? new(VerdictKind.Confirmed, words)
            : isCalm || isNear ? new(VerdictKind.Depends, words)
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
        int met = figures.Count(figure => IsNear(figure.Ours, figure.Paper));
        return met == figures.Length && isLate ? new(VerdictKind.Confirmed, words)
            : met > 0 || isLate ? new(VerdictKind.Depends, words)
            : new(VerdictKind.NotConfirmed, words);
    }

    public static Verdict Stopped(IReadOnlyList<RowResult> rows)
    {
        double time = Seconds(rows[0]) / Seconds(rows[1]), stopped = Test(rows[0]), whole = Test(rows[1]), gap = Gap(rows[0]);
        string words = $"It takes {time:0.00} of the time and reaches {Percent(stopped)} against {Percent(whole)}; "
            + $"at its end training is above validation by {Points(gap)}.";
        bool isShorter = time is > 0.3 and < 0.6, isCalm = gap <= Parting.Margin;
        return isShorter && isCalm ? new(VerdictKind.Confirmed, words)
            : isShorter ? new(VerdictKind.Depends, $"{words} It over-fits by then.")
            : new(VerdictKind.NotConfirmed, words);
    }

    private static double Test(RowResult row) => row.Of(run => run.Results!.Test.Accuracy)!.Mean;

    private static double Train(RowResult row) => row.Of(run => run.Results!.Train.Accuracy)!.Mean;

    private static double Seconds(RowResult row) => row.Of(run => run.Timings.FitSeconds)!.Mean;

    private static double Gap(RowResult row) => row.Of(run => Parting.FinalGap(run.History))?.Mean ?? 0;

    private static bool IsNear(double ours, double paper) => Math.Abs(ours - paper) <= Near;

    private static string Gaps(RowResult row) => $"at the end training is above validation by {Points(Gap(row))}";

    private static string Percent(double share) => $"{100 * share:0.0} %";

    private static string Points(double share) => $"{100 * share:0.0} points";

    private static string Listed(IReadOnlyList<RowResult> rows, IEnumerable<string> values) =>
        string.Join(", ", rows.Zip(values, (row, value) => $"{value} ({row.Paper.Label})"));
}
