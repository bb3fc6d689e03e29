namespace NanoConv.Cifar.Reports;

/// <summary>The colours of a plot, to go with those of the page around it.</summary>
/// <param name="Background">Behind everything.</param>
/// <param name="Ink">Text and axes.</param>
/// <param name="Faint">The grid.</param>
/// <param name="Colours">One for each run.</param>
internal sealed record PlotTheme(string Background, string Ink, string Faint, IReadOnlyList<string> Colours)
{
    /// <summary>On white, with colours that stay apart for colour-blind eyes too (Okabe and Ito).</summary>
    public static PlotTheme Light { get; } = new(
        "#FFFFFF", "#1B1F24", "#E3E6EA", ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#A67300", "#000000"]);

    /// <summary>On the page's dark ground, the same colours lightened.</summary>
    public static PlotTheme Dark { get; } = new(
        "#171B21", "#E4E8ED", "#333A44", ["#56B4E9", "#FF8A3D", "#2FCF9F", "#E79BC6", "#E9C03C", "#FFFFFF"]);
}
