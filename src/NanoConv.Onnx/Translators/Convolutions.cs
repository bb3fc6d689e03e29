using NanoConv.Layers;
using NanoConv.Tensors;

namespace NanoConv.Onnx.Translators;

/// <summary>Convolutions. ONNX's compute on NCHW, with kernels [filters, channels, height, width].</summary>
internal static class Convolutions
{
    public static IReadOnlyList<KeyValuePair<Type, LayerTranslator>> All { get; } = [LayerTranslator.For<Conv2D>(Add)];

    private static void Add(LayerTranslation layer, Conv2D conv)
    {
        layer.Transpose(toNchw: true);
        WindowGeometry window = new(layer.InputShape, conv.KernelSize, conv.Strides, conv.Padding);
        float[] kernel = Weights.OutputsFirst(layer.Parameter(0), window, conv.Filters);
        List<string> constants = [layer.AddConstant(0, kernel, conv.Filters, window.Channels, window.KernelHeight, window.KernelWidth)];
        if (conv.UseBias)
            constants.Add(layer.AddConstant(1, layer.Parameter(1), conv.Filters));
        Poolings.AddWindow(layer, "Conv", constants, window);
        OnnxTranslators.Add(layer, conv.Activation);
    }
}
