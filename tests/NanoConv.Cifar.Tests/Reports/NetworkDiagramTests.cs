using System.Xml.Linq;
using NanoConv.Cifar.Reports.Page;

namespace NanoConv.Cifar.Tests.Reports;

/// <summary>Networks with branches, drawn: which box stands where, and which line leads where.</summary>
public sealed class NetworkDiagramTests
{
    /// <summary>The shortcut runs straight down beside the block's layers.</summary>
    [Fact]
    public void A_residual_block_stands_beside_its_shortcut()
    {
        NetworkLanes lanes = new(Residual().Topology);
        Assert.Equal(2, lanes.Count);
        Assert.Equal([0, 0, 1, 1, 0, 0, 0], lanes.Rows.Select(row => row.Lane)); // picture, conv, conv, norm, add, flatten, dense
        Assert.Equal([[], [], [0], [0], [], [], []], lanes.Rows.Select(row => row.Passes));
        Assert.Equal([[], [0], [0], [1], [0, 1], [0], [0]], lanes.Rows.Select(row => row.Reads));
        Assert.Equal([true, true, true, true, true, true, false], lanes.Rows.Select(row => row.GoesOn));
    }

    /// <summary>Whatever the graph: from each layer a line runs down to all that read it, alone in its lane, and ends at the last.</summary>
    [Fact]
    public void Every_line_leads_from_a_layer_to_its_readers_and_meets_no_other()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Topology topology = Random(seed).Topology;
            NetworkLanes lanes = new(topology);
            Assert.Equal(topology.Layers + 1, lanes.Rows.Count);
            HashSet<(int Row, int Lane)> taken = [];
            for (int value = 0; value <= topology.Layers; value++)
            {
                int lane = lanes.Rows[value].Lane;
                int[] readers = topology.Readers(value).ToArray();
                Assert.Equal(readers.Length > 0, lanes.Rows[value].GoesOn);
                Assert.True(taken.Add((value, lane)), $"seed {seed}: something runs through row {value}");
                for (int row = value + 1; readers.Length > 0 && row <= readers[^1] + 1; row++)
                {
                    Assert.Equal(readers.Contains(row - 1), lanes.Rows[row].Reads.Contains(lane));
                    bool isLast = row == readers[^1] + 1;
                    Assert.Equal(!isLast, lanes.Rows[row].Passes.Contains(lane));
                    Assert.True(isLast || taken.Add((row, lane)), $"seed {seed}: two lines in row {row}");
                }
            }

            Assert.Equal(taken.Count, lanes.Rows.Count + lanes.Rows.Sum(row => row.Passes.Count)); // and no others
            Assert.All(lanes.Rows, (row, i) => Assert.Equal(i == 0 ? 0 : topology.Inputs(i - 1).ToArray().Distinct().Count(), row.Reads.Count));
            Assert.All(lanes.Rows, row => Assert.InRange(row.Lane, 0, lanes.Count - 1));
        }
    }

    [Fact]
    public void Each_layer_has_a_row_with_its_lines_and_joins_say_of_what()
    {
        Model<float> model = Residual().Build<float>();
        XElement list = NetworkDiagram.Create(model, new Dictionary<string, string> { ["conv2d_2"] = "by hand" });
        Assert.Equal(("ol", "network branches", "--lanes:2"), (list.Name, list.Attribute("class")!.Value, list.Attribute("style")!.Value));
        XElement[] rows = [.. list.Elements("li")];
        Assert.Equal(
            ["picture", "Conv2D", "Conv2D", "BatchNormalization", "Add", "Flatten", "Dense"], rows.Select(row => row.Descendants("strong").Single().Value));
        Assert.Equal(["--lane:0", "--lane:0", "--lane:1", "--lane:1", "--lane:0", "--lane:0", "--lane:0"], rows.Select(Lane));
        Assert.Equal([1, 2, 3, 3, 3, 2, 1], rows.Select(row => row.Descendants("path").Count()));
        Assert.Equal("0 0 2 2", rows[4].Element("svg")!.Attribute("viewBox")!.Value);
        Assert.Equal(
            ["M0.5 0C0.5 0.7 0.5 0.3 0.5 1", "M1.5 0C1.5 0.7 0.5 0.3 0.5 1", "M0.5 1V2"],
            rows[4].Descendants("path").Select(path => path.Attribute("d")!.Value));
        XElement sources = Assert.Single(list.Descendants("span"), span => span.Attribute("class")?.Value == "sources");
        Assert.Equal("of conv2d_1 and batch_normalization_1", sources.Value);
        Assert.Same(rows[4], sources.Ancestors("li").Single());
        Assert.Equal("by hand", Assert.Single(rows[2].Descendants("em")).Value);
        XElement end = Assert.Single(list.Descendants("span"), span => span.Attribute("class")?.Value == "end");
        Assert.Same(rows[6], end.Ancestors("li").Single());
    }

    [Fact]
    public void A_layer_that_reads_another_than_the_one_above_it_says_so_and_all_outputs_are_marked()
    {
        Node x = Network.Input((4, 4, 2));
        Node a = x.Then(new Conv2D(2, 3, (1, 2), Padding.Explicit(1), name: "a")), b = x.Then(new MaxPooling2D(2, name: "b"));
        Network network = new(x, [a.Then(new Flatten()), a, b.Then(new Flatten()), Node.Multiply(x, x, x)]);
        XElement list = NetworkDiagram.Create(network.Build<float>(), new Dictionary<string, string>());
        XElement[] rows = [.. list.Elements("li")];
        Assert.Equal([null, null, null, "of picture", null, "of picture, picture and picture"], rows.Select(row => Span(row, "sources")));
        Assert.Equal([null, "output", "output", null, "output", "output"], rows.Select(row => Span(row, "end")));
        Assert.Contains("stride 1×2, top 1, bottom 1, left 1, right 1", rows[1].Value, StringComparison.Ordinal);
    }

    private static string? Span(XElement row, string name) => row.Descendants("span").SingleOrDefault(span => span.Attribute("class")?.Value == name)?.Value;

    private static string Lane(XElement row) => row.Elements("span").Single(span => span.Attribute("class")!.Value == "node").Attribute("style")!.Value;

    private static Network Residual()
    {
        Node image = Network.Input((6, 6, 3));
        Node x = image.Then(new Conv2D(4, 3, padding: Padding.Same, activation: Activation.ReLU));
        Node y = x.Then(new Conv2D(4, 3, padding: Padding.Same, useBias: false), new BatchNormalization());
        return new Network(image, Node.Add(x, y).Then(new Flatten(), new Dense(10, Activation.Softmax)));
    }

    private static Network Random(int seed)
    {
        Random random = new(seed);
        Node input = Network.Input(2);
        List<Node> nodes = [input];
        for (int i = random.Next(1, 15); i > 0; i--)
        {
            Node[] read = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => nodes[random.Next(nodes.Count)])];
            nodes.Add(read.Length == 1 ? read[0].Then(new Dropout(0.5)) : Node.Add(read));
        }

        Node[] outputs = [.. nodes.Skip(1).Where(_ => random.Next(3) == 0)];
        return new Network(input, outputs.Length == 0 ? [nodes[^1]] : outputs);
    }
}
