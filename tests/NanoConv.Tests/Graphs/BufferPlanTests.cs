namespace NanoConv.Tests.Graphs;

/// <summary>How much memory networks take, and in which order layers come.</summary>
public sealed class BufferPlanTests
{
    [Fact]
    public void Prediction_of_a_deep_chain_takes_no_more_than_that_of_a_shallow_one()
    {
        Assert.Equal(Chain(4).PredictionBytes, Chain(40).PredictionBytes);
        Assert.Equal(Residual(3).PredictionBytes, Residual(30).PredictionBytes);

        static Model<float> Chain(int depth) => new Sequential(
            [.. Enumerable.Range(0, depth).Select(_ => new Conv2D(8, 3, padding: Padding.Same, activation: Activation.ReLU)), new Flatten(), new Dense(2)])
            .Build<float>((8, 8, 8));

        static Model<float> Residual(int blocks)
        {
            Node input = Network.Input((8, 8, 8)), x = input;
            for (int i = 0; i < blocks; i++)
                x = Node.Add(x, x.Then(new Conv2D(8, 3, padding: Padding.Same, activation: Activation.ReLU), new Conv2D(8, 3, padding: Padding.Same)));
            return new Network(input, x.Then(new Flatten(), new Dense(2))).Build<float>();
        }
    }

    /// <summary>A value that everything behind it reads stays; the plan's memory is that and two more.</summary>
    [Fact]
    public void A_value_stays_as_long_as_somebody_reads_it()
    {
        Node input = Network.Input(100), x = input;
        for (int i = 0; i < 10; i++)
            x = Node.Multiply(x, input);
        Model<float> model = new Network(input, x).Build<float>();
        Assert.Equal(3 * 100 * sizeof(float) * Inference.ShardSize, model.PredictionBytes);
    }

    [Fact]
    public void A_halo_is_shared_by_readers_that_want_the_same_and_by_no_others()
    {
        Node input = Network.Input((8, 8, 2)), first = input.Then(new Conv2D(4, 3, padding: Padding.Same));
        Node three = first.Then(new Conv2D(4, 3, padding: Padding.Same)), alsoThree = first.Then(new Conv2D(2, 3, padding: Padding.Same));
        Node five = first.Then(new Conv2D(4, 5, padding: Padding.Same));
        Assert.True(IsHaloed(three, alsoThree));
        Assert.False(IsHaloed(three, five));
        Assert.False(IsHaloed(three, first)); // an output lies side by side
        Assert.False(IsHaloed(three, first.Then(new Flatten())));

        bool IsHaloed(params Node[] outputs)
        {
            Model<float> model = new Network(input, outputs).Build<float>();
            return model.ViewOf(model.Layers.Single(layer => ReferenceEquals(layer.Specification, first.Layer)) is var layer
                ? model.Layers.ToList().IndexOf(layer) + 1 : 0) is not null;
        }
    }

    [Fact]
    public void Layers_come_behind_what_they_read_in_the_order_in_which_that_is_read()
    {
        Node input = Network.Input(4), a = input.Then(new Dense(4, name: "a")), b = input.Then(new Dense(4, name: "b"));
        Network network = new(input, Node.Add(b.Then(new Dense(4, name: "c")), a, b));
        Assert.Equal(["b", "c", "a", null], network.Layers.Select(layer => layer.Name));
        Assert.Equal([2, 3, 1], network.Topology.Inputs(3).ToArray());
        Assert.Equal([1, 3], network.Topology.Readers(1).ToArray());
        Assert.Equal([0, 2], network.Topology.Readers(0).ToArray());
        Assert.False(network.Topology.IsChain);
    }
}
