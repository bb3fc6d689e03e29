using System.Numerics;

namespace NanoConv.Tests.Graphs;

/// <summary>Rung 3 for generated graphs, and what must not depend on how their buffers are planned.</summary>
public sealed class GraphTests : PropertySuite
{
    [Fact]
    public void Every_gradient_of_a_random_graph_is_its_slope() => ForAll(
        Generators.SmallGraphs,
        static graph => Layers.LayerGradientTests.AssertProved(
            seed => GradientCheck.Run((graph with { Seed = seed }).Build<double>(), examples: 2, seed), graph.Seed),
        share: 0.2);

    /// <summary>
    /// The fit leaves out what no parameter needs, and lanes have their own sums: a step of plain descent takes off the weights what the
    /// whole backward pass, input and all, gives for the loss's gradient.
    /// </summary>
    [Fact]
    public void A_step_of_training_takes_the_gradient_of_the_whole_backward_pass() => ForAll(Generators.GraphClassifiers, static graph =>
    {
        Model<double> model = graph.Build<double>();
        const int Examples = 7;
        TensorDataset<double> data = Data<double>(graph, Examples);
        double[] expected = Gradient(model, data), before = model.Weights.ToArray();
        foreach (Parameter<double> parameter in model.Regularized)
            parameter.Regularizer!.AddGradient(expected.AsSpan(parameter.Offset, parameter.Shape.Elements), parameter.Value);
        model.Fit(data, new FitOptions { BatchSize = Examples, Optimizer = new SGD(1), Shuffle = false, Threads = 2 });
        double[] taken = [.. before.Zip(model.Weights.ToArray(), (old, now) => old - now)];
        foreach (Parameter<double> state in model.Parameters.Where(parameter => parameter.IsState)) // which has no gradient
            taken.AsSpan(state.Offset, state.Shape.Elements).Clear();
        Expect.Close<double>("gradient", expected, taken, 1e-10);
    });

    /// <summary>In lanes or with the little memory of large models, where layers share what is kept of a batch.</summary>
    [Fact]
    public void A_step_of_a_large_graph_is_that_in_lanes() => ForAll(Generators.GraphClassifiers, static graph =>
    {
        const int Examples = 21;
        TensorDataset<double> data = Data<double>(graph, Examples);
        FitOptions options = new() { BatchSize = Examples, Optimizer = new SGD(1), Shuffle = false, Threads = 2 };
        SizeLimits limits = new(LargeModel: -1, Light: 0, LightShare: int.MaxValue, PartElements: 30, ActivationShare: graph.Seed % 2);
        Model<double> lanes = graph.Build<double>(), lean = graph.Build<double>(limits);
        lanes.Fit(data, options);
        lean.Fit(data, options);
        Expect.Close<double>("weights", lanes.Weights.ToArray(), lean.Weights.ToArray(), 1e-10);
    });

    [Fact]
    public void Training_gives_the_same_bits_on_any_number_of_threads() => ForAll(Generators.GraphClassifiers, static graph =>
    {
        TensorDataset<float> data = Data<float>(graph, examples: 40);
        float[] Train(int threads)
        {
            Model<float> model = graph.Build<float>();
            model.Fit(data, new FitOptions { BatchSize = 17, Epochs = 2, Threads = threads });
            return model.Weights.ToArray();
        }

        float[] expected = Train(1);
        Expect.SameBits<float>("weights on 2 threads", expected, Train(2));
        Expect.SameBits<float>("weights on 5 threads", expected, Train(5));
    }, share: 0.3);

    /// <summary>
    /// Prediction takes memory again as soon as its last reader is done. Each layer's output must all the same be what the layer alone
    /// makes of the outputs before it.
    /// </summary>
    [Fact]
    public void Each_output_is_what_its_layer_alone_makes_of_its_inputs() => ForAll(Generators.SmallGraphs, static graph =>
    {
        Model<double> model = graph.Build<double>();
        const int Examples = 6;
        Tensor<double> inputs = new(graph.InputShape.Batch(Examples), Numbers.Reals<double>(Examples * graph.InputShape.Elements, graph.Seed));
        double[][] values = [inputs.AsSpan().ToArray(), .. model.Layers.Select(layer => model.Outputs(inputs, layer.Name)[0].AsSpan().ToArray())];
        for (int index = 0; index < model.Layers.Count; index++)
        {
            BuiltLayer<double> layer = model.Layers[index];
            double[][] read = [.. model.Topology.Inputs(index).ToArray().Select(value => values[value])];
            Expect.Close<double>(layer.Name, Alone(layer, Examples, read), values[index + 1], 1e-12);
        }

        IReadOnlyList<Tensor<double>> all = model.Outputs(inputs, [.. model.Layers.Select(layer => layer.Name)]);
        for (int index = 0; index < all.Count; index++)
            Expect.SameBits<double>(model.Layers[index].Name, values[index + 1], all[index].AsSpan());
        Tensor<double> predicted = model.Predict(inputs);
        Expect.Close<double>("prediction", values[^1], predicted.AsSpan(), 1e-10); // compiled: see CompiledPredictionTests
        double[] into = new double[Examples * graph.End.Units];
        model.Predict(inputs.AsSpan(), into, threads: 2);
        Expect.SameBits<double>("prediction into a span", predicted.AsSpan(), into);
        Assert.Equal(model.OutputShape.Batch(Examples), all[^1].Shape);
    }, share: 0.5);

    /// <summary>The sum of x and x: twice the gradient; the product: 2x times it.</summary>
    [Fact]
    public void A_node_may_be_joined_with_itself()
    {
        Node input = Network.Input(3);
        foreach ((Node joined, double[] output, double[] gradient) in ((Node, double[], double[])[])
            [(Node.Add(input, input, input), [3, -6, 1.5], [3, 6, -3]), (Node.Multiply(input, input), [1, 4, 0.25], [2, -8, -1]),
            (Node.Concatenate(input, input), [1, -2, 0.5, 1, -2, 0.5], [2, 4, -2])])
        {
            Model<double> model = new Network(input, joined).Build<double>();
            Workspace<double> workspace = new(model, 1, training: true);
            workspace.Load([1, -2, 0.5], 1);
            workspace.Configure(training: true, wantsLogits: false, seed: 0, step: 1, firstExample: 0);
            Assert.Equal(output, workspace.Forward().ToArray());
            double[] cotangent = output.Length == 3 ? [1, 2, -1] : [1, 2, -1, 1, 2, -1];
            Assert.Equal(gradient, workspace.Backward(cotangent, [], needsInputGradient: true).ToArray());
        }
    }

    // The gradient of the mean loss, by the backward pass through all layers.
    private static double[] Gradient(Model<double> model, TensorDataset<double> data)
    {
        Workspace<double> workspace = new(model, data.Count, training: true);
        workspace.Load(data, [], 0, data.Count);
        workspace.LoadTargets(data, [], 0, data.Count);
        workspace.Configure(training: true, wantsLogits: true, seed: 0, step: 1, firstExample: 0);
        double[] logits = workspace.Forward().ToArray(), gradient = new double[model.ParameterCount];
        int classes = model.OutputShape.Elements;
        double[] cotangent = new double[logits.Length], target = new double[classes];
        for (int i = 0; i < data.Count; i++)
        {
            data.CopyTarget(i, target);
            double[] row = logits[(i * classes)..((i + 1) * classes)];
            for (int c = 0; c < classes; c++)
                cotangent[(i * classes) + c] = ((1 / row.Sum(other => Math.Exp(other - row[c]))) - target[c]) / data.Count;
        }

        workspace.Backward(cotangent, gradient, needsInputGradient: true);
        return gradient;
    }

    private static double[] Alone(BuiltLayer<double> layer, int examples, double[][] inputs)
    {
        switch (layer.Specification)
        {
            case Add:
                return [.. inputs.Skip(1).Aggregate(inputs[0], (sum, other) => [.. sum.Zip(other, (a, b) => a + b)])];
            case Multiply:
                return [.. inputs.Skip(1).Aggregate(inputs[0], (product, other) => [.. product.Zip(other, (a, b) => a * b)])];
            case Concatenate:
                int pixels = inputs[0].Length / layer.InputShapes[0][^1];
                return [.. Enumerable.Range(0, pixels).SelectMany(pixel => inputs.SelectMany((input, i) =>
                    input.Skip(pixel * layer.InputShapes[i][^1]).Take(layer.InputShapes[i][^1])))];
            case BatchNormalization normalization:
                int channels = layer.InputShape[^1];
                double Of(string role, int channel, double otherwise) =>
                    layer.Parameters.FirstOrDefault(parameter => parameter.Name == $"{layer.Name}/{role}") is { } found ? found.Value[channel] : otherwise;
                return [.. inputs[0].Select((x, i) => (Of("gamma", i % channels, 1) * (x - Of("moving_mean", i % channels, 0))
                    / Math.Sqrt(Of("moving_variance", i % channels, 0) + normalization.Epsilon)) + Of("beta", i % channels, 0))];
            case PReLU:
                return [.. inputs[0].Select((x, i) => x > 0 ? x : x * layer.Parameters[0].Value[i % layer.Parameters[0].Shape[^1]])];
            case ActivationLayer:
                return [.. inputs[0].Select(x => Math.Max(x, 0))];
            default:
                return NormalizationTextbook.Forward<double>(layer, inputs[0])
                    ?? Textbook.Forward<double>(layer, examples, inputs[0]) ?? inputs[0]; // Dropout and Flatten change nothing
        }
    }

    private static TensorDataset<T> Data<T>(GraphCase graph, int examples)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Random random = new(graph.Seed);
        int[] labels = [.. Enumerable.Range(0, examples).Select(_ => random.Next(graph.End.Units))];
        Tensor<T> inputs = new(graph.InputShape.Batch(examples), Numbers.Reals<T>(examples * graph.InputShape.Elements, graph.Seed));
        return new(inputs, labels, graph.End.Units);
    }
}
