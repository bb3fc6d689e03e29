using NanoConv.Layers;
using NanoConv.Tensors;

namespace NanoConv.Onnx.Translators;

/// <summary>Poolings, on NCHW, and the windows that convolutions have as well.</summary>
internal static class Poolings
{
    public static IReadOnlyList<KeyValuePair<Type, LayerTranslator>> All { get; } =
    [
        LayerTranslator.For<MaxPooling2D>(static (layer, pooling) => Add(layer, "MaxPool", pooling)),
        LayerTranslator.For<AveragePooling2D>(static (layer, pooling) => Add(layer, "AveragePool", pooling)), // which does not count its padding
        LayerTranslator.For<GlobalAveragePooling2D>(static (layer, pooling) => AddGlobal(layer, "GlobalAveragePool", pooling.KeepDims)),
        LayerTranslator.For<GlobalMaxPooling2D>(static (layer, pooling) => AddGlobal(layer, "GlobalMaxPool", pooling.KeepDims)),
    ];

    /// <summary>
    /// Adds a node that slides a window. As much padding behind as the last window reaches; where it does not reach the border, ONNX leaves
    /// out the same rest.
    /// </summary>
    public static void AddWindow(LayerTranslation layer, string operation, IReadOnlyList<string> constants, in WindowGeometry window)
    {
        int bottom = Math.Max(0, window.PaddedHeight - window.InputHeight - window.PaddingTop);
        int right = Math.Max(0, window.PaddedWidth - window.InputWidth - window.PaddingLeft);
        layer.Add(
            operation,
            constants,
            new OnnxAttribute("kernel_shape", [window.KernelHeight, window.KernelWidth]),
            new OnnxAttribute("pads", [window.PaddingTop, window.PaddingLeft, bottom, right]),
            new OnnxAttribute("strides", [window.StrideHeight, window.StrideWidth]));
    }

    // ONNX Runtime makes the zeros of a Pad right before it a pooling's own padding, which never wins or does not count, and which must be
    // smaller than a window: a layer between them, the greater of each number and itself, keeps it from that.
    private static void Add(LayerTranslation layer, string operation, Pooling2D pooling)
    {
        layer.Transpose(toNchw: true);
        if (layer.IsPadded)
            layer.Add("Max", [layer.Value]);
        AddWindow(layer, operation, [], new WindowGeometry(layer.InputShape, pooling.PoolSize, pooling.Strides, pooling.Padding));
    }

    // A single pixel of channels has one order, whether it is NCHW's or NHWC's.
    private static void AddGlobal(LayerTranslation layer, string operation, bool keepDims)
    {
        layer.Transpose(toNchw: true);
        layer.Add(operation);
        if (keepDims)
            return;
        layer.Add("Flatten", [], new OnnxAttribute("axis", 1));
        layer.State.IsNchw = false;
    }
}
