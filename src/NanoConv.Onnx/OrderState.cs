using NanoConv.Tensors;

namespace NanoConv.Onnx;

/// <summary>The order in which a value lies.</summary>
internal sealed class OrderState
{
    /// <summary>Whether it is a picture in NCHW.</summary>
    public bool IsNchw { get; set; }

    /// <summary>
    /// Of flat features, the pieces of which they are in a row: a picture (height, width, channels), which lies there in the order of NCHW,
    /// or (features,) in the model's order. Null if all have the model's order.
    /// </summary>
    public IReadOnlyList<Shape>? Flattened { get; set; }

    /// <summary>The same, to be changed apart.</summary>
    public OrderState Copy() => new() { IsNchw = IsNchw, Flattened = Flattened };
}
