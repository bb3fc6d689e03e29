using System.Text;
using System.Xml.Linq;
using NanoConv.Cifar.Files;
using NanoConv.Cifar.Reports.Page;
using NanoConv.Cifar.Reproduction;
using static NanoConv.Cifar.Reports.Page.Html;

namespace NanoConv.Cifar.Reports;

/// <summary>The report on the paper's experiments as one page that needs nothing else: no network, no scripts.</summary>
public static class ReproductionPage
{
    /// <summary>The page's name in its folder.</summary>
    public const string FileName = "index.html";

    /// <summary>The folder beside it with the page's plots as PNG files.</summary>
    public const string FigureFolder = "figures";

    private const string Style = "NanoConv.Cifar.page.css";

    /// <summary>Writes the page and its plots.</summary>
    /// <param name="folder">Where to; it is made if need be.</param>
    /// <param name="result">All that is shown.</param>
    /// <exception cref="UserErrorException">Something cannot be written, or a run's model cannot be read.</exception>
    public static void Write(string folder, ReproductionResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        using RunFolder page = RunFolder.Prepare(folder, FileName);
        using RunFolder figures = RunFolder.Prepare(page.PathOf(FigureFolder));
        foreach (string old in Directory.GetFiles(figures.Path, "*.png")) // of an earlier report with other experiments
            OutputFile.WriteAt(old, File.Delete);
        XElement html = Create(new PageContext(result, figures.Path));
        string text = $"<!DOCTYPE html>\n{html.ToString(SaveOptions.DisableFormatting)}\n";
        OutputFile.Write(page.PathOf(FileName), stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }

    private static XElement Create(PageContext context) => Tag(
        "html",
        Attribute("lang", "en"),
        Tag(
            "head",
            Tag("meta", Attribute("charset", "utf-8")),
            Tag("meta", Attribute("name", "viewport"), Attribute("content", "width=device-width, initial-scale=1")),
            Tag("meta", Attribute("name", "color-scheme"), Attribute("content", "light dark")),
            Tag("title", HeaderSection.Title),
            Tag("style", ReadStyle())),
        "\n",
        Tag(
            "body",
            HeaderSection.Create(context), "\n",
            Tag("div", Class("columns"), Contents(context), "\n", Tag("main", Sections(context).SelectMany(AndLineBreak))),
            Footer(context)));

    private static IEnumerable<XElement> Sections(PageContext context)
    {
        yield return SummarySection.Create(context);
        yield return ConvolutionSection.Create(context);
        yield return NetworksSection.Create(context);
        yield return Tag(
            "section",
            Id(ExperimentSection.Section),
            ExperimentSection.Introduction(context),
            context.Result.Experiments.SelectMany(experiment => AndLineBreak(ExperimentSection.Create(experiment, context))));
        yield return ErrorsSection.Create(context);
    }

    private static IEnumerable<object> AndLineBreak(XElement element) => [element, "\n"];

    private static XElement Contents(PageContext context) => Tag(
        "nav",
        Attribute("aria-label", "Contents"),
        Tag(
            "ul",
            Tag("li", Link(SummarySection.Section, "Summary")),
            Tag("li", Link(ConvolutionSection.Section, "Part (i): convolution by hand")),
            Tag("li", Link(NetworksSection.Section, "The networks")),
            Tag(
                "li",
                Link(ExperimentSection.Section, "The experiments"),
                Tag("ul", context.Result.Experiments.Select(experiment => Tag(
                    "li", Link(experiment.Paper.Name, $"{experiment.Paper.Place} {experiment.Paper.Title}"))))),
            Tag("li", Link(ErrorsSection.Section, "Where the paper errs"))));

    private static XElement Footer(PageContext context) => Tag(
        "footer",
        P("To repeat all of this: ", Tag("code", Command(context.Result)),
            ". The same seeds give the same figures, but for seconds. All numbers are in ", Tag("code", "results.json"),
            " beside this page, the plots in ", Tag("code", $"{FigureFolder}/"), "."));

    private static string Command(ReproductionResult result)
    {
        string[] names = [.. result.Experiments.Select(experiment => experiment.Paper.Name)];
        bool isAll = PaperExperiments.All(result.IsQuick).Select(paper => paper.Name).SequenceEqual(names);
        return "nanoconv-cifar reproduce"
            + (result.Data is { IsCifar10: false } ? " --data shapes10" : "")
            + (result.IsQuick ? " --quick" : "")
            + (result.Seeds > 1 ? $" --seeds {result.Seeds}" : "")
            + (isAll ? "" : $" --only {string.Join(' ', names)}");
    }

    private static string ReadStyle()
    {
        using Stream stream = typeof(ReproductionPage).Assembly.GetManifestResourceStream(Style)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
