using System.Numerics;
using NanoConv.Bench;

namespace NanoConv.Tests.Golden;

/// <summary>
/// The very network and pixels of bench/NanoConv.Bench/Resnet20.cs, whose trainings on CIFAR-10 are compared with PyTorch's: five steps, its
/// moving averages and a prediction are those of bench/pytorch/resnet20.py.
/// </summary>
public abstract class Resnet20GoldenTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Batch = 8, Steps = 5;

    private static readonly GoldenFile File = GoldenFile.OfNetwork("resnet20");

    [Fact]
    public void Five_steps_of_training_are_PyTorchs()
    {
        Model<T> model = Build();
        Trainer<T> trainer = new(model, new FitOptions { BatchSize = Batch, Optimizer = new SGD(0.01, momentum: 0.9), Threads = 2 });
        T[] losses = [.. Enumerable.Range(1, Steps).Select(step => T.CreateChecked(trainer.Step(Data($"step_{step}")).Loss))];
        File.Check<T>("trace/loss", losses, floatTolerance: 1e-3);
        foreach (int norm in (int[])[1, 8, 19])
        {
            foreach (string name in (string[])[$"norm_{norm}/moving_mean", $"norm_{norm}/moving_variance"])
                File.Check<T>($"trace/{name}", model.Parameters.Single(parameter => parameter.Name == name).Value, floatTolerance: 1e-3);
        }

        File.Check<T>("trace/probabilities", model.Predict(Data("test")).AsSpan(), floatTolerance: 1e-2);
    }

    private static NormalizedPictures<T> Data(string name) => new(new ByteImageDataset<T>(
        IntegerFormula.Pixels($"resnet20/{name}/images", Batch * Resnet20Network.Picture.Elements),
        IntegerFormula.Labels($"resnet20/{name}/labels", Batch),
        Resnet20Network.Picture,
        Resnet20Network.Classes));

    private static Model<T> Build()
    {
        Model<T> model = Resnet20Network.Build<T>(seed: 1);
        foreach (Parameter<T> parameter in model.Parameters.Where(parameter => parameter.IsTrainable))
        {
            Shape shape = parameter.Shape;
            double limit = shape.Rank > 1 ? Math.Sqrt(6.0 / (shape.Elements / shape[^1])) : parameter.Name == "dense/bias" ? 0.1 : 0.3;
            double[] weights = IntegerFormula.Weights($"resnet20/{parameter.Name}", shape.Elements, limit);
            double start = parameter.Name.EndsWith("gamma", StringComparison.Ordinal) ? 1 : 0;
            model.Edit(parameter, values =>
            {
                for (int i = 0; i < weights.Length; i++)
                    values[i] = T.CreateChecked(start + weights[i]);
            });
        }

        return model;
    }
}

public sealed class Resnet20GoldenFloatTests : Resnet20GoldenTests<float>;

public sealed class Resnet20GoldenDoubleTests : Resnet20GoldenTests<double>;
