using NanoConv.Layers;

namespace NanoConv.Onnx.Translators;

/// <summary>Batch normalisation as prediction has it, by the moving averages.</summary>
internal static class Normalizations
{
    public static IReadOnlyList<KeyValuePair<Type, LayerTranslator>> All { get; } =
        [LayerTranslator.For<BatchNormalization>(Add, static _ => true)];

    // ONNX's operator has the channels on axis 1: pictures in NCHW, and features in a row, in whatever order these lie.
    private static void Add(LayerTranslation layer, BatchNormalization normalization)
    {
        int channels = layer.InputShape[^1], index = 0;
        float[] gamma = normalization.Scale ? layer.Parameter(index++) : Filled(channels, 1);
        float[] beta = normalization.Center ? layer.Parameter(index++) : Filled(channels, 0);
        (float[] mean, float[] variance) = (layer.Parameter(index), layer.Parameter(index + 1));
        float epsilon = (float)normalization.Epsilon;
        if (layer.InputShape.Rank is not (1 or 3) || epsilon == 0) // a file would not have an epsilon of 0 at all
        {
            AddFolded(layer, (gamma, beta, mean, variance), epsilon);
            return;
        }

        layer.Transpose(toNchw: layer.InputShape.Rank == 3);
        (string Role, float[] Elements)[] vectors = [("gamma", gamma), ("beta", beta), ("moving_mean", mean), ("moving_variance", variance)];
        layer.Add(
            "BatchNormalization",
            [.. vectors.Select(vector => layer.AddConstant(vector.Role, [channels], AsTheyLie(layer, vector.Elements)))],
            new OnnxAttribute("epsilon", epsilon));
    }

    // Of other shapes, with the channels last: x · γ / √(σ² + ε) + (β − μ · γ / √(σ² + ε)).
    private static void AddFolded(LayerTranslation layer, (float[] Gamma, float[] Beta, float[] Mean, float[] Variance) of, float epsilon)
    {
        (float[] scale, float[] shift) = (new float[of.Gamma.Length], new float[of.Gamma.Length]);
        for (int c = 0; c < scale.Length; c++)
        {
            double factor = of.Gamma[c] / Math.Sqrt((double)of.Variance[c] + epsilon);
            (scale[c], shift[c]) = ((float)factor, (float)(of.Beta[c] - (of.Mean[c] * factor)));
        }

        layer.Transpose(toNchw: false);
        layer.Add("Mul", [layer.AddConstant("scale", [scale.Length], AsTheyLie(layer, scale))]);
        layer.Add("Add", [layer.AddConstant("shift", [shift.Length], AsTheyLie(layer, shift))]);
    }

    private static float[] AsTheyLie(LayerTranslation layer, float[] vector) =>
        layer.State.Flattened is { } pieces ? Weights.RowsAsTheyLie(vector, pieces, units: 1) : vector;

    private static float[] Filled(int channels, float value)
    {
        float[] vector = new float[channels];
        Array.Fill(vector, value);
        return vector;
    }
}
