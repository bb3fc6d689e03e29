using NanoConv.Cifar.Networks;

namespace NanoConv.Bench;

/// <summary>What can be measured by name: the paper's networks, one beyond them, and single convolutions in a row.</summary>
internal static class BenchNetwork
{
    /// <summary>A network of a size where weights no longer fit into the L1 cache.</summary>
    public const string Larger = "larger";

    public static IReadOnlyList<string> Names { get; } = [.. CifarNetwork.Names, Larger];

    /// <summary>A network by its name.</summary>
    public static Sequential Create(string name) => name == Larger
        ? new Sequential(
            Convolution(64),
            Convolution(64),
            Convolution(128, strides: 2),
            Convolution(128),
            Convolution(256, strides: 2),
            Convolution(256),
            new Dropout(0.5),
            new Flatten(),
            new Dense(10, Activation.Softmax))
        : CifarNetwork.Create(name, l1: 1e-4);

    /// <summary>Two convolutions of as many filters as channels, for the sweep over sides and channels.</summary>
    public static Sequential Plain(int channels) =>
        new(Convolution(channels), Convolution(channels), new Flatten(), new Dense(10, Activation.Softmax));

    private static Conv2D Convolution(int filters, int strides = 1) => new(filters, 3, strides, Padding.Same, Activation.ReLU);
}
