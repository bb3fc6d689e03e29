using NanoConv.Layers;

namespace NanoConv.Onnx.Translators;

/// <summary>Layers that join several values, which they first put into one order: NCHW if one of them has it.</summary>
internal static class Joins
{
    // A concatenation alone takes flattened pictures as they come: a sum or a product needs features that lie alike on all sides.
    public static IReadOnlyList<KeyValuePair<Type, LayerTranslator>> All { get; } =
    [
        LayerTranslator.For<Add>(Add),
        LayerTranslator.For<Multiply>(Multiply),
        LayerTranslator.For<Concatenate>(Concatenate, static _ => true),
    ];

    private static void Add(LayerTranslation layer, Add add)
    {
        layer.AlignInputs();
        layer.Add(layer.Inputs.Count == 2 ? "Add" : "Sum", [.. layer.Inputs.Skip(1)]);
    }

    // ONNX has sums of any number, products of two alone.
    private static void Multiply(LayerTranslation layer, Multiply multiply)
    {
        layer.AlignInputs();
        foreach (string other in layer.Inputs.Skip(1))
            layer.Add("Mul", [other]);
    }

    private static void Concatenate(LayerTranslation layer, Concatenate concatenate)
    {
        layer.AlignInputs();
        long axis = layer.State.IsNchw ? 1 : layer.InputShape.Rank; // behind that of the batch
        layer.Add("Concat", [.. layer.Inputs.Skip(1)], new OnnxAttribute("axis", axis));
        if (layer.InputOrders.Any(order => order.Flattened is not null))
            layer.State.Flattened = [.. layer.InputOrders.Zip(layer.InputShapes, (order, shape) => order.Flattened ?? [shape]).SelectMany(pieces => pieces)];
    }
}
