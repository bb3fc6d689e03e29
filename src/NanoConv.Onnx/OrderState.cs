using NanoConv.Tensors;

namespace NanoConv.Onnx;

/// <summary>The order in which the value that a graph has come to lies.</summary>
internal sealed class OrderState
{
    private static readonly long[] ToNchw = [0, 3, 1, 2], ToNhwc = [0, 2, 3, 1];

    /// <summary>Whether it is a picture in NCHW.</summary>
    public bool IsNchw { get; set; }

    /// <summary>The picture (height, width, channels) that a flat value in the order of NCHW was; null if it has the model's order.</summary>
    public Shape? Flattened { get; set; }

    /// <summary>Puts a picture into the other order.</summary>
    public void Transpose(OnnxGraph graph, string layer, bool toNchw)
    {
        graph.Add($"{layer}/{(toNchw ? "ToNchw" : "ToNhwc")}", "Transpose", [], new OnnxAttribute("perm", toNchw ? ToNchw : ToNhwc));
        IsNchw = toNchw;
    }
}
