namespace NanoConv.Cifar.Data.Shapes;

/// <summary>How a texture goes between its two colours over the plane.</summary>
internal enum Pattern : byte
{
    /// <summary>Straight from one colour to the other across the picture.</summary>
    Gradient,

    /// <summary>Soft parallel stripes.</summary>
    Stripes,

    /// <summary>A soft chessboard.</summary>
    Checks,

    /// <summary>Random smooth blotches: value noise in two octaves.</summary>
    Clouds,
}
