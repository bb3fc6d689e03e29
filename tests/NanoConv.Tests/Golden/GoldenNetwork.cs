using System.Numerics;

namespace NanoConv.Tests.Golden;

/// <summary>One of the paper's three networks, without dropout, with the weights and batches that PyTorch was given.</summary>
internal sealed class GoldenNetwork
{
    private const double BiasLimit = 0.1;

    private static readonly Shape ImageShape = (32, 32, 3);

    private readonly string name;
    private readonly string trace;
    private readonly Sequential network;

    private GoldenNetwork(string name, int traceVariant, params Layer[] body)
    {
        (this.name, trace) = (name, $"trace_{traceVariant}");
        network = new Sequential([.. body, new Flatten(), new Dense(10, Activation.Softmax, kernelRegularizer: new L1(1e-4))]);
        File = GoldenFile.OfNetwork(name);
    }

    public static IReadOnlyList<GoldenNetwork> All { get; } =
    [
        new("default", 14, Conv(16), Conv(16, 2), Conv(32), Conv(32, 2)),
        new("maxpooling", 21, Conv(16), Conv(16), new MaxPooling2D(2), Conv(32), Conv(32), new MaxPooling2D(2)),
        new("thinner_deeper", 2, Conv(8), Conv(8, 2), Conv(16), Conv(16, 2), Conv(32), Conv(32, 2)),
    ];

    /// <summary>The names, as data of a theory.</summary>
    public static TheoryData<string> Names => [.. All.Select(network => network.name)];

    /// <summary>What PyTorch makes of it.</summary>
    public GoldenFile File { get; }

    /// <summary>The batch that outputs and gradients are of.</summary>
    public (byte[] Pixels, byte[] Labels) GradientBatch => Batch("gradient", 4);

    public static GoldenNetwork Named(string name) => All.Single(network => network.name == name);

    /// <summary>The model with the formula's weights.</summary>
    public Model<T> Build<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Model<T> model = network.Build<T>(ImageShape);
        foreach (Parameter<T> parameter in model.Parameters)
        {
            double[] weights = IntegerFormula.Weights($"{name}/{parameter.Name}", parameter.Shape.Elements, Limit(parameter.Shape));
            model.Edit(parameter, values =>
            {
                for (int i = 0; i < weights.Length; i++)
                    values[i] = T.CreateChecked(weights[i]);
            });
        }

        return model;
    }

    /// <summary>The ten batches of eight that the training trace is of, one behind the other.</summary>
    public (byte[] Pixels, byte[] Labels) TraceBatches()
    {
        (byte[] Pixels, byte[] Labels)[] batches = [.. Enumerable.Range(1, 10).Select(step => Batch($"{trace}/step_{step}", 8))];
        return ([.. batches.SelectMany(batch => batch.Pixels)], [.. batches.SelectMany(batch => batch.Labels)]);
    }

    /// <summary>A batch as a data set of numbers.</summary>
    public static TensorDataset<T> Dataset<T>((byte[] Pixels, byte[] Labels) batch)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] pixels = [.. batch.Pixels.Select(pixel => T.CreateChecked(pixel / 255.0))];
        int[] labels = [.. batch.Labels.Select(label => (int)label)];
        return new TensorDataset<T>(new Tensor<T>(ImageShape.Batch(labels.Length), pixels), labels, 10);
    }

    private static Conv2D Conv(int filters, int stride = 1) => new(filters, 3, stride, Padding.Same, Activation.ReLU);

    private (byte[] Pixels, byte[] Labels) Batch(string batch, int count) => (
        IntegerFormula.Pixels($"{name}/{batch}/images", count * ImageShape.Elements),
        IntegerFormula.Labels($"{name}/{batch}/labels", count));

    // Glorot's for kernels; biases are not zero, so that a forgotten one is seen.
    private static double Limit(Shape shape)
    {
        int pixels = shape.Rank == 4 ? shape[0] * shape[1] : 1;
        return shape.Rank == 1 ? BiasLimit : Math.Sqrt(6.0 / ((pixels * shape[^2]) + (pixels * shape[^1])));
    }
}
