using NanoConv.Layers;

namespace NanoConv.Onnx.Translators;

/// <summary>Preprocessing by constants: (x − centre) · scale + shift, without the parts that change nothing.</summary>
internal static class Rescalings
{
    public static IReadOnlyList<KeyValuePair<Type, LayerTranslator>> All { get; } =
    [
        LayerTranslator.For<Rescaling>(Add, static _ => true),
        LayerTranslator.For<Normalization>(Add, static _ => true),
    ];

    // One number for each channel goes with any order; one for each pixel has the model's.
    private static void Add(LayerTranslation layer, ConstantAffine affine)
    {
        (double[] centre, double[] scale, double[] shift) = affine.Constants(layer.InputShape);
        int last = layer.InputShape.Rank == 0 ? 1 : layer.InputShape[^1];
        if (scale.Length != last)
            layer.Transpose(toNchw: false);
        AddStep("Sub", "centre", centre, nothing: 0);
        AddStep("Mul", "scale", scale, nothing: 1);
        AddStep("Add", "shift", shift, nothing: 0);

        void AddStep(string operation, string role, double[] numbers, double nothing)
        {
            if (Array.TrueForAll(numbers, number => number == nothing))
                return;
            float[] elements = [.. numbers.Select(number => (float)number)];
            if (layer.State.Flattened is { } pieces)
                elements = Weights.RowsAsTheyLie(elements, pieces, units: 1);
            layer.Add(operation, [layer.AddConstant(role, Axes(elements.Length), elements)]);
        }

        long[] Axes(int length)
        {
            if (length == last)
                return layer.State.IsNchw ? [length, 1, 1] : [length];
            List<long> axes = [];
            for (int axis = layer.InputShape.Rank - 1; length > 1 || axes.Count == 0; axis--)
            {
                axes.Insert(0, layer.InputShape[axis]);
                length /= layer.InputShape[axis];
            }

            return [.. axes];
        }
    }
}
