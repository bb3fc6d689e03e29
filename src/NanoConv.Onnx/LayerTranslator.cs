using NanoConv.Layers;

namespace NanoConv.Onnx;

/// <summary>How a class of layers is translated.</summary>
/// <param name="Translate">Adds the nodes.</param>
/// <param name="AnyOrder">Whether it copes with pictures in NCHW, and with what was flattened from one; else it is given the model's order.</param>
/// <param name="KeepsOrder">Whether what was flattened passes through a layer in the order in which it came; if null, it does not.</param>
internal sealed record LayerTranslator(Action<LayerTranslation, Layer> Translate, bool AnyOrder = false, Func<Layer, bool>? KeepsOrder = null)
{
    /// <summary>Of a class of the library, which copes with any order.</summary>
    public static KeyValuePair<Type, LayerTranslator> For<TLayer>(Action<LayerTranslation, TLayer> translate, Func<TLayer, bool>? keepsOrder = null)
        where TLayer : Layer => new(
            typeof(TLayer),
            new LayerTranslator(
                (translation, layer) => translate(translation, (TLayer)layer), AnyOrder: true, keepsOrder is null ? null : layer => keepsOrder((TLayer)layer)));
}
