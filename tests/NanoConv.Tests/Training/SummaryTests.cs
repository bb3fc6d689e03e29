using NanoConv.Convolutions;
using NanoConv.Kernels;

namespace NanoConv.Tests.Training;

/// <summary>What a model says of itself.</summary>
public sealed class SummaryTests
{
    private static readonly Model<float> TheModel = new Sequential(
        new Conv2D(16, 3, padding: Padding.Same, activation: Activation.ReLU),
        new Conv2D(32, 3, padding: Padding.Same, strides: 2, name: "second", algorithm: ConvolutionAlgorithmKind.NaiveProduct),
        new MaxPooling2D(2),
        new Flatten(),
        new Dense(10, Activation.Softmax)).Build<float>((32, 32, 3));

    [Fact]
    public void The_summary_has_every_layers_shape_and_parameters_and_their_totals()
    {
        // 3·3·3·16 + 16, 3·3·16·32 + 32, 8·8·32·10 + 10
        Assert.Equal(448 + 4640 + 20490, TheModel.ParameterCount);
        string[] lines = TheModel.Summary().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        if (VectorWidth.Hint is { } hint) // with tests/run-isa
        {
            Assert.Equal(hint, lines[^1]);
            lines = lines[..^1];
        }
        string[][] parts =
        [
            ["Layer ", "Output shape", "Parameters", "MFLOP", "Algorithm"],
            ["──"],
            ["conv2d_1 ", "(32, 32, 16)", "448", "0.88  ", $"  {TheModel.Layers[0].Algorithm}"],
            ["second (Conv2D) ", "(16, 16, 32)", "4,640", "2.36  naive product"],
            ["max_pooling2d_1 ", "(8, 8, 32)", " 0", "0.00"],
            ["flatten_1 ", "(2048,)"],
            ["dense_1 ", "(10,)", "20,490", "0.04"],
            ["──"],
            ["Total", "25,578", "3.28"],
            ["To train, batches of 32, Adam: ", $"{TheModel.PlanMemory().Total / 1e6:0.0} MB on "],
            ["  weights 0.1, packed ", ", optimizer 0.2, gradients ", ", activations "],
        ];
        Assert.Equal(parts.Length, lines.Length);
        for (int i = 0; i < lines.Length; i++)
            Assert.All(parts[i], part => Assert.Contains(part, lines[i], StringComparison.Ordinal));
        int column = lines[0].IndexOf("Algorithm", StringComparison.Ordinal);
        Assert.All(TheModel.Layers, (layer, i) => Assert.Equal(layer.Algorithm, lines[i + 2].Length > column ? lines[i + 2][column..] : string.Empty));
        Assert.All(lines[2..7], line => Assert.True(line.Length < column ? line.Length == column - 2 : line[column - 1] == ' '));
    }

    /// <summary>Twice the multiplications; in training once more for the weights, and but for the first layer for the input.</summary>
    [Fact]
    public void Flops_are_counted_by_hand()
    {
        long conv1 = 2 * 32 * 32 * 16 * 27, conv2 = 2 * 16 * 16 * 32 * 144, dense = 2 * 2048 * 10;
        Assert.Equal(conv1 + conv2 + dense, TheModel.ForwardFlops);
        Assert.Equal((2 * conv1) + (3 * conv2) + (3 * dense), TheModel.TrainingFlops);
    }
}
