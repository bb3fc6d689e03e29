namespace NanoConv.Tensors;

/// <summary>What lies beyond a picture's border.</summary>
/// <remarks>
/// <see cref="Reflect"/> is that of PyTorch, NumPy and ONNX; what Keras calls <c>reflect</c> is <see cref="Symmetric"/>.
/// </remarks>
public enum FillMode
{
    /// <summary>One number everywhere: k k k | a b c d | k k k.</summary>
    Constant,

    /// <summary>The nearest pixel: a a a | a b c d | d d d.</summary>
    Nearest,

    /// <summary>The picture mirrored at its outermost pixels, which occur once: d c b | a b c d | c b a.</summary>
    Reflect,

    /// <summary>The picture mirrored at its edge, so that the outermost pixels occur twice: c b a | a b c d | d c b.</summary>
    Symmetric,

    /// <summary>The picture again and again: b c d | a b c d | a b c.</summary>
    Wrap,
}
