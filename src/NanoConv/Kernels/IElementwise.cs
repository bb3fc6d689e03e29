using System.Numerics;

namespace NanoConv.Kernels;

/// <summary>A function of one number, and its slope, on vectors.</summary>
/// <typeparam name="T">The element type.</typeparam>
internal interface IElementwise<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>f(x).</summary>
    Vector<T> Value(Vector<T> x);

    /// <summary>f′(x), told by x, or by y = f(x), as the activation says.</summary>
    Vector<T> Slope(Vector<T> at);
}
