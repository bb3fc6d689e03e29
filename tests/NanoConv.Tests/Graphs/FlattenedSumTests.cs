namespace NanoConv.Tests.Graphs;

/// <summary>Sums of flattened pictures in a network that is compiled, where Flatten is left out and pictures may lie in halos.</summary>
public sealed class FlattenedSumTests
{
    [Fact]
    public void Pictures_of_different_shapes_are_added_as_their_features_are()
    {
        Node image = Network.Input((8, 8, 3)), haloed = image.Then(new Conv2D(8, 3, padding: Padding.Same));
        Node other = haloed.Then(new Conv2D(4, 3, padding: Padding.Same), new Flatten(), new Dense(3));
        Node strided = image.Then(new Conv2D(32, 2, strides: 2));
        Node sum = Node.Add(haloed.Then(new Flatten()), strided.Then(new Flatten())).Then(new Dense(2));
        AssertEqual(new Network(image, Node.Concatenate(sum, other)));
    }

    [Fact]
    public void A_picture_is_added_to_flat_features()
    {
        Node image = Network.Input((4, 4, 3)), haloed = image.Then(new Conv2D(8, 3, padding: Padding.Same));
        Node other = haloed.Then(new Conv2D(8, 3, padding: Padding.Same), new Flatten(), new Dense(2));
        Node flat = image.Then(new Flatten(), new Dense(128));
        AssertEqual(new Network(image, [Node.Add(flat, haloed.Then(new Flatten())).Then(new Dense(3)), other]));
        AssertEqual(new Network(image, [Node.Add(haloed.Then(new Flatten()), flat, flat).Then(Activation.Tanh, new Dense(3)), other]));
    }

    [Fact]
    public void Flattened_pictures_of_one_shape_are_added_in_place()
    {
        Node image = Network.Input((6, 6, 2)), haloed = image.Then(new Conv2D(8, 3, padding: Padding.Same));
        Node other = haloed.Then(new Conv2D(8, 3, padding: Padding.Same)), sum = Node.Add(haloed.Then(new Flatten()), other.Then(new Flatten()));
        Network network = new(image, sum.Then(new Dense(3)));
        AssertEqual(network);
        Assert.Equal(3, network.Build<double>().Plan().Steps.Count);
    }

    private static void AssertEqual(Network network)
    {
        Model<double> model = network.Build<double>(seed: 1);
        Tensor<double> inputs = new(model.InputShape.Batch(5), Numbers.Reals<double>(5 * model.InputShape.Elements, seed: 2));
        string[] names = [.. model.Topology.Outputs.ToArray().Select(value => model.Layers[value - 1].Name)];
        foreach ((Tensor<double> written, Tensor<double> compiled) in model.Outputs(inputs, names).Zip(model.Outputs(inputs)))
            Expect.Close<double>("output", written.AsSpan(), compiled.AsSpan(), 1e-12);
    }
}
