using NanoConv.Layers;

namespace NanoConv.Onnx.Translators;

/// <summary>Dense layers. Where pictures were flattened in NCHW, the kernel's rows are put into that order.</summary>
internal static class DenseLayers
{
    public static IReadOnlyList<KeyValuePair<Type, LayerTranslator>> All { get; } = [LayerTranslator.For<Dense>(Add)];

    private static void Add(LayerTranslation layer, Dense dense)
    {
        float[] kernel = layer.Parameter(0);
        if (layer.State.Flattened is { } pieces)
            kernel = Weights.RowsAsTheyLie(kernel, pieces, dense.Units);
        layer.State.Flattened = null;
        // Transposed, as PyTorch writes it: OpenCV 4 reads every Gemm as if transB were 1.
        kernel = Weights.Transposed(kernel, dense.Units);
        List<string> constants = [layer.AddConstant(0, kernel, dense.Units, layer.InputShape[0])];
        if (dense.UseBias)
            constants.Add(layer.AddConstant(1, layer.Parameter(1), dense.Units));
        layer.Add("Gemm", constants, new OnnxAttribute("transB", 1));
        OnnxTranslators.Add(layer, dense.Activation);
    }
}
