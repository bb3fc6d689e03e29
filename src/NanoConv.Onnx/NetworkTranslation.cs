using System.Numerics;
using NanoConv.Graphs;
using NanoConv.Layers;
using NanoConv.Onnx.Schema;
using NanoConv.Tensors;

namespace NanoConv.Onnx;

/// <summary>
/// From a model's layers to ONNX's nodes. NanoConv has pictures as NHWC, ONNX's operators compute on NCHW: the first layer
/// that needs it transposes, and from there on pictures stay NCHW. What comes out of <see cref="Flatten"/> is then in another
/// order than the model's; the next <see cref="Dense"/> has the rows of its kernel put into that order instead. What each layer becomes,
/// its translator knows, one file a family.
/// </summary>
internal sealed class NetworkTranslation<T>(Model<T> model, OnnxExportOptions options)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly OnnxGraph graph = new(options.InputName);
    private readonly OrderState order = new() { IsNchw = options.InputLayout == OnnxLayout.Nchw };

    /// <summary>The whole graph.</summary>
    public GraphProto Run()
    {
        if (!model.Topology.IsChain)
        {
            throw new NotSupportedException(
                "expected a network whose layers follow one another, received one that branches or has several outputs, which cannot be exported to ONNX yet");
        }

        Shape input = model.InputShape;
        Shape shape = order.IsNchw ? (input[2], input[0], input[1]) : input;
        graph.AddInput(shape, options.ScalePixels ? TensorProto.Types.DataType.Uint8 : TensorProto.Types.DataType.Float);
        if (options.ScalePixels)
            ScalePixels();
        for (int layer = 0; layer < model.Layers.Count; layer++)
            Add(layer);
        if (order.IsNchw)
            order.Transpose(graph, model.Layers[^1].Name, toNchw: false);
        graph.End(options.OutputName, model.OutputShape);
        return graph.Proto;
    }

    private void ScalePixels()
    {
        graph.Add($"{options.InputName}/Cast", "Cast", [], new OnnxAttribute("to", (long)TensorProto.Types.DataType.Float));
        string greatest = graph.AddConstant($"{options.InputName}/255", [], [byte.MaxValue]);
        graph.Add($"{options.InputName}/Div", "Div", [greatest]);
    }

    private void Add(int index)
    {
        BuiltLayer<T> layer = model.Layers[index];
        LayerTranslation translation = new(
            graph, layer.Specification, layer.Name, (layer.InputShape, layer.OutputShape), parameter => Parameter(layer.Parameters[parameter]))
        {
            State = order,
            IsForDense = model.Layers.Skip(index + 1).FirstOrDefault(later => !KeepsOrder(later)) is { Specification: Dense },
        };
        LayerTranslator translator = TranslatorOf(layer);
        if (!translator.AnyOrder)
            translation.Transpose(toNchw: false);
        translator.Translate(translation, layer.Specification);
    }

    private static bool KeepsOrder(BuiltLayer<T> layer) => TranslatorOf(layer).KeepsOrder?.Invoke(layer.Specification) ?? false;

    private static LayerTranslator TranslatorOf(BuiltLayer<T> layer) => OnnxTranslators.Of(layer.Specification) ?? throw new ArgumentException(
        $"{layer.Specification.TypeName} '{layer.Name}': expected a layer that ONNX has operators for ({OnnxTranslators.Known}), received one that cannot be "
        + $"exported: {nameof(OnnxTranslators)}.{nameof(OnnxTranslators.Register)} takes a translator of your own");

    private static (string Name, float[] Elements) Parameter(Parameter<T> parameter) => (parameter.Name, Weights.ToFloat(parameter));
}
