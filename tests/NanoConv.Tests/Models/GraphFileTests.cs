namespace NanoConv.Tests.Models;

/// <summary>Networks that branch are saved with their connections, and their state with their weights.</summary>
public sealed class GraphFileTests : PropertySuite
{
    [Fact]
    public void A_saved_and_reloaded_graph_predicts_the_same_bits() => ForAll(Generators.SmallGraphs, static graph =>
    {
        Model<double> model = graph.Build<double>();
        string path = Path.Combine(Path.GetTempPath(), $"nanoconv-{Guid.NewGuid():N}.safetensors");
        try
        {
            model.Save(path);
            Model<double> loaded = Model.Load<double>(path);
            Assert.Equal(model.Layers.Select(layer => layer.Name), loaded.Layers.Select(layer => layer.Name));
            Assert.Equal(model.Network.Topology.IsChain, loaded.Network is Sequential);
            for (int index = 0; index < model.Layers.Count; index++)
                Assert.Equal(model.Topology.Inputs(index).ToArray(), loaded.Topology.Inputs(index).ToArray());
            Tensor<double> inputs = new(graph.InputShape.Batch(3), Numbers.Reals<double>(3 * graph.InputShape.Elements, graph.Seed));
            Expect.SameBits<double>("prediction", model.Predict(inputs).AsSpan(), loaded.Predict(inputs).AsSpan());
            Expect.SameBits<double>("weights and state", model.Weights, loaded.Weights);
        }
        finally
        {
            File.Delete(path);
        }
    }, share: 0.3);

    [Fact]
    public void Outputs_and_their_order_are_kept()
    {
        Node input = Network.Input(3), one = input.Then(new Dense(2));
        Node two = one.Then(new BatchNormalization(
            0.5, 0.1, center: false, gammaInitializer: new Zeros(), movingMeanInitializer: new Ones(), gammaRegularizer: new L2(0.1)));
        Network network = new(input, [two, one]);
        string text = NetworkDescription.Write(network, 3, ["dense_1", "batch_normalization_1"])!;
        Assert.EndsWith(",\"outputs\":[2,1]}", text, StringComparison.Ordinal);
        (Network read, Shape shape) = NetworkDescription.Read(text);
        Assert.Equal([2, 1], read.Topology.Outputs.ToArray());
        Assert.Equal(new Shape(3), shape);
        BatchNormalization normalization = Assert.IsType<BatchNormalization>(read.Layers[1]);
        Assert.Equal(
            (0.5, 0.1, false, true, null, 0.1),
            (normalization.Momentum, normalization.Epsilon, normalization.Center, normalization.Scale, normalization.BetaRegularizer,
                Assert.IsType<L2>(normalization.GammaRegularizer).Strength));
        Assert.Equal(
            (typeof(Zeros), typeof(Zeros), typeof(Ones), typeof(Ones)),
            (normalization.BetaInitializer.GetType(), normalization.GammaInitializer.GetType(), normalization.MovingMeanInitializer.GetType(),
                normalization.MovingVarianceInitializer.GetType()));
        Assert.Equal([0, 0, 1, 1, 1, 1], read.Build<double>(shape).Layers[1].Parameters.SelectMany(parameter => parameter.Value.ToArray()));
    }

    [Theory]
    [InlineData("\"inputs\":[0,2]", "inputs from 0 to 1, found 2")]
    [InlineData("\"inputs\":[0,-1]", "inputs from 0 to 1, found -1")]
    [InlineData("\"inputs\":[0]", "Add 'b': expected at least 2 inputs, received 1")]
    [InlineData("\"inputs\":[0,0.5]", "0.5")]
    [InlineData("\"inputs\":7", "")]
    public void Connections_that_make_no_sense_are_refused(string inputs, string part) => Expect.Throws<InvalidDataException>(
        () => NetworkDescription.Read(
            $"{{\"input_shape\":[3],\"layers\":[{{\"class\":\"Flatten\",\"name\":\"a\"}},{{\"class\":\"Add\",\"name\":\"b\",{inputs}}}]}}"),
        part);

    [Theory]
    [InlineData("\"outputs\":[1]", "expected layers that outputs depend on, found 1 others")]
    [InlineData("\"outputs\":[3]", "outputs from 0 to 2, found 3")]
    [InlineData("\"outputs\":[0]", "received the input itself")]
    [InlineData("\"outputs\":[]", "at least one output")]
    public void Outputs_that_make_no_sense_are_refused(string outputs, string part) => Expect.Throws<InvalidDataException>(
        () => NetworkDescription.Read(
            $"{{\"input_shape\":[3],\"layers\":[{{\"class\":\"Flatten\",\"name\":\"a\"}},{{\"class\":\"Flatten\",\"name\":\"b\"}}],{outputs}}}"),
        part);
}
