namespace NanoConv.Cifar.Reproduction;

/// <summary>Figures as the verdicts write them.</summary>
internal static class Words
{
    /// <summary>A share as percent with one decimal.</summary>
    /// <param name="share">From 0 to 1.</param>
    public static string Percent(double share) => $"{100 * share:0.0} %";

    /// <summary>A difference of two shares without its sign, in points with one decimal.</summary>
    /// <param name="difference">The difference, from −1 to 1.</param>
    public static string Points(double difference) => $"{100 * Math.Abs(difference):0.0} points";

    /// <summary>Where training accuracy lies, seen from validation accuracy: "3.1 points above validation".</summary>
    /// <param name="gap">Training accuracy less validation accuracy.</param>
    public static string BesideValidation(double gap) => Math.Round(1000 * gap) switch
    {
        > 0 => $"{Points(gap)} above validation",
        < 0 => $"{Points(gap)} below validation",
        _ => "level with validation",
    };
}
