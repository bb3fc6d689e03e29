namespace NanoConv.Tensors;

/// <summary>What lies between a picture's pixels, where it is made larger.</summary>
public enum Interpolation
{
    /// <summary>The nearest pixel: each becomes a block of its own.</summary>
    Nearest,

    /// <summary>The weighted mean of the four pixels around, centre to centre; beyond the outermost centres the outermost pixel.</summary>
    Bilinear,
}
