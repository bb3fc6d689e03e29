using System.Globalization;
using System.Xml.Linq;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Images;
using NanoConv.Cifar.Reports.Page;
using NanoConv.Cifar.Reproduction;
using Xunit;

namespace NanoConv.Cifar.Tests.Reports;

public sealed class PageSectionTests(ReproducedPage made) : IClassFixture<ReproducedPage>
{
    [Fact]
    public void The_worked_pixels_are_the_planes()
    {
        Plane red = TestPicture.Draw().Channel(0);
        (int Y, int X)[] places = [ConvolutionSection.FindEdge(red), ConvolutionSection.FindFlat(red)];
        string[] expected = [.. new[] { SquareKernel.Laplacian8, SquareKernel.Laplacian4 }.SelectMany(kernel =>
            places.Select(at => $"sum {red.Convolve(kernel)[at.Y, at.X].ToString("#,0", CultureInfo.InvariantCulture)}"))];
        XElement section = Section(ConvolutionSection.Section);
        Assert.Equal(expected, section.Descendants("span").Where(span => HasClass(span, "sum")).Select(span => span.Value));
        Assert.Equal(["240", "238", "238", "236"], section.Descendants("img").Select(image => image.Attribute("width")!.Value));
        Assert.Equal("sum 0", expected[1]); // a flat area, and a kernel that sums to 0
        Assert.Equal("sum 1,020", expected[3]);
    }

    [Fact]
    public void The_confusion_matrices_are_the_records()
    {
        RunResults results = made.First.Main.Runs[0].Record.Results!;
        XElement[] matrices = [.. Section("first").Descendants("div").Where(div => HasClass(div, "matrix"))];
        Assert.Equal(4, matrices.Length); // on test and train, of both settings
        Assert.Equal(results.Test.ConfusionMatrix, Counts(matrices[0]));
        Assert.Equal(results.Train.ConfusionMatrix, Counts(matrices[1]));
        Assert.Equal(10, matrices[0].Descendants("td").Count(cell => HasClass(cell, "right")));

        static int[][] Counts(XElement matrix) => [.. matrix.Descendants("tbody").Single().Elements("tr").Select(row =>
            row.Elements("td").Select(cell => int.Parse(cell.Value, CultureInfo.InvariantCulture)).ToArray())];
    }

    [Fact]
    public void The_surest_pictures_are_the_models()
    {
        IReadOnlyList<Prediction> all = new RunModels().Predict(made.First.Main.Runs[0], made.Images);
        Prediction[] right = [.. all.Where(p => p.Predicted == p.Truth).OrderByDescending(p => p.Probabilities[p.Truth]).Take(5)];
        Prediction[] wrong = [.. all.Where(p => p.Predicted != p.Truth).OrderByDescending(p => p.Confidence).Take(5)];
        Assert.NotEmpty(right);
        XElement[] figures = [.. Section("first").Descendants("div").Where(div => HasClass(div, "examples"))
            .SelectMany(div => div.Elements("figure"))];
        Assert.Equal(
            [.. right.Concat(wrong).Select(p => $"truth: {Name(p.Truth)}prediction: {Name(p.Predicted)}"
                + string.Concat(p.Probabilities.Index().OrderByDescending(c => c.Item).Take(3)
                    .Select(c => $"{Name(c.Index)} {Text.Percent(c.Item)}")))],
            figures.Select(figure => figure.Element("figcaption")!.Value));

        string Name(int c) => made.Images.ClassNames[c];
    }

    [Fact]
    public void No_pictures_are_shown_of_data_that_the_run_is_not_of()
    {
        Assert.Empty(Examples(made.Result with { Pictures = null }, "none"));
        RunData other = made.Result.Data! with { TestSha256 = "another" };
        Assert.Empty(Examples(made.On(other), "other"));

        IEnumerable<XElement> Examples(ReproductionResult result, string name) =>
            made.Write(result, name).Descendants("div").Where(div => HasClass(div, "examples"));
    }

    [Fact]
    public void The_share_of_small_weights_is_measured_for_each_penalty()
    {
        XElement[] rows = Rows(Section(ErrorsSection.Section), "Weights below 0.001");
        Assert.Equal(5, rows.Length);
        Model<float> strong = ModelFile.Read(made.First.Rows[1].Runs[0].ModelPath).Model;
        float[] dense = strong.Parameters.Single(parameter => parameter.Name == "dense_1/kernel").Value.ToArray();
        Assert.Equal(
            Text.Percent((double)dense.Count(weight => Math.Abs(weight) < 1e-3) / dense.Length),
            rows[^1].Elements("td").Last().Value);
    }

    [Fact]
    public void Max_poolings_work_and_speed_are_measured()
    {
        XElement[] rows = Rows(Section(ErrorsSection.Section), "Work and speed");
        Assert.Equal(["default", "maxpooling"], rows.Select(row => row.Element("th")!.Value));
        double images = made.Second.Main.Runs.Average(run =>
            run.Record.History.Select(epoch => epoch.ImagesPerSecond).Order().ElementAt(run.Record.History.Count / 2));
        double work = made.Second.Main.Runs[0].Record.Model.TrainingFlops;
        Assert.Equal(
            ["60", "12.7", $"{work / 1e6:0.0}", $"{images:N0}", $"{work * images / 1e9:0.0}"],
            rows[1].Elements("td").Select(cell => cell.Value));
    }

    [Fact]
    public void Each_layer_of_each_network_has_a_box()
    {
        XElement[] networks = [.. Section(NetworksSection.Section).Elements("article")];
        Assert.Equal(["default", "maxpooling", "thinner_deeper"], networks.Select(network => network.Element("h3")!.Value));
        Assert.Equal([8, 10, 10], networks.Select(network => network.Element("ol")!.Elements("li").Count()));
        Assert.Contains("37,146 parameters; 5.6 MFLOP", networks[0].Value, StringComparison.Ordinal);
        Assert.Contains("20,490 parameters", networks[0].Element("ol")!.Elements("li").Last().Value, StringComparison.Ordinal);
        IReadOnlyDictionary<string, string> algorithms = made.First.Main.Runs[0].Record.Model.Algorithms!;
        Assert.Equal(["conv2d_1", "conv2d_2", "conv2d_3", "conv2d_4"], algorithms.Keys);
        Assert.Equal(algorithms.Values, networks[0].Descendants("em").Select(name => name.Value));
        Assert.Empty(networks[2].Descendants("em")); // no run of that network
    }

    private static bool HasClass(XElement element, string name) => element.Attribute("class")?.Value == name;

    private static XElement[] Rows(XElement section, string caption) =>
        [.. section.Descendants("figure").Single(figure => figure.Element("figcaption")!.Value.StartsWith(caption, StringComparison.Ordinal))
            .Descendants("tbody").Single().Elements("tr")];

    private XElement Section(string id) =>
        made.Page.Descendants("section").Single(section => section.Attribute("id")!.Value == id);
}
