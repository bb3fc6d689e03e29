namespace NanoConv.Kernels.Micro;

/// <summary>How the windows of neighbouring pixels overlap in a row, known to the JIT, so that one body serves every case.</summary>
internal interface ITaps
{
    /// <summary>Taps of a kernel row: two or three.</summary>
    static abstract int Count { get; }

    /// <summary>Taps from one pixel's window to the next: one or two, fewer than there are.</summary>
    static abstract int Stride { get; }
}

/// <summary>Three taps, stride 1: two of them are the next pixel's too.</summary>
internal readonly struct ThreeTaps : ITaps
{
    public static int Count => 3;

    public static int Stride => 1;
}

/// <summary>Three taps, stride 2: one of them is the next pixel's too.</summary>
internal readonly struct ThreeTapsByTwo : ITaps
{
    public static int Count => 3;

    public static int Stride => 2;
}

/// <summary>Two taps, stride 1, as in the input gradient of <see cref="ThreeTapsByTwo"/>: one of them is the next pixel's too.</summary>
internal readonly struct TwoTaps : ITaps
{
    public static int Count => 2;

    public static int Stride => 1;
}
