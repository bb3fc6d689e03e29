using System.Numerics;
using System.Runtime.Intrinsics;
using System.Xml.Linq;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Reports;
using NanoConv.Cifar.Reports.Page;
using NanoConv.Cifar.Reproduction;
using Xunit;

namespace NanoConv.Cifar.Tests.Reports;

public sealed class ReproductionPageTests(ReproducedPage made) : IClassFixture<ReproducedPage>
{
    private XElement Root => made.Page.Root!;

    [Fact]
    public void The_page_needs_nothing_but_itself()
    {
        string text = File.ReadAllText(Path.Combine(made.Folder, ReproductionPage.FileName));
        Assert.StartsWith("<!DOCTYPE html>", text, StringComparison.Ordinal);
        foreach (string forbidden in (string[])["http:", "https:", "<script", "<link", "@import", "url("])
            Assert.DoesNotContain(forbidden, text, StringComparison.OrdinalIgnoreCase);
        string[] sources = [.. Attributes("src").Concat(Attributes("srcset"))];
        Assert.NotEmpty(sources);
        Assert.All(sources, source => Assert.StartsWith("data:image/png;base64,", source, StringComparison.Ordinal));
        Assert.All(Root.Descendants("img"), image => Assert.NotEmpty(image.Attribute("alt")!.Value));
    }

    [Fact]
    public void Every_link_leads_to_one_place_in_the_page()
    {
        string[] ids = [.. Attributes("id")];
        Assert.Equal(ids.Distinct(), ids);
        Assert.All(Attributes("href"), link => Assert.Contains(link[1..], ids));
    }

    [Fact]
    public void Elements_are_as_browsers_read_them()
    {
        string text = File.ReadAllText(Path.Combine(made.Folder, ReproductionPage.FileName));
        foreach (string tag in (string[])["td", "th", "span", "p", "div"]) // browsers take <td /> for <td>
            Assert.DoesNotMatch($"<{tag}[^>]*/>", text);
        Assert.DoesNotContain(Root.Descendants("style").Single().Value, c => c is '<' or '>' or '&');
        int[] levels = [.. Root.Descendants().Where(element => element.Name.LocalName is ['h', >= '1' and <= '6'])
            .Select(element => element.Name.LocalName[1] - '0')];
        Assert.Equal(1, levels[0]);
        Assert.All(levels.Zip(levels.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 1, $"h{pair.Second} below h{pair.First}"));
    }

    [Fact]
    public void Text_is_encoded()
    {
        Assert.Contains(Section(made.Second).Elements("h3"), heading => heading.Value.EndsWith(ReproducedPage.Title, StringComparison.Ordinal));
        Assert.Empty(Root.Descendants("b"));
    }

    [Fact]
    public void No_path_of_the_machine_is_told()
    {
        string text = File.ReadAllText(Path.Combine(made.Folder, ReproductionPage.FileName));
        Assert.DoesNotContain(made.Runs, text, StringComparison.Ordinal);
        Assert.DoesNotContain(made.Images.Source, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_experiment_has_its_claim_and_its_verdict_in_words()
    {
        foreach (ExperimentResult experiment in made.Result.Experiments)
        {
            XElement section = Section(experiment);
            Assert.Equal(experiment.Paper.Claim, section.Element("blockquote")!.Value);
            Assert.Equal(
                $"{Text.Of(experiment.Verdict.Kind)} {experiment.Verdict.Words}",
                section.Elements("p").Single(p => p.Attribute("class")?.Value == "verdict").Value);
        }
        XElement[] rows = [.. Root.Descendants("section").Single(section => section.Attribute("id")!.Value == SummarySection.Section)
            .Descendants("tbody").Single().Elements("tr")];
        Assert.Equal(["confirmed", "missing", "confirmed"], rows.Select(row => row.Elements("td").Last().Value));
        Assert.Equal(["#first", "#second", "#third"], rows.Select(row => row.Descendants("a").Single().Attribute("href")!.Value));
    }

    [Fact]
    public void Networks_at_chance_get_no_verdict_and_no_green()
    {
        ExperimentResult atChance = new(
            made.First.Paper,
            [.. made.First.Rows.Select(row => row with
            {
                Paper = row.Paper with { Learns = true },
                Runs = [.. row.Runs.Select(run => run with { Record = run.Record with { Results = AtBaseline(run.Record.Results!) } })],
            })],
            2);
        XDocument page = made.Write(made.Result with { Experiments = [atChance] }, "chance");
        string[] badges = [.. page.Descendants("span").Select(span => span.Attribute("class")?.Value ?? "")
            .Where(name => name.StartsWith("badge", StringComparison.Ordinal))];
        Assert.Equal(["badge no-verdict", "badge no-verdict"], badges);
        Assert.Contains("more than 5 standard errors", page.Root!.Value, StringComparison.Ordinal);

        static RunResults AtBaseline(RunResults results) => results with { Test = results.Test with { Accuracy = results.Baseline.TestAccuracy } };
    }

    [Fact]
    public void The_width_of_the_vectors_is_the_kernels_own()
    {
        int bits = Vector512.IsHardwareAccelerated ? 512 : Vector.IsHardwareAccelerated ? 8 * Vector<byte>.Count : 0; // Vector<T> stays at 256
        Assert.Equal(bits, made.First.Main.Runs[0].Record.Environment.VectorBits);
        Assert.Contains(bits == 0 ? "no vector unit" : $"vectors of up to {bits} bits", made.Page.Root!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_setting_without_runs_is_said_to_be_missing()
    {
        XElement row = FigureRows(made.Second)[1];
        Assert.Equal("nothingnot run yet", row.Element("th")!.Value);
        Assert.Contains("60\u00A0%", row.Elements("td").Select(cell => cell.Value));
        Assert.Contains("Runs are missing: nothing (2 of 2)", Section(made.Second).Value, StringComparison.Ordinal);
    }

    [Fact]
    public void The_figures_are_the_records()
    {
        string[] cells = [.. FigureRows(made.First)[0].Elements("td").Select(cell => cell.Value)];
        RowResult row = made.First.Main;
        double[] test = [.. row.Runs.Select(run => 100 * run.Record.Results!.Test.Accuracy)];
        double[] train = [.. row.Runs.Select(run => 100 * run.Record.Results!.Train.Accuracy)];
        double[] seconds = [.. row.Runs.Select(run => run.Record.Timings.FitSeconds)];
        Assert.Equal(
            ["48\u00A0%", Both(test, "%"), Both(train, "%"), "37,146", "37,146", cells[5], "39\u00A0s", Both(seconds, "s")], cells);

        static string Both(double[] values, string unit) =>
            $"{values.Average():0.0}\u00A0±\u00A0{Math.Abs(values[0] - values[1]) / Math.Sqrt(2):0.0}\u00A0{unit}";
    }

    [Fact]
    public void A_single_run_has_no_deviation()
    {
        ExperimentResult single = new(made.First.Paper, [.. made.First.Rows.Select(row => row with { Runs = [row.Runs[0]] })], 1);
        XDocument page = made.Write(made.Result with { Seeds = 1, Experiments = [single] }, "single");
        XElement section = page.Descendants("section").Single(element => element.Attribute("id")!.Value == "first");
        Assert.DoesNotContain("±", section.Value, StringComparison.Ordinal);
        Assert.Contains(Text.Percent(single.Main.Runs[0].Record.Results!.Test.Accuracy), section.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_quick_run_on_other_data_is_said_to_be_one()
    {
        string[] banners = Banners(made.Page);
        Assert.Equal(2, banners.Length);
        Assert.Contains("ours are of Shapes10, another data set: they stand beside ours as context only", banners[0], StringComparison.Ordinal);
        Assert.Contains("quick run", banners[1], StringComparison.Ordinal);
        Assert.Contains("ours, Shapes10", Section(made.First).Descendants("thead").First().Elements("tr").Last().Elements("th")
            .Select(cell => cell.Value));
    }

    [Fact]
    public void A_whole_run_on_the_papers_data_has_no_banners()
    {
        RunData cifar = made.Result.Data! with { Name = "CIFAR-10", IsCifar10 = true };
        XDocument page = made.Write(made.On(cifar) with { IsQuick = false }, "whole");
        Assert.Empty(Banners(page));
        Assert.Contains("Data: CIFAR-10. It is the paper’s data set.", page.Root!.Value, StringComparison.Ordinal);
        Assert.DoesNotContain("--quick", page.Root.Value, StringComparison.Ordinal);
        Assert.DoesNotContain("ours,", page.Root.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_of_no_runs_says_so()
    {
        ExperimentResult[] empty = [.. made.Result.Experiments.Select(experiment => new ExperimentResult(
            experiment.Paper, [.. experiment.Rows.Select(row => row with { Runs = [] })], 2))];
        XDocument page = made.Write(new ReproductionResult(false, 2, empty, null), "empty");
        Assert.Contains("Data: none yet.", page.Root!.Value, StringComparison.Ordinal);
        Assert.Equal(2, page.Root.Value.Split("No measurement yet").Length - 1);
    }

    [Fact]
    public void Every_plot_is_a_file_too()
    {
        string[] files = [.. Directory.GetFiles(Path.Combine(made.Folder, ReproductionPage.FigureFolder)).Order()];
        Assert.Equal(
            [
                "convolution-kernel1-kernel2.png", "convolution-kernel1.png", "convolution-kernel2.png", "convolution-red.png",
                "first-accuracy.png", "first-loss.png", "second-accuracy.png", "second-loss.png", "third-accuracy.png", "third-loss.png",
            ],
            files.Select(Path.GetFileName));
        string[] shown = [.. Attributes("src")];
        Assert.All(files, file => Assert.Contains(Html.DataUri(File.ReadAllBytes(file)), shown));
        Assert.All(files, file => Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(file)[..4]));
        Assert.Equal(6, Attributes("srcset").Except(shown).Distinct().Count()); // the same for the dark theme
    }

    [Fact]
    public void Runs_are_reported_on_once()
    {
        Assert.Single(Section(made.Second).Descendants("details"));
        Assert.Equal(2, Section(made.First).Descendants("details").Count());
        Assert.Empty(Section(made.Third).Descendants("details"));
        Assert.Contains(Section(made.Third).Descendants("a"), link => link.Attribute("href")!.Value == "#first");
    }

    private static string[] Banners(XDocument page) =>
        [.. page.Descendants("p").Where(p => p.Attribute("class")?.Value == "banner").Select(p => p.Value)];

    private IEnumerable<string> Attributes(string name) => Root.Descendants().Attributes(name).Select(attribute => attribute.Value);

    private XElement Section(ExperimentResult experiment) =>
        Root.Descendants("section").Single(section => section.Attribute("id")!.Value == experiment.Paper.Name);

    private XElement[] FigureRows(ExperimentResult experiment) =>
        [.. Section(experiment).Descendants("tbody").First().Elements("tr")];
}
