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
    /// <exception cref="ArgumentException">There is no such network.</exception>
    public static Sequential Create(string name, double l1) => name switch
    {
        "default" => Default(l1),
        "maxpooling" => MaxPooling(l1),
        "thinner_deeper" => ThinnerDeeper(l1),
        _ => throw new ArgumentException($"expected a network out of {string.Join(", ", Names)}, received '{name}'"),
    };

    private static Sequential Default(double l1) => new(
        Convolution(16),
        Convolution(16, strides: 2),
        Convolution(32),
        Convolution(32, strides: 2),
        new Dropout(0.5),
        new Flatten(),
        Classifier(l1));

    private static Sequential MaxPooling(double l1) => new(
        Convolution(16),
        Convolution(16),
        new MaxPooling2D(2),
        Convolution(32),
        Convolution(32),
        new MaxPooling2D(2),
        new Dropout(0.5),
        new Flatten(),
        Classifier(l1));

    private static Sequential ThinnerDeeper(double l1) => new(
        Convolution(8),
        Convolution(8, strides: 2),
        Convolution(16),
        Convolution(16, strides: 2),
        Convolution(32),
        Convolution(32, strides: 2),
        new Dropout(0.5),
        new Flatten(),
        Classifier(l1));

    private static Conv2D Convolution(int filters, int strides = 1) =>
        new(filters, 3, Padding.Same, strides, Activation.ReLU);

    private static Dense Classifier(double l1) =>
        new(10, Activation.Softmax, kernelRegularizer: l1 == 0 ? null : new L1(l1));
}
