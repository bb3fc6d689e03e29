using NanoConv.Graphs;
using NanoConv.Kernels;
using NanoConv.Layers;
using NanoConv.Layers.Activations;
using NanoConv.Regularizers;
using NanoConv.Tensors;

namespace NanoConv.Cifar.Networks;

/// <summary>
/// The three networks of the paper. All convolutions are 3 × 3 with padding same and ReLU; all end in dropout,
/// flatten and a dense softmax, whose kernel alone has the L1 penalty.
/// </summary>
public static class CifarNetwork
{
    /// <summary>The names, as the command line and files spell them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["default", "maxpooling", "thinner_deeper"];

    /// <summary>The shape of one picture: height, width, channels.</summary>
    public static Shape InputShape { get; } = (32, 32, 3);

    /// <summary>A network by its name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="l1">The penalty on the last layer's kernel.</param>
    /// <param name="padding">The convolutions' padding; the paper's is same.</param>
    /// <exception cref="ArgumentException">There is no such network.</exception>
    public static Sequential Create(string name, double l1, Padding? padding = null) => name switch
    {
        "default" => Default(l1, padding ?? Padding.Same),
        "maxpooling" => MaxPooling(l1, padding ?? Padding.Same),
        "thinner_deeper" => ThinnerDeeper(l1, padding ?? Padding.Same),
        _ => throw new ArgumentException($"expected a network out of {string.Join(", ", Names)}, received '{name}'"),
    };

    private static Sequential Default(double l1, Padding padding) => new(
        Convolution(16, padding),
        Convolution(16, padding, strides: 2),
        Convolution(32, padding),
        Convolution(32, padding, strides: 2),
        new Dropout(0.5),
        new Flatten(),
        Classifier(l1));

    private static Sequential MaxPooling(double l1, Padding padding) => new(
        Convolution(16, padding),
        Convolution(16, padding),
        new MaxPooling2D(2),
        Convolution(32, padding),
        Convolution(32, padding),
        new MaxPooling2D(2),
        new Dropout(0.5),
        new Flatten(),
        Classifier(l1));

    private static Sequential ThinnerDeeper(double l1, Padding padding) => new(
        Convolution(8, padding),
        Convolution(8, padding, strides: 2),
        Convolution(16, padding),
        Convolution(16, padding, strides: 2),
        Convolution(32, padding),
        Convolution(32, padding, strides: 2),
        new Dropout(0.5),
        new Flatten(),
        Classifier(l1));

    private static Conv2D Convolution(int filters, Padding padding, int strides = 1) =>
        new(filters, 3, strides, padding, Activation.ReLU);

    private static Dense Classifier(double l1) =>
        new(10, Activation.Softmax, kernelRegularizer: l1 == 0 ? null : new L1(l1));
}
