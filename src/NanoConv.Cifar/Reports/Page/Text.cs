using NanoConv.Cifar.Reproduction;

namespace NanoConv.Cifar.Reports.Page;

/// <summary>Numbers as the page writes them. The space before a unit does not break.</summary>
internal static class Text
{
    /// <summary>Stands where there is no number.</summary>
    public const string None = "–";

    /// <summary>A share as percent with one decimal.</summary>
    /// <param name="share">From 0 to 1.</param>
    public static string Percent(double share) => $"{100 * share:0.0}\u00A0%";

    /// <summary>Seconds, with a decimal if there are few.</summary>
    /// <param name="seconds">The seconds.</param>
    public static string Seconds(double seconds) => $"{Digits(seconds)}\u00A0s";

    /// <summary>A figure of the paper, with no more digits than it gives.</summary>
    /// <param name="figure">The figure.</param>
    public static string Of(PaperFigure figure) => figure.Quantity switch
    {
        PaperQuantity.Parameters => $"{figure.Value:N0}",
        PaperQuantity.FitSeconds => $"{figure.Value:N0}\u00A0s",
        _ => $"{100 * figure.Value:0.##}\u00A0%",
    };

    /// <summary>Our number of the same kind: mean ± deviation, or one number if there is but one run.</summary>
    /// <param name="spread">The number over the runs; null if there is none.</param>
    /// <param name="quantity">What it is.</param>
    public static string Of(Spread? spread, PaperQuantity quantity)
    {
        if (spread is null)
            return None;
        (double factor, string unit) = quantity switch
        {
            PaperQuantity.Parameters => (1, ""),
            PaperQuantity.FitSeconds => (1, "\u00A0s"),
            _ => (100, "\u00A0%"),
        };
        Func<double, string> write = quantity switch
        {
            PaperQuantity.Parameters => number => $"{number:N0}",
            PaperQuantity.FitSeconds => Digits,
            _ => number => $"{number:0.0}",
        };
        bool isSpread = spread.Deviation is not null && quantity != PaperQuantity.Parameters;
        string deviation = isSpread ? $"\u00A0±\u00A0{write(factor * spread.Deviation!.Value)}" : "";
        return $"{write(factor * spread.Mean)}{deviation}{unit}";
    }

    /// <summary>A number of things: "1 run", "3 runs".</summary>
    /// <param name="count">How many.</param>
    /// <param name="noun">One of them.</param>
    public static string Count(int count, string noun) => $"{count:N0}\u00A0{noun}{(count == 1 ? "" : "s")}";

    /// <summary>A list as prose has it: "a, b and c".</summary>
    /// <param name="items">The items.</param>
    public static string Listed(IReadOnlyList<string> items) => items.Count < 2
        ? string.Concat(items)
        : $"{string.Join(", ", items.SkipLast(1))} and {items[^1]}";

    /// <summary>A verdict in a word or two.</summary>
    /// <param name="kind">The verdict.</param>
    public static string Of(VerdictKind kind) => kind switch
    {
        VerdictKind.Confirmed => "confirmed",
        VerdictKind.NotConfirmed => "not confirmed",
        VerdictKind.Depends => "depends",
        VerdictKind.NoVerdict => "no verdict",
        _ => "missing",
    };

    private static string Digits(double number) => number < 100 ? $"{number:0.0}" : $"{number:N0}";
}
