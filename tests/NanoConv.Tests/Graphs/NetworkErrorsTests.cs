namespace NanoConv.Tests.Graphs;

/// <summary>Networks that make no sense are refused where they are written down, and uses that make none by name.</summary>
public sealed class NetworkErrorsTests
{
    private static readonly Node Input = Network.Input((4, 4, 2));

    [Fact]
    public void What_joins_needs_several_inputs_and_what_does_not_one()
    {
        Refused(() => Node.Add(Input), "Add: expected at least 2 inputs, received 1");
        Refused(() => Input.Then(new Multiply("gate")), "Multiply 'gate': expected at least 2 inputs, received 1");
        Refused(() => Node.Join(new Flatten(), Input, Input), "Flatten: expected 1 input, received 2");
        Refused(() => Node.Join(new Flatten()), "Flatten: expected 1 input, received 0");
        Refused(() => Input.Then(), "at least one layer");
        Refused(() => _ = new Sequential(new Flatten(), new Add()), "Sequential: expected layers with one input, received Add");
    }

    [Fact]
    public void Inputs_whose_shapes_do_not_fit_are_named_when_it_is_built()
    {
        Node other = Input.Then(new Conv2D(3, 1));
        Refused(() => Build(Node.Add(Input, other)), "Add 'add_1': expected inputs of one shape, received (4, 4, 2) and (4, 4, 3)");
        Refused(() => Build(Node.Multiply(Input, other)), "Multiply 'multiply_1': expected inputs of one shape");
        Refused(
            () => Build(Node.Concatenate(Input, Input.Then(new MaxPooling2D(2)))),
            "Concatenate 'concatenate_1': expected inputs of shapes that are equal but for the last axis, received (4, 4, 2) and (2, 2, 2)");
        Refused(() => Build(Node.Concatenate(Input, Input.Then(new Flatten()))), "(4, 4, 2) and (32,)");

        static void Build(Node output) => new Network(Input, output).Build<float>();
    }

    [Fact]
    public void Outputs_depend_on_the_one_input()
    {
        Node stranger = Network.Input(3), flat = Input.Then(new Flatten());
        Refused(() => _ = new Network(Input, stranger.Then(new Dense(2))), "received one that depends on another input");
        Refused(() => _ = new Network(flat, flat.Then(new Dense(2))), "expected a node of Network.Input as input, received one that Flatten makes");
        Refused(() => _ = new Network(Input, Input), "received the input itself");
        Refused(() => _ = new Network(Input, [flat, flat]), "received one twice");
        Refused(() => _ = new Network(Input, []), "at least one output");
        Refused(() => _ = new Network(Input, Node.Add(Input.Then(new Flatten("twin")), Input.Then(new Flatten("twin")))), "Network: ", "'twin'");
    }

    [Fact]
    public void Several_outputs_predict_and_are_not_trained()
    {
        Node flat = Input.Then(new Flatten()), one = flat.Then(new Dense(2, name: "one")), other = flat.Then(new Dense(3, name: "other"));
        Model<float> model = new Network(Input, [other, one]).Build<float>();
        Tensor<float> inputs = new((5, 4, 4, 2), Numbers.Reals<float>(5 * 32, seed: 1));
        IReadOnlyList<Tensor<float>> outputs = model.Outputs(inputs);
        Assert.Equal([new Shape(5, 3), new Shape(5, 2)], outputs.Select(output => output.Shape));
        Expect.SameBits<float>("one", outputs[1].AsSpan(), model.Outputs(inputs, "one")[0].AsSpan());
        Model<float> alone = new Network(Input, one).Build<float>();
        alone.Edit("one/kernel", kernel => model.Parameters.Single(parameter => parameter.Name == "one/kernel").Value.CopyTo(kernel));
        Expect.SameBits<float>("one", alone.Predict(inputs).AsSpan(), outputs[1].AsSpan());

        string[] parts = ["expected a network with one output", "received one with 2: 'other', 'one'", "Outputs"];
        Expect.Throws<InvalidOperationException>(() => model.Fit(inputs, new int[5]), parts);
        Expect.Throws<InvalidOperationException>(() => model.Evaluate(inputs, new int[5]), parts);
        Expect.Throws<InvalidOperationException>(() => model.Predict(inputs), parts);
        Expect.Throws<InvalidOperationException>(() => model.Predict(new float[32], new float[3]), parts);
        Refused(() => model.Outputs(inputs, "dense_9"), "expected a layer out of flatten_1, other, one, received 'dense_9'");
    }

    /// <summary>The loss must not take over a softmax that something else reads.</summary>
    [Fact]
    public void A_softmax_that_is_read_is_no_end()
    {
        Node dense = Network.Input(3).Then(new Dense(3, Activation.Softmax, name: "inner"));
        Node input = Network.Input(3), inner = input.Then(new Dense(3, Activation.Softmax));
        Assert.True(new Network(input, inner).Build<float>().EndsInSoftmax);
        Assert.False(new Network(input, [inner, inner.Then(new Dense(2))]).Build<float>().EndsInSoftmax);
        Assert.False(new Network(input, inner.Then(new Dense(2))).Build<float>().EndsInSoftmax);
        Assert.NotNull(dense.Layer);
    }

    [Fact]
    public void A_Sequential_needs_a_shape_and_a_Network_has_one()
    {
        Refused(() => new Sequential(new Dense(2)).Build<float>(), "expected the shape of its input");
        Assert.Equal(new Shape(4, 4, 2), new Network(Input, Input.Then(new Flatten())).Build<float>().InputShape);
        Assert.Equal(new Shape(8, 6, 2), new Network(Input, Input.Then(new Flatten())).Build<float>((8, 6, 2)).InputShape);
        Assert.Null(new Sequential(new Dense(2)).InputShape);
    }

    /// <summary>Tens of thousands of layers in a row: no stack of calls.</summary>
    [Fact]
    public void Deep_networks_are_put_in_order()
    {
        Node input = Network.Input(1), last = input;
        for (int i = 0; i < 30_000; i++)
            last = last.Then(new Dropout(0));
        Assert.True(new Network(input, last).Topology.IsChain);
    }

    private static void Refused(Action mistake, params string[] parts) => Expect.Throws<ArgumentException>(mistake, parts);
}
