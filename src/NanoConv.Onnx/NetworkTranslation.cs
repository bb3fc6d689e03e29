using System.Numerics;
using NanoConv.Kernels;
using NanoConv.Onnx.Schema;

namespace NanoConv.Onnx;

/// <summary>
/// From a model's layers to ONNX's nodes. NanoConv has pictures as NHWC, ONNX's operators compute on NCHW: the first layer
/// that needs it transposes, and from there on pictures stay NCHW. What comes out of <see cref="Flatten"/> is then in another
/// order than the model's; the next <see cref="Dense"/> has the rows of its kernel put into that order instead.
/// </summary>
internal sealed class NetworkTranslation<T>(Model<T> model, OnnxExportOptions options)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly long[] ToNchw = [0, 3, 1, 2], ToNhwc = [0, 2, 3, 1];

    private readonly OnnxGraph graph = new(options.InputName);

    // Whether the value that the graph has come to is a picture in NCHW.
    private bool isNchw = options.InputLayout == PictureLayout.Nchw;

    // The picture (height, width, channels) that a flat value in the order of NCHW was; null if it has the model's order.
    private Shape? flattened;

    /// <summary>The whole graph.</summary>
    public GraphProto Run()
    {
        Shape input = model.InputShape;
        Shape shape = isNchw ? (input[2], input[0], input[1]) : input;
        graph.AddInput(shape, options.ScalePixels ? TensorProto.Types.DataType.Uint8 : TensorProto.Types.DataType.Float);
        if (options.ScalePixels)
            ScalePixels();
        for (int layer = 0; layer < model.Layers.Count; layer++)
            Add(layer);
        if (isNchw)
            Transpose(model.Layers[^1].Name);
        graph.End(options.OutputName, model.OutputShape);
        return graph.Proto;
    }

    private void ScalePixels()
    {
        graph.Add($"{options.InputName}/Cast", "Cast", [], OnnxGraph.Attribute("to", (long)TensorProto.Types.DataType.Float));
        string greatest = graph.AddConstant($"{options.InputName}/255", [], [byte.MaxValue]);
        graph.Add($"{options.InputName}/Div", "Div", [greatest]);
    }

    private void Add(int index)
    {
        BuiltLayer<T> layer = model.Layers[index];
        switch (layer.Specification)
        {
            case Conv2D conv:
                Add(layer, conv);
                break;
            case MaxPooling2D pooling:
                Transpose(layer.Name, toNchw: true);
                AddWindow(layer, "MaxPool", [], new WindowGeometry(layer.InputShape, pooling.PoolSize, pooling.Strides, pooling.Padding));
                break;
            case Dense dense:
                Add(layer, dense);
                break;
            case Flatten:
                AddFlatten(layer, isForDense: model.Layers.Skip(index).Any(later => later.Specification is Dense));
                break;
            case ActivationLayer activation:
                Activate(layer, activation.Activation);
                break;
            case Dropout:
                break;
            default:
                throw new ArgumentException(
                    $"{layer.Specification.TypeName} '{layer.Name}': expected a layer that ONNX has operators for "
                    + "(Conv2D, MaxPooling2D, Dense, Flatten, ActivationLayer, Dropout), received one that cannot be exported");
        }
    }

    private void Add(BuiltLayer<T> layer, Conv2D conv)
    {
        Transpose(layer.Name, toNchw: true);
        WindowGeometry window = new(layer.InputShape, conv.KernelSize, conv.Strides, conv.Padding);
        float[] kernel = Weights.OutputsFirst(Weights.ToFloat(layer.Parameters[0]), window, conv.Filters);
        List<string> constants =
        [
            graph.AddConstant(layer.Parameters[0].Name, [conv.Filters, window.Channels, window.KernelHeight, window.KernelWidth], kernel),
        ];
        AddBias(constants, layer);
        AddWindow(layer, "Conv", constants, window);
        Activate(layer, conv.Activation);
    }

    private void Add(BuiltLayer<T> layer, Dense dense)
    {
        float[] kernel = Weights.ToFloat(layer.Parameters[0]);
        if (flattened is { } picture)
            kernel = Weights.RowsOfNchw(kernel, picture, dense.Units);
        flattened = null;
        // Transposed, as PyTorch writes it: OpenCV 4 reads every Gemm as if transB were 1.
        kernel = Weights.Transposed(kernel, dense.Units);
        List<string> constants = [graph.AddConstant(layer.Parameters[0].Name, [dense.Units, layer.InputShape[0]], kernel)];
        AddBias(constants, layer);
        graph.Add($"{layer.Name}/Gemm", "Gemm", constants, OnnxGraph.Attribute("transB", 1));
        Activate(layer, dense.Activation);
    }

    private void AddBias(List<string> constants, BuiltLayer<T> layer)
    {
        if (layer.Parameters.Count > 1)
            constants.Add(graph.AddConstant(layer.Parameters[1].Name, [layer.Parameters[1].Shape[0]], Weights.ToFloat(layer.Parameters[1])));
    }

    // As much padding behind as the last window reaches; where it does not reach the border, ONNX leaves out the same rest.
    private void AddWindow(BuiltLayer<T> layer, string operation, IReadOnlyList<string> constants, in WindowGeometry window)
    {
        int bottom = Math.Max(0, window.PaddedHeight - window.InputHeight - window.PaddingTop);
        int right = Math.Max(0, window.PaddedWidth - window.InputWidth - window.PaddingLeft);
        graph.Add(
            $"{layer.Name}/{operation}",
            operation,
            constants,
            OnnxGraph.Attribute("kernel_shape", [window.KernelHeight, window.KernelWidth]),
            OnnxGraph.Attribute("pads", [window.PaddingTop, window.PaddingLeft, bottom, right]),
            OnnxGraph.Attribute("strides", [window.StrideHeight, window.StrideWidth]));
    }

    private void AddFlatten(BuiltLayer<T> layer, bool isForDense)
    {
        if (isNchw && !isForDense)
            Transpose(layer.Name);
        if (isNchw)
            flattened = layer.InputShape;
        isNchw = false;
        graph.Add($"{layer.Name}/Flatten", "Flatten", [], OnnxGraph.Attribute("axis", 1));
    }

    private void Activate(BuiltLayer<T> layer, Activation activation)
    {
        if (activation == Activation.ReLU)
            graph.Add($"{layer.Name}/Relu", "Relu", []);
        else if (activation == Activation.Softmax) // over the channels, wherever they are
            graph.Add($"{layer.Name}/Softmax", "Softmax", [], OnnxGraph.Attribute("axis", isNchw ? 1 : -1));
    }

    private void Transpose(string layer, bool toNchw = false)
    {
        if (isNchw == toNchw)
            return;
        graph.Add($"{layer}/{(toNchw ? "ToNchw" : "ToNhwc")}", "Transpose", [], OnnxGraph.Attribute("perm", toNchw ? ToNchw : ToNhwc));
        isNchw = toNchw;
    }
}
