using System.Numerics;

namespace NanoConv.Tests.Graphs;

/// <summary>
/// The network as it predicts gives what it gives as it is written, whose layers' outputs are asked for by name; for networks with much to
/// fold, fuse and leave out.
/// </summary>
public sealed class CompiledPredictionTests : PropertySuite
{
    [Fact]
    public void Predictions_are_the_written_network_s_in_double() =>
        ForAll(Generators.Compilations, static found => AssertEqual<double>(found, 1e-12), share: 0.6);

    [Fact]
    public void Predictions_are_the_written_network_s_in_float() =>
        ForAll(Generators.Compilations, static found => AssertEqual<float>(found, 1e-5), share: 0.6);

    [Fact]
    public void All_of_several_outputs_are_the_written_network_s() => ForAll(Generators.Compilations, static found =>
    {
        Model<double> model = found.Build<double>(several: true);
        Tensor<double> inputs = found.Inputs<double>();
        IReadOnlyList<Tensor<double>> outputs = model.Outputs(inputs);
        string[] names = [.. model.Topology.Outputs.ToArray().Select(value => model.Layers[value - 1].Name)];
        IReadOnlyList<Tensor<double>> expected = model.Outputs(inputs, names);
        for (int i = 0; i < names.Length; i++)
        {
            Assert.Equal(expected[i].Shape, outputs[i].Shape);
            AssertClose(model, names[i], expected[i], outputs[i], 1e-12);
        }
    }, share: 0.15);

    /// <summary>Its loss leaves a last softmax out where there is one, merged or not, and only there.</summary>
    [Fact]
    public void Evaluate_goes_by_the_written_network_s_outputs() => ForAll(Generators.Compilations, static found =>
    {
        Model<double> model = found.Build<double>();
        Tensor<double> inputs = found.Inputs<double>();
        int classes = model.OutputShape.Elements;
        int[] labels = [.. Enumerable.Range(0, inputs.Shape[0]).Select(i => (found.Seed + i) % classes)];
        double[] outputs = model.Outputs(inputs, model.Layers[^1].Name)[0].AsSpan().ToArray();
        double expected = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            double[] row = outputs[(i * classes)..((i + 1) * classes)];
            double sum = model.EndsInSoftmax ? 1 : row.Sum(Math.Exp);
            expected += Math.Log(sum) - (model.EndsInSoftmax ? Math.Log(row[labels[i]]) : row[labels[i]]);
        }

        TensorDataset<double> data = new(inputs, labels, classes);
        Loss loss = new CategoricalCrossentropy(fromLogits: !model.EndsInSoftmax);
        if (double.IsFinite(expected)) // a probability may be rounded to 0, which logits are not
            Expect.Close(expected / labels.Length, model.Evaluate(data, loss).Loss, 1e-6);
    }, share: 0.3);

    /// <summary>By hand, by a step of training and by loading: what is folded follows.</summary>
    [Fact]
    public void What_is_folded_follows_every_change_of_the_weights() => ForAll(Generators.Compilations, static found =>
    {
        Model<double> model = found.Build<double>();
        Tensor<double> inputs = found.Inputs<double>();
        AssertSame("at first");
        CompilationCase.Draw(model, found.Seed + 1);
        AssertSame("after an edit of all");
        foreach (Parameter<double> parameter in model.Parameters)
        {
            model.Edit(parameter, values => values[0] += 0.125);
            AssertSame($"after an edit of {parameter.Name}");
        }

        if (model.EndsInSoftmax)
        {
            model.Freeze(model.Layers[found.Seed % model.Layers.Count].Name);
            model.Fit(inputs, new int[inputs.Shape[0]], new FitOptions { BatchSize = 5, Threads = 1, Optimizer = new SGD(0.01), ValidationSplit = 0.2 });
            AssertSame("after training");
        }

        void AssertSame(string when) => AssertClose(model, when, model.Outputs(inputs, model.Layers[^1].Name)[0], model.Predict(inputs, threads: 1), 1e-11);
    }, share: 0.15);

    /// <summary>Whatever is merged, nothing is rounded otherwise where no weights are folded.</summary>
    [Fact]
    public void Networks_without_batch_normalisation_keep_their_bits() => ForAll(Generators.Networks, static network =>
    {
        Model<float> model = network.Build<float>();
        Tensor<float> inputs = new(network.InputShape.Batch(6), Numbers.Reals<float>(6 * network.InputShape.Elements, network.Seed));
        Assert.Equal(0, model.Plan().FoldedBytes);
        Tensor<float> expected = model.Outputs(inputs, model.Layers[^1].Name)[0];
        Expect.Equal<float>("y", expected.Shape, expected.AsSpan(), model.Predict(inputs).AsSpan()); // but for the sign of 0
    });

    private static void AssertEqual<T>(CompilationCase found, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Model<T> model = found.Build<T>();
        Tensor<T> inputs = found.Inputs<T>();
        Tensor<T> predicted = model.Predict(inputs, threads: 1);
        AssertClose(model, "y", model.Outputs(inputs, model.Layers[^1].Name)[0], predicted, tolerance);
        T[] into = new T[predicted.AsSpan().Length], once = new T[model.OutputShape.Elements];
        model.Predict(inputs.AsSpan(), into, threads: 2);
        Expect.SameBits<T>("into a span", predicted.AsSpan(), into);
        model.Predict(inputs.AsSpan()[..found.InputShape.Elements], once);
        Expect.SameBits<T>("one example alone", predicted.AsSpan()[..once.Length], once);
    }

    // Within a tolerance relative to the greatest of the numbers expected, or to 1.
    private static void AssertClose<T>(Model<T> model, string name, Tensor<T> expected, Tensor<T> found, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T greatest = T.One;
        foreach (T value in expected.AsSpan())
            greatest = T.Max(greatest, T.Abs(value));
        Assert.True(T.IsFinite(greatest), $"{model.Layers[^1].Name} is not finite");
        for (int i = 0; i < expected.AsSpan().Length; i++)
        {
            (T a, T b) = (expected.AsSpan()[i], found.AsSpan()[i]);
            Assert.True(T.Abs(a - b) <= T.CreateChecked(tolerance) * greatest, $"{name}[{i}]: expected {a}, received {b}\n{model.Plan()}");
        }
    }
}
