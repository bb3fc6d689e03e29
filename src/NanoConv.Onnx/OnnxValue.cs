using NanoConv.Tensors;

namespace NanoConv.Onnx;

/// <summary>An exported network's input or output.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ElementType">The elements' type, as <c>float32</c> or <c>uint8</c>.</param>
/// <param name="Shape">The lengths of the axes; <see cref="BatchAxis"/> for the first, which each run may choose.</param>
public sealed record OnnxValue(string Name, string ElementType, IReadOnlyList<string> Shape)
{
    /// <summary>What the first axis is called.</summary>
    public const string BatchAxis = "batch";

    /// <summary>As <c>input: float32 [batch, 32, 32, 3]</c>.</summary>
    public override string ToString() => $"{Name}: {ElementType} [{string.Join(", ", Shape)}]";
}
