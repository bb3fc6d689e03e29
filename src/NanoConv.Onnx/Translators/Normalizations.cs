using NanoConv.Layers;

namespace NanoConv.Onnx.Translators;

/// <summary>Batch normalisation as prediction has it, by the moving averages, and those of each example by itself.</summary>
internal static class Normalizations
{
    private const float SmallestNormal = 1.17549435e-38f;

    public static IReadOnlyList<KeyValuePair<Type, LayerTranslator>> All { get; } =
    [
        LayerTranslator.For<BatchNormalization>(Add, static _ => true),
        LayerTranslator.For<LayerNormalization>(Add, static _ => true),
        LayerTranslator.For<GroupNormalization>(Add),
    ];

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

    // Over the last axes, in the model's order. Flat features are normalised all together, in whatever order they lie.
    private static void Add(LayerTranslation layer, LayerNormalization normalization)
    {
        layer.Transpose(toNchw: false);
        long[] axes = [.. layer.InputShape.Axes[^normalization.Axis.Count..].ToArray().Select(axis => (long)axis)];
        List<string> vectors =
        [
            normalization.Scale
                ? layer.AddConstant(0, AsTheyLie(layer, layer.Parameter(0)), axes)
                : layer.AddConstant("gamma", axes, Filled((int)axes.Aggregate((one, other) => one * other), 1)),
        ];
        if (normalization.Center)
            vectors.Add(layer.AddConstant("beta", axes, AsTheyLie(layer, layer.Parameter(normalization.Scale ? 1 : 0))));
        layer.Add("LayerNormalization", vectors, new OnnxAttribute("axis", -axes.Length), Epsilon(normalization));
    }

    // Its own operator came with opset 18, and with γ for each channel with 21. A group is a channel of the operator for instances.
    private static void Add(LayerTranslation layer, GroupNormalization normalization)
    {
        int channels = layer.InputShape[^1], groups = normalization.Groups == -1 ? channels : normalization.Groups;
        bool isPicture = layer.InputShape.Rank == 3;
        layer.Transpose(toNchw: isPicture);
        if (!isPicture)
        {
            layer.Add("Reshape", [layer.AddIntegers("pixels", 0, -1, channels)]);
            layer.Add("Transpose", [], new OnnxAttribute("perm", [0, 2, 1]));
        }

        layer.Add("Reshape", [layer.AddIntegers("groups", 0, groups, -1)]);
        string[] none = [layer.AddConstant("ones", [groups], Filled(groups, 1)), layer.AddConstant("zeros", [groups], Filled(groups, 0))];
        layer.Add("InstanceNormalization", none, Epsilon(normalization));
        if (isPicture)
        {
            layer.Add("Reshape", [layer.AddIntegers("picture", 0, channels, layer.InputShape[0], layer.InputShape[1])]);
        }
        else
        {
            layer.Add("Reshape", [layer.AddIntegers("channels", 0, channels, -1)]);
            layer.Add("Transpose", [], new OnnxAttribute("perm", [0, 2, 1]));
            layer.Add("Reshape", [layer.AddIntegers("shape", [0, .. layer.InputShape.Axes.ToArray().Select(axis => (long)axis)])]);
        }

        long[] axes = isPicture ? [channels, 1, 1] : [channels];
        if (normalization.Scale)
            layer.Add("Mul", [layer.AddConstant(0, layer.Parameter(0), axes)]);
        if (normalization.Center)
            layer.Add("Add", [layer.AddConstant("beta", axes, layer.Parameter(normalization.Scale ? 1 : 0))]);
    }

    // A file would not have an epsilon of 0 at all, and some readers take their own for it.
    private static OnnxAttribute Epsilon(ExampleNormalization normalization) =>
        new("epsilon", Math.Max((float)normalization.Epsilon, SmallestNormal));

    private static float[] AsTheyLie(LayerTranslation layer, float[] vector) =>
        layer.State.Flattened is { } pieces ? Weights.RowsAsTheyLie(vector, pieces, units: 1) : vector;

    private static float[] Filled(int channels, float value)
    {
        float[] vector = new float[channels];
        Array.Fill(vector, value);
        return vector;
    }
}
