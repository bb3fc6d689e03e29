namespace NanoConv.Tensors;

/// <summary>What a picture's value is between its pixels.</summary>
public enum Interpolation
{
    /// <summary>The nearest pixel's.</summary>
    Nearest,

    /// <summary>The four pixels' around, the nearer ones counting more: linear along both axes.</summary>
    Bilinear,
}
