using System.Runtime.CompilerServices;
using NanoConv.Tensors;

namespace NanoConv.Kernels;

/// <summary>Where along one axis each pixel of a new picture comes from.</summary>
/// <param name="Input">Pixels of the old picture along the axis.</param>
/// <param name="First">Where the new picture begins in the old one; below 0 before its border.</param>
/// <param name="Output">Pixels of the new picture along the axis.</param>
/// <param name="IsReversed">Whether the new picture runs backwards.</param>
/// <param name="Mode">What lies beyond the border.</param>
internal readonly record struct AxisMap(int Input, int First, int Output, bool IsReversed = false, FillMode Mode = FillMode.Constant)
{
    /// <summary>The old place of a new one; −1 for the constant.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Source(int place) => Inside(First + (IsReversed ? Output - 1 - place : place), Input, Mode);

    /// <summary>A place anywhere on an axis of some pixels as one of these; −1 for the constant.</summary>
    public static int Inside(int place, int length, FillMode mode)
    {
        if ((uint)place < (uint)length)
            return place;
        switch (mode)
        {
            case FillMode.Nearest:
                return place < 0 ? 0 : length - 1;
            case FillMode.Reflect when length == 1:
                return 0;
            case FillMode.Reflect:
                int there = Modulo(place, 2 * (length - 1));
                return there < length ? there : (2 * (length - 1)) - there;
            case FillMode.Symmetric:
                int half = Modulo(place, 2 * length);
                return half < length ? half : (2 * length) - 1 - half;
            case FillMode.Wrap:
                return Modulo(place, length);
            default:
                return -1;
        }
    }

    private static int Modulo(int place, int period) => ((place % period) + period) % period;
}
