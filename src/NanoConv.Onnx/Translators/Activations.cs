using NanoConv.Layers;
using NanoConv.Layers.Activations;

namespace NanoConv.Onnx.Translators;

/// <summary>Activations, as layers and as arguments.</summary>
internal static class Activations
{
    // Softmax gives the same in any order; another one over the last axis may not.
    public static IReadOnlyList<KeyValuePair<Type, LayerTranslator>> Layers { get; } =
    [
        LayerTranslator.For<ActivationLayer>(
            static (layer, activation) => OnnxTranslators.Add(layer, activation.Activation),
            static activation => activation.Activation is Softmax or { IsOverLastAxis: false }),
        LayerTranslator.For<PReLU>(Add, static _ => true),
    ];

    public static IReadOnlyList<KeyValuePair<Type, Action<LayerTranslation, Activation>>> All { get; } =
    [
        For<Linear>(static (_, _) => { }),
        For<ReLU>(static (layer, _) => layer.Add("Relu")),
        For<ReLU6>(static (layer, _) => layer.Add("Clip", [layer.AddConstant("least", [], 0), layer.AddConstant("most", [], 6)])),
        For<LeakyReLU>(static (layer, leaky) => AddBent(layer, "LeakyRelu", (float)leaky.NegativeSlope)),
        For<ELU>(static (layer, elu) => AddBent(layer, "Elu", (float)elu.Alpha)),
        For<SELU>(static (layer, _) => layer.Add("Selu")), // whose own numbers are these
        For<GELU>(static (layer, gelu) => Add(layer, gelu)),
        For<SiLU>(static (layer, _) => AddTimesSigmoid(layer, layer.Value)),
        For<HardSiLU>(static (layer, _) => layer.Add("HardSwish")),
        For<Softplus>(static (layer, _) => layer.Add("Softplus")),
        For<Sigmoid>(static (layer, _) => layer.Add("Sigmoid")),
        For<Tanh>(static (layer, _) => layer.Add("Tanh")),

        // ONNX's own alpha is 0.2.
        For<HardSigmoid>(static (layer, _) => layer.Add("HardSigmoid", [], new OnnxAttribute("alpha", 1f / 6), new OnnxAttribute("beta", 0.5f))),

        // Over the channels, wherever they are.
        For<Softmax>(static (layer, _) => layer.Add("Softmax", [], new OnnxAttribute("axis", layer.ChannelAxis))),
    ];

    // Slopes are broadcast from the last axis on: those of pictures in NCHW are [channels, height, width], of flattened ones in their order.
    private static void Add(LayerTranslation layer, PReLU prelu)
    {
        float[] alpha = layer.Parameter(0);
        long[] axes = [.. layer.InputShape.Axes.ToArray().Select((length, axis) => prelu.SharedAxes.Contains(axis + 1) ? 1L : length)];
        if (layer.State.IsNchw)
            (alpha, axes) = (Weights.Transposed(alpha, (int)axes[2]), [axes[2], axes[0], axes[1]]);
        else if (layer.State.Flattened is { } pieces && alpha.Length > 1)
            alpha = Weights.RowsAsTheyLie(alpha, pieces, units: 1);
        layer.Add("PRelu", [layer.AddConstant(0, alpha, axes)]);
    }

    // With an alpha of 0 it is ReLU. The file would not have such a number at all, as 0 goes without saying in it, and some readers miss it.
    private static void AddBent(LayerTranslation layer, string name, float alpha)
    {
        if (alpha == 0)
            layer.Add("Relu");
        else
            layer.Add(name, [], new OnnxAttribute("alpha", alpha));
    }

    // The operator Gelu came with opset 20: x·(1 + erf(x/√2))/2, or x·σ(2√(2/π)·(x + 0.044715·x³)).
    private static void Add(LayerTranslation layer, GELU gelu)
    {
        string x = layer.Value;
        if (gelu.Approximate)
        {
            layer.Add("Mul", [x]);
            layer.Add("Mul", [layer.AddConstant("cubic", [], 0.044715f)]);
            layer.Add("Add", [layer.AddConstant("one", [], 1)]);
            layer.Add("Mul", [x]);
            layer.Add("Mul", [layer.AddConstant("scale", [], (float)(2 * Math.Sqrt(2 / Math.PI)))]);
            AddTimesSigmoid(layer, x);
            return;
        }

        layer.Add("Mul", [layer.AddConstant("scale", [], (float)Math.Sqrt(0.5))]);
        layer.Add("Erf");
        layer.Add("Add", [layer.AddConstant("one", [], 1)]);
        layer.Add("Mul", [x]);
        layer.Add("Mul", [layer.AddConstant("half", [], 0.5f)]);
    }

    private static void AddTimesSigmoid(LayerTranslation layer, string x)
    {
        layer.Add("Sigmoid");
        layer.Add("Mul", [x]);
    }

    private static KeyValuePair<Type, Action<LayerTranslation, Activation>> For<TActivation>(Action<LayerTranslation, TActivation> translate)
        where TActivation : Activation =>
        new(typeof(TActivation), (layer, activation) => translate(layer, (TActivation)activation));
}
