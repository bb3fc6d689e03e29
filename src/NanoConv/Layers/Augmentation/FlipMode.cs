namespace NanoConv.Layers.Augmentation;

/// <summary>Along which axes <see cref="RandomFlip"/> mirrors.</summary>
public enum FlipMode
{
    /// <summary>Left becomes right, or not.</summary>
    Horizontal,

    /// <summary>Top becomes bottom, or not.</summary>
    Vertical,

    /// <summary>Both, each by itself.</summary>
    HorizontalAndVertical,
}
