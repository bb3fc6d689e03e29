namespace NanoConv.Tests.Graphs;

/// <summary>Networks that change shapes, compiled for prediction: a Reshape is left out, and what lies around it must not take its pixels for others.</summary>
public sealed class ReshapedPredictionTests : PropertySuite
{
    [Fact]
    public void Predictions_are_the_written_network_s() => ForAll(Generators.Reshapes, static c =>
    {
        Model<double> model = c.Network().Build<double>(seed: c.Seed);
        CompilationCase.Draw(model, c.Seed);
        AssertEqual(model, c.Seed);
    });

    /// <summary>Else the property would say nothing about them.</summary>
    [Fact]
    public void A_run_has_reshapes_between_convolutions_and_behind_what_others_are_merged_into()
    {
        Model<double>[] models = [.. Drawn(Generators.Reshapes, seed: 1).Select(c => c.Network().Build<double>(seed: c.Seed))];
        Assert.Contains(models, model => HasBetween<Conv2D>(model, layer => layer is Conv2D));
        Assert.Contains(models, model => HasBetween<Conv2D>(model, layer => layer is BatchNormalization));
        Assert.Contains(models, model => HasBetween<Dense>(model, layer => layer is BatchNormalization));
        Assert.Contains(models, model => HasBetween<Conv2D>(model, layer => layer is ActivationLayer { Activation.IsOverLastAxis: true }));
        Assert.Contains(models, model => HasBetween<Conv2D>(model, layer => layer is Add));
    }

    [Fact]
    public void A_reshape_and_borders_of_nothing_are_left_out()
    {
        Node input = Network.Input((4, 4, 2));
        Node last = input.Then(
            new Reshape([8, 2, 2]), new Conv2D(8, 1), new ZeroPadding2D(0), new Cropping2D(), new UpSampling2D(1), new UpSampling2D(1, Interpolation.Bilinear),
            new Reshape([-1, 8]), new BatchNormalization(), new ZeroPadding2D(0), new Reshape([4, 4, 8]), Activation.Softmax);
        Expect.Throws<ArgumentException>(() => new Network(input, last).Build<double>(), "ZeroPadding2D", "(16, 8)"); // which is no picture
        last = input.Then(
            new Reshape([8, 2, 2]), new Conv2D(8, 1), new ZeroPadding2D(0), new Cropping2D(), new UpSampling2D(1), new UpSampling2D(1, Interpolation.Bilinear),
            new Reshape([-1, 8]), new BatchNormalization(), new Reshape([4, 4, 8]), Activation.Softmax);
        Model<double> model = new Network(input, last).Build<double>();
        PlanStep step = Assert.Single(model.Plan().Steps);
        Assert.Equal(("conv2d_1", "batch_normalization_1", "softmax_1"), (step.Name, step.Folded[0], step.Fused[0]));
        AssertEqual(model, seed: 1);
        Sequential others = new(new ZeroPadding2D((0, 1)), new Cropping2D((0, 1)), new UpSampling2D((1, 2)));
        Assert.Equal(3, others.Build<double>((2, 3, 1)).Plan().Steps.Count);
    }

    /// <summary>The halo that a convolution wants is one of its own picture's.</summary>
    [Fact]
    public void A_picture_that_is_reshaped_between_convolutions_lies_in_no_halo()
    {
        Node input = Network.Input((8, 8, 8)), first = input.Then(new Conv2D(8, 3, padding: Padding.Same));
        Conv2D next = new(8, 3, padding: Padding.Same);
        AssertEqual(new Network(input, first.Then(new Reshape([4, 16, 8]), next)).Build<double>(seed: 1), seed: 1);
        AssertEqual(new Network(input, first.Then(new Reshape([16, 8, 4]), next)).Build<double>(seed: 1), seed: 1);
        Node reshaped = first.Then(new Reshape([16, 4, 8]), new Conv2D(8, 3, padding: Padding.Same), new Reshape([8, 8, 8]));
        AssertEqual(new Network(input, Node.Concatenate(first.Then(next), reshaped)).Build<double>(seed: 1), seed: 1);
        NetworkPlan plan = new Network(input, first.Then(new Reshape([8, 8, 8]), next)).Build<double>(seed: 1).Plan();
        Assert.NotNull(plan.Steps[0].Halo); // where the shape is the same, so is the halo
    }

    private static bool HasBetween<TLayer>(Model<double> model, Predicate<Layer> isBehind)
        where TLayer : Layer => Enumerable.Range(0, model.Layers.Count).Any(layer => isBehind(model.Layers[layer].Specification)
            && model.Topology.Inputs(layer).ToArray().Any(value => value > 0 && model.Layers[value - 1].Specification is Reshape
                && model.Topology.Inputs(value - 1)[0] is > 0 and int before && model.Layers[before - 1].Specification is TLayer));

    private static void AssertEqual(Model<double> model, int seed)
    {
        Tensor<double> inputs = new(model.InputShape.Batch(10), Numbers.Reals<double>(10 * model.InputShape.Elements, seed));
        string[] names = [.. model.Topology.Outputs.ToArray().Select(value => model.Layers[value - 1].Name)];
        foreach ((Tensor<double> written, Tensor<double> compiled) in model.Outputs(inputs, names).Zip(model.Outputs(inputs)))
        {
            Assert.Equal(written.Shape, compiled.Shape);
            double greatest = Math.Max(1, written.AsSpan().ToArray().Max(Math.Abs));
            Expect.Close<double>("output", written.AsSpan(), compiled.AsSpan(), 1e-12 * greatest);
        }
    }
}
