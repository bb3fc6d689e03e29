using NanoConv.Layers;
using NanoConv.Layers.Augmentation;

namespace NanoConv.Onnx.Translators;

/// <summary>Augmentation, which prediction leaves out, but for the part that a crop takes from the middle.</summary>
internal static class Augmentations
{
    public static IReadOnlyList<KeyValuePair<Type, LayerTranslator>> All { get; } =
    [
        LeftOut<RandomFlip>(),
        LayerTranslator.For<RandomCrop>(Add),
        LeftOut<RandomTranslation>(),
        LeftOut<RandomRotation>(),
        LeftOut<RandomBrightness>(),
        LeftOut<RandomContrast>(),
        LeftOut<Cutout>(),
    ];

    private static KeyValuePair<Type, LayerTranslator> LeftOut<TLayer>()
        where TLayer : Layer => LayerTranslator.For<TLayer>(static (_, _) => { }, static _ => true);

    private static void Add(LayerTranslation layer, RandomCrop crop)
    {
        (int top, int left) = (crop.Middle(layer.InputShape[0], crop.Height), crop.Middle(layer.InputShape[1], crop.Width));
        if (top < 0 || left < 0)
        {
            throw layer.Error(
                $"expected a part that lies within pictures of {layer.InputShape} in prediction, received {layer.OutputShape}, which cannot be exported");
        }

        Shapes.AddSlice(layer, top, left);
    }
}
