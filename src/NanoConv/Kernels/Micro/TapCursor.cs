using System.Numerics;
using System.Runtime.CompilerServices;
using NanoConv.Kernels.Simd;

namespace NanoConv.Kernels.Micro;

/// <summary>Goes through one channel of a row of pixels, tap by tap; unchecked.</summary>
/// <typeparam name="T">The element type.</typeparam>
internal ref struct TapCursor<T>(ref T window, nint at, nint channels, nint below)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ref T window = ref window;
    private readonly nint channels = channels, below = below;
    private nint at = at;

    /// <summary>The next tap's value in all columns, of each row its own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Next<TVector>()
        where TVector : struct, ISimdRows<TVector, T>
    {
        TVector x = TVector.CreateRows(ref window, at, below);
        at += channels;
        return x;
    }

    /// <summary>The same of a tap further on, without going there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TVector Peek<TVector>(int taps)
        where TVector : struct, ISimdRows<TVector, T> => TVector.CreateRows(ref window, at + (taps * channels), below);
}
