using System.Numerics;

namespace NanoConv.Tests.Golden;

/// <summary>A residual network with batch normalisation as PyTorch computes it: a batch's gradients, and ten steps of training.</summary>
public abstract class ResidualGoldenTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Batch = 8, Classes = 4;

    private static readonly Shape Picture = (6, 6, 3);
    private static readonly GoldenFile File = GoldenFile.OfNetwork("residual");

    [Fact]
    public void Every_gradient_is_PyTorchs()
    {
        Model<T> model = Build();
        (Tensor<T> images, int[] labels) = Data("gradient");
        Workspace<T> workspace = new(model, Batch, training: true);
        workspace.Load(new TensorDataset<T>(images, labels, Classes), [], 0, Batch);
        workspace.LoadTargets(new TensorDataset<T>(images, labels, Classes), [], 0, Batch);
        workspace.Configure(training: true, wantsLogits: true, seed: 0, step: 1, firstExample: 0);
        Span<T> logits = workspace.Forward();
        File.Check<T>("gradient/logits", logits);
        CategoricalCrossentropy loss = new();
        T[] cotangent = new T[logits.Length], target = new T[Classes], sums = new T[model.ParameterCount];
        double sum = 0;
        for (int i = 0; i < Batch; i++)
        {
            Array.Clear(target);
            target[labels[i]] = T.One;
            Span<T> row = cotangent.AsSpan(i * Classes, Classes);
            sum += double.CreateChecked(loss.Evaluate(row, logits.Slice(i * Classes, Classes), target, T.One / T.CreateChecked(Batch)));
        }

        File.Check<T>("gradient/loss", [T.CreateChecked(sum / Batch)]);
        File.Check<T>("gradient/input", workspace.Backward(cotangent, sums, needsInputGradient: true));
        foreach (Parameter<T> parameter in model.Parameters.Where(parameter => parameter.IsTrainable))
            File.Check<T>($"gradient/{parameter.Name}", sums.AsSpan(parameter.Offset, parameter.Shape.Elements));
    }

    [Fact]
    public void Ten_steps_of_training_are_PyTorchs()
    {
        Model<T> model = Build();
        Trainer<T> trainer = new(model, new FitOptions { BatchSize = Batch, Optimizer = new SGD(0.05, momentum: 0.9), Threads = 2 });
        double[] losses = new double[10];
        for (int step = 1; step <= 10; step++)
        {
            (Tensor<T> images, int[] labels) = Data($"step_{step}");
            losses[step - 1] = trainer.Step(images, labels).Loss;
        }

        GoldenFile.Check<T>("trace/loss", File.Values<double>("trace/loss"), [.. losses.Select(T.CreateChecked)]);
        foreach (Parameter<T> parameter in model.Parameters)
            File.Check<T>($"trace/{parameter.Name}", parameter.Value);
        File.Check<T>("trace/probabilities", model.Predict(Data("gradient").Images).AsSpan());
    }

    private static (Tensor<T> Images, int[] Labels) Data(string name)
    {
        double[] images = IntegerFormula.Weights($"residual/{name}/images", Batch * Picture.Elements, 1);
        return (
            new Tensor<T>(Picture.Batch(Batch), [.. images.Select(T.CreateChecked)]),
            [.. IntegerFormula.Labels($"residual/{name}/labels", Batch).Select(label => label % Classes)]);
    }

    private static Model<T> Build()
    {
        Node input = Network.Input(Picture), x = Relu(Conv(input, 1, 8, 3, 1));
        x = Relu(Node.Add(x, Conv(Relu(Conv(x, 2, 8, 3, 1)), 3, 8, 3, 1)));
        x = Relu(Node.Add(Conv(x, 4, 12, 3, 2), Conv(x, 5, 12, 1, 2)));
        Model<T> model = new Network(input, x.Then(new Flatten(), new Dense(Classes, Activation.Softmax, name: "dense"))).Build<T>();
        foreach (Parameter<T> parameter in model.Parameters.Where(parameter => parameter.IsTrainable))
        {
            Shape shape = parameter.Shape;
            double limit = parameter.Name.StartsWith("norm", StringComparison.Ordinal) ? 0.3
                : shape.Rank == 1 ? 0.1
                : Math.Sqrt(6.0 / ((shape.Rank == 4 ? shape[0] * shape[1] : 1) * (shape[^2] + shape[^1])));
            double[] weights = IntegerFormula.Weights($"residual/{parameter.Name}", shape.Elements, limit);
            double start = parameter.Name.EndsWith("gamma", StringComparison.Ordinal) ? 1 : 0;
            model.Edit(parameter, values =>
            {
                for (int i = 0; i < weights.Length; i++)
                    values[i] = T.CreateChecked(start + weights[i]);
            });
        }

        return model;
    }

    private static Node Conv(Node x, int index, int filters, int kernel, int stride) => x.Then(
        new Conv2D(filters, kernel, stride, Padding.Same, useBias: false, name: $"conv_{index}"), new BatchNormalization(name: $"norm_{index}"));

    private static Node Relu(Node x) => x.Then(new ActivationLayer(Activation.ReLU));
}

public sealed class ResidualGoldenFloatTests : ResidualGoldenTests<float>;

public sealed class ResidualGoldenDoubleTests : ResidualGoldenTests<double>;
