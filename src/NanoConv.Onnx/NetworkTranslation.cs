using System.Numerics;
using NanoConv.Graphs;
using NanoConv.Layers;
using NanoConv.Onnx.Schema;
using NanoConv.Tensors;

namespace NanoConv.Onnx;

/// <summary>
/// From a model's layers to ONNX's nodes. NanoConv has pictures as NHWC, ONNX's operators compute on NCHW: the first layer
/// that needs it transposes, and from there on pictures stay NCHW. What comes out of <see cref="Flatten"/> is then in another
/// order than the model's; the dense layers behind it have the rows of their kernels put into that order instead, if all that read it can.
/// What each layer becomes, its translator knows, one file a family.
/// </summary>
internal sealed class NetworkTranslation<T>(Model<T> model, OnnxExportOptions options)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly OnnxGraph graph = new(options.InputName);
    private readonly GraphValue[] values = new GraphValue[model.Layers.Count + 1]; // by their numbers in the topology

    /// <summary>The whole graph.</summary>
    /// <param name="outputs">The names of its outputs.</param>
    public GraphProto Run(IReadOnlyList<string> outputs)
    {
        Shape input = model.InputShape;
        OrderState order = new() { IsNchw = options.InputLayout == OnnxLayout.Nchw };
        Shape shape = order.IsNchw ? (input[2], input[0], input[1]) : input;
        graph.AddInput(shape, options.ScalePixels ? TensorProto.Types.DataType.Uint8 : TensorProto.Types.DataType.Float);
        if (options.ScalePixels)
            ScalePixels();
        values[0] = new GraphValue(graph.Value, order);
        bool[] areForDense = AreForDense();
        for (int layer = 0; layer < model.Layers.Count; layer++)
            values[layer + 1] = Add(layer, areForDense[layer + 1]);
        graph.End([.. model.Topology.Outputs.ToArray().Zip(outputs, End)]);
        return graph.Proto;
    }

    private void ScalePixels()
    {
        graph.Add($"{options.InputName}/Cast", "Cast", [], new OnnxAttribute("to", (long)TensorProto.Types.DataType.Float));
        string greatest = graph.AddConstant($"{options.InputName}/255", [], [byte.MaxValue]);
        graph.Add($"{options.InputName}/Div", "Div", [greatest]);
    }

    /// <summary>Which values all come to dense layers that take them in any order, by way of layers that keep it.</summary>
    private bool[] AreForDense()
    {
        bool[] are = new bool[values.Length];
        for (int value = values.Length - 1; value >= 0; value--)
        {
            int[] readers = model.Topology.Readers(value).ToArray();
            are[value] = readers.Length > 0 && !model.Topology.Outputs.Contains(value)
                && readers.All(reader => model.Layers[reader] is { Specification: Dense } || (KeepsOrder(model.Layers[reader]) && are[reader + 1]));
        }

        return are;
    }

    private GraphValue Add(int index, bool isForDense)
    {
        BuiltLayer<T> layer = model.Layers[index];
        LayerTranslator translator = TranslatorOf(layer);
        GraphValue[] inputs = [.. model.Topology.Inputs(index).ToArray().Select(value => values[value])];
        LayerTranslation translation = new(graph, layer.Specification, layer.Name, inputs, parameter => Parameter(layer.Parameters[parameter]))
        {
            InputShapes = layer.InputShapes,
            OutputShape = layer.OutputShape,
            IsForDense = isForDense,
        };
        if (!translator.AnyOrder)
            translation.RestoreInputs();
        translator.Translate(translation, layer.Specification);
        return new GraphValue(graph.Value, translation.State);
    }

    // In the model's order, whatever the layers around it made of it.
    private (string Value, string Name, Shape Shape) End(int value, string name)
    {
        BuiltLayer<T> layer = model.Layers[value - 1];
        (string last, OrderState order) = values[value];
        return (order.IsNchw ? graph.Transposed(last, layer.Name, toNchw: false) : last, name, layer.OutputShape);
    }

    private static bool KeepsOrder(BuiltLayer<T> layer) => TranslatorOf(layer).KeepsOrder?.Invoke(layer.Specification) ?? false;

    private static LayerTranslator TranslatorOf(BuiltLayer<T> layer) => OnnxTranslators.Of(layer.Specification) ?? throw new ArgumentException(
        $"{layer.Specification.TypeName} '{layer.Name}': expected a layer that ONNX has operators for ({OnnxTranslators.Known}), received one that cannot be "
        + $"exported: {nameof(OnnxTranslators)}.{nameof(OnnxTranslators.Register)} takes a translator of your own");

    private static (string Name, float[] Elements) Parameter(Parameter<T> parameter) => (parameter.Name, Weights.ToFloat(parameter));
}
