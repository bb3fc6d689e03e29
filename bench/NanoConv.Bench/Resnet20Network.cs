using System.Numerics;

namespace NanoConv.Bench;

/// <summary>
/// The residual network of 20 layers for CIFAR-10 (He et al., 2016, section 4.2). The modules of bench/pytorch/resnet20.py have the names
/// of its layers.
/// </summary>
internal static class Resnet20Network
{
    public const int Classes = 10;

    // PyTorch's weight decay d adds d·w to a gradient, L2 adds 2λ·w.
    private const double WeightDecay = 1e-4;

    // PyTorch's defaults, in Keras's meaning: what stays of a moving average, not what is new.
    private const double NormMomentum = 0.9, NormEpsilon = 1e-5;

    public static Shape Picture { get; } = (32, 32, 3);

    /// <summary>
    /// A convolution of 16 filters, three blocks each of 16, 32 and 64 filters, the first of the latter two at stride 2, the mean over the
    /// picture, and ten classes.
    /// </summary>
    public static Model<T> Build<T>(int seed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Node image = Network.Input(Picture), x = image;
        int convolutions = 0, shortcuts = 0;
        x = Normalized(x, 16, 1).Then(Activation.ReLU);
        foreach ((int filters, int stride) in ((int, int)[])[(16, 1), (16, 1), (16, 1), (32, 2), (32, 1), (32, 1), (64, 2), (64, 1), (64, 1)])
        {
            Node branch = Normalized(Normalized(x, filters, stride).Then(Activation.ReLU), filters, 1);
            x = Node.Add(branch, stride == 1 ? x : Shortcut(x, filters)).Then(Activation.ReLU);
        }

        Dense end = new(Classes, Activation.Softmax, kernelInitializer: new HeNormal(), kernelRegularizer: new L2(WeightDecay / 2), name: "dense");
        Model<T> model = new Network(image, x.Then(new GlobalAveragePooling2D(), end)).Build<T>(seed: seed);
        model.Freeze("shortcut_1", "shortcut_2");
        return model;

        // Padded by one pixel on all sides at stride 2 too, as in PyTorch; Keras's same padding would have none above and to the left.
        Node Normalized(Node from, int filters, int stride) => from.Then(
            new Conv2D(
                filters,
                3,
                stride,
                Padding.Explicit(1),
                useBias: false,
                kernelInitializer: new HeNormal(),
                kernelRegularizer: new L2(WeightDecay / 2),
                name: $"conv_{++convolutions}"),
            new BatchNormalization(NormMomentum, NormEpsilon, name: $"norm_{convolutions}"));

        // He's option A, without parameters to train: every second pixel of the channels that there are, zeros for the new ones.
        Node Shortcut(Node from, int filters) =>
            from.Then(new Conv2D(filters, 1, strides: 2, useBias: false, kernelInitializer: new Identity(), name: $"shortcut_{++shortcuts}"));
    }

    /// <summary>A 1×1 kernel that copies channel c to filter c.</summary>
    private sealed class Identity : Initializer
    {
        public override void Fill<T>(Span<T> values, int fanIn, int fanOut, ulong key)
        {
            values.Clear();
            for (int channel = 0; channel < fanIn; channel++)
                values[(channel * fanOut) + channel] = T.One;
        }
    }
}
