using NanoConv.Layers;

namespace NanoConv.Onnx.Translators;

/// <summary>What changes no number: flattening, and what prediction leaves out.</summary>
internal static class Shapes
{
    public static IReadOnlyList<KeyValuePair<Type, LayerTranslator>> All { get; } =
    [
        LayerTranslator.For<Flatten>(Add, static _ => true),
        LayerTranslator.For<Dropout>(static (_, _) => { }, static _ => true),
        LayerTranslator.For<SpatialDropout2D>(static (_, _) => { }, static _ => true),
        LayerTranslator.For<GaussianNoise>(static (_, _) => { }, static _ => true),
    ];

    private static void Add(LayerTranslation layer, Flatten flatten)
    {
        if (!layer.IsForDense)
            layer.Transpose(toNchw: false);
        if (layer.State.IsNchw)
            layer.State.Flattened = [layer.InputShape];
        layer.State.IsNchw = false;
        layer.Add("Flatten", [], new OnnxAttribute("axis", 1));
    }
}
