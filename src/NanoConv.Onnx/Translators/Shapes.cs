using NanoConv.Layers;
using NanoConv.Tensors;

namespace NanoConv.Onnx.Translators;

/// <summary>
/// What changes shapes alone, and what prediction leaves out, as what changes nothing. Borders are put on and taken off in whatever order a
/// picture lies.
/// </summary>
internal static class Shapes
{
    public static IReadOnlyList<KeyValuePair<Type, LayerTranslator>> All { get; } =
    [
        LayerTranslator.For<Flatten>(static (layer, _) => Flatten(layer), static _ => true),
        LayerTranslator.For<Reshape>(Add, static reshape => reshape.TargetShape.Count == 1),
        LayerTranslator.For<ZeroPadding2D>(Add),
        LayerTranslator.For<Cropping2D>(Add),
        LayerTranslator.For<UpSampling2D>(Add),
        LayerTranslator.For<Dropout>(static (_, _) => { }, static _ => true),
        LayerTranslator.For<SpatialDropout2D>(static (_, _) => { }, static _ => true),
        LayerTranslator.For<GaussianNoise>(static (_, _) => { }, static _ => true),
    ];

    private static void Flatten(LayerTranslation layer)
    {
        if (!layer.IsForDense)
            layer.Transpose(toNchw: false);
        if (layer.State.IsNchw)
            layer.State.Flattened = [layer.InputShape];
        layer.State.IsNchw = false;
        layer.Add("Flatten", [], new OnnxAttribute("axis", 1));
    }

    // Into one axis it is Flatten. Other axes go by the model's order, which flat features have where other layers than dense ones read them.
    private static void Add(LayerTranslation layer, Reshape reshape)
    {
        if (reshape.TargetShape.Count == 1)
        {
            Flatten(layer);
            return;
        }

        if (layer.InputShape == layer.OutputShape)
            return;
        layer.Transpose(toNchw: false);
        layer.Add("Reshape", [layer.AddIntegers("shape", [0, .. Longs(layer.OutputShape)])]); // 0: the batch's axis as it is
    }

    private static void Add(LayerTranslation layer, ZeroPadding2D padding)
    {
        Sides sides = padding.Padding;
        if (layer.InputShape == layer.OutputShape)
            return;
        layer.Add("Pad", [layer.AddIntegers("pads", layer.State.IsNchw
            ? [0, 0, sides.Top, sides.Left, 0, 0, sides.Bottom, sides.Right]
            : [0, sides.Top, sides.Left, 0, 0, sides.Bottom, sides.Right, 0])]);
    }

    private static void Add(LayerTranslation layer, Cropping2D cropping) => AddSlice(layer, cropping.Cropping.Top, cropping.Cropping.Left);

    /// <summary>Takes a part out of a picture, as large as the layer's output.</summary>
    public static void AddSlice(LayerTranslation layer, int top, int left)
    {
        if (layer.InputShape == layer.OutputShape)
            return;
        long row = layer.State.IsNchw ? 2 : 1;
        layer.Add(
            "Slice",
            [
                layer.AddIntegers("starts", top, left),
                layer.AddIntegers("ends", top + layer.OutputShape[0], left + layer.OutputShape[1]),
                layer.AddIntegers("axes", row, row + 1),
            ]);
    }

    // Its second input, of regions, is left out. Output pixel o is pixel ⌊o / size⌋, or lies at (o + ½) / size − ½.
    private static void Add(LayerTranslation layer, UpSampling2D sampling)
    {
        if (layer.InputShape == layer.OutputShape)
            return;
        layer.Transpose(toNchw: true);
        string scales = layer.AddConstant("scales", [4], 1, 1, sampling.Size.Height, sampling.Size.Width);
        OnnxAttribute[] attributes = sampling.Interpolation == Interpolation.Bilinear
            ? [new("mode", "linear"), new("coordinate_transformation_mode", "half_pixel")]
            : [new("mode", "nearest"), new("coordinate_transformation_mode", "asymmetric"), new("nearest_mode", "floor")];
        layer.Add("Resize", ["", scales], attributes);
    }

    private static IEnumerable<long> Longs(Shape shape) => shape.Axes.ToArray().Select(axis => (long)axis);
}
