namespace NanoConv.Onnx;

/// <summary>The order of a batch of pictures' axes.</summary>
public enum OnnxLayout
{
    /// <summary>Batch, height, width, channels: NanoConv's own order, and that of decoded pictures.</summary>
    Nhwc,

    /// <summary>Batch, channels, height, width: the order that ONNX's operators compute in.</summary>
    Nchw,
}
