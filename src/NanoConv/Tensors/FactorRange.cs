using System.Globalization;

namespace NanoConv.Tensors;

/// <summary>Numbers from one to another, of which augmentation draws one, each as likely. A single number f stands for −f to f.</summary>
public readonly record struct FactorRange
{
    /// <summary>From one number to another.</summary>
    /// <param name="lower">The least.</param>
    /// <param name="upper">The greatest, at least as much.</param>
    /// <exception cref="ArgumentException">They are not finite, or in the wrong order.</exception>
    public FactorRange(double lower, double upper)
    {
        if (!(double.IsFinite(lower) && double.IsFinite(upper) && lower <= upper))
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"expected two finite numbers, the smaller first, received {lower} and {upper}"));
        }

        (Lower, Upper) = (lower, upper);
    }

    /// <summary>The least.</summary>
    public double Lower { get; }

    /// <summary>The greatest.</summary>
    public double Upper { get; }

    /// <summary>From −f to f.</summary>
    /// <param name="factor">f, at least 0.</param>
    public static implicit operator FactorRange(double factor) => new(-factor, factor);

    /// <summary>From the first to the second.</summary>
    /// <param name="range">Both.</param>
    public static implicit operator FactorRange((double Lower, double Upper) range) => new(range.Lower, range.Upper);

    /// <summary>As <c>-0.1 to 0.1</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Lower} to {Upper}");
}
