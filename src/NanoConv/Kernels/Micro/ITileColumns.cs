namespace NanoConv.Kernels.Micro;

/// <summary>How many vectors of columns a <see cref="RegisterTile"/> has, known to the JIT, so that one body serves both.</summary>
internal interface ITileColumns
{
    /// <summary>Whether there are two; else there is one, and its sums are split in two.</summary>
    static abstract bool AreTwo { get; }
}

/// <summary>Two vectors of columns: what is loaded of A serves both.</summary>
internal readonly struct TwoVectors : ITileColumns
{
    public static bool AreTwo => true;
}

/// <summary>One vector of columns: its sums of even places and of odd ones are apart, so that as many are under way as with two.</summary>
internal readonly struct OneVector : ITileColumns
{
    public static bool AreTwo => false;
}
