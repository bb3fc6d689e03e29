using System.Numerics;

namespace NanoConv.Tests.Golden;

/// <summary>Outputs, loss and every gradient of the three networks, as PyTorch computes them.</summary>
public abstract class NetworkGoldenTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static TheoryData<string> Networks => GoldenNetwork.Names;

    [Theory]
    [MemberData(nameof(Networks))]
    public void Predict_gives_PyTorchs_probabilities(string name)
    {
        GoldenNetwork network = GoldenNetwork.Named(name);
        Tensor<T> outputs = network.Build<T>().Predict(GoldenNetwork.Dataset<T>(network.GradientBatch));
        Assert.Equal(network.File.Shape("gradient/probabilities"), outputs.Shape);
        network.File.Check<T>("gradient/probabilities", outputs.AsSpan());
    }

    /// <summary>From bytes, as the application does it.</summary>
    [Theory]
    [MemberData(nameof(Networks))]
    public void Evaluate_gives_PyTorchs_loss_with_penalty(string name)
    {
        GoldenNetwork network = GoldenNetwork.Named(name);
        (byte[] pixels, byte[] labels) = network.GradientBatch;
        Evaluation evaluation = network.Build<T>().Evaluate(new ByteImageDataset<T>(pixels, labels, (32, 32, 3), 10));
        double expected = network.File.Values<double>("gradient/loss")[0] + network.File.Values<double>("gradient/penalty")[0];
        GoldenFile.Check<T>("loss", [expected], [T.CreateChecked(evaluation.Loss)]);
        Assert.Equal(GoldenAccuracy(network, labels), evaluation.Accuracy);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Every_gradient_is_PyTorchs(string name)
    {
        GoldenNetwork network = GoldenNetwork.Named(name);
        Model<T> model = network.Build<T>();
        TensorDataset<T> data = GoldenNetwork.Dataset<T>(network.GradientBatch);
        Workspace<T> workspace = new(model, data.Count, training: true);
        workspace.Load(data, [], 0, data.Count);
        workspace.LoadTargets(data, [], 0, data.Count);
        workspace.Configure(training: true, wantsLogits: true, seed: 0, step: 1, firstExample: 0);
        Span<T> logits = workspace.Forward();
        network.File.Check<T>("gradient/logits", logits);

        CategoricalCrossentropy loss = new();
        T mean = T.One / T.CreateChecked(data.Count);
        T[] gradient = new T[logits.Length], target = new T[10];
        double sum = 0;
        for (int i = 0; i < data.Count; i++)
        {
            data.CopyTarget(i, target);
            sum += double.CreateChecked(loss.Evaluate(gradient.AsSpan(i * 10, 10), logits.Slice(i * 10, 10), target, mean));
        }

        network.File.Check<T>("gradient/loss", [T.CreateChecked(sum / data.Count)]);
        T[] sums = new T[model.ParameterCount];
        network.File.Check<T>("gradient/input", workspace.Backward(gradient, sums, needsInputGradient: true));
        CheckParameters(network, model, sums);

        // And as training does it, without the input's gradient; it adds to what is there.
        ExampleScore[] scores = new ExampleScore[data.Count];
        Array.Clear(sums);
        workspace.Score(loss, mean, scores);
        workspace.Backward(sums, model.TrainedValues(), 0, model.Layers.Count);
        network.File.Check<T>("gradient/loss", [T.CreateChecked(scores.Average(score => score.Loss))]);
        CheckParameters(network, model, sums);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_penalty_and_its_gradient_are_PyTorchs(string name)
    {
        GoldenNetwork network = GoldenNetwork.Named(name);
        Model<T> model = network.Build<T>();
        network.File.Check<T>("gradient/penalty", [model.Penalty()]);
        Parameter<T> kernel = model.Parameters.Single(parameter => parameter.Name == "dense_1/kernel");
        double[] expected = [.. kernel.Value.ToArray().Select(w => 0.5 + (1e-4 * T.Sign(w)))];
        T[] gradient = new T[expected.Length];
        Array.Fill(gradient, T.CreateChecked(0.5));
        kernel.Regularizer!.AddGradient<T>(gradient, kernel.Value);
        GoldenFile.Check<T>("penalty's gradient", expected, gradient);
    }

    private static void CheckParameters(GoldenNetwork network, Model<T> model, T[] sums)
    {
        foreach (Parameter<T> parameter in model.Parameters)
            network.File.Check<T>($"gradient/{parameter.Name}", sums.AsSpan(parameter.Offset, parameter.Shape.Elements));
    }

    private static double GoldenAccuracy(GoldenNetwork network, byte[] labels)
    {
        double[] logits = network.File.Values<double>("gradient/logits");
        return labels.Where((label, i) => logits[(i * 10) + label] == logits[(i * 10)..((i + 1) * 10)].Max()).Count() / (double)labels.Length;
    }
}

public sealed class NetworkGoldenFloatTests : NetworkGoldenTests<float>;

public sealed class NetworkGoldenDoubleTests : NetworkGoldenTests<double>;
