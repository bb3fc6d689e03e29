using System.Globalization;

namespace NanoConv.Descriptions;

/// <summary>
/// Numbers in text, as options, files and environment variables have them: one way of writing them, the same everywhere and
/// in every culture. What a lenient reader would guess at (<c>5.000</c>, <c>1,5</c>, <c> 5</c>, <c>+5</c>, <c>1_000</c>) is no number.
/// </summary>
public static class PlainNumber
{
    /// <summary>Reads a count: digits 0 to 9 and nothing else.</summary>
    /// <param name="text">The text.</param>
    /// <param name="number">The number; 0 if it is none.</param>
    /// <returns>Whether it is one, and no greater than 2⁶³ − 1.</returns>
    public static bool TryCount(ReadOnlySpan<char> text, out long number)
    {
        number = 0;
        return Digits(text) == text.Length && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Reads a whole number: a count, or a minus sign and a count other than 0.</summary>
    /// <param name="text">The text.</param>
    /// <param name="number">The number; 0 if it is none.</param>
    /// <returns>Whether it is one that fits.</returns>
    public static bool TryWhole(ReadOnlySpan<char> text, out int number)
    {
        bool isNegative = text.StartsWith('-');
        bool isWhole = TryCount(isNegative ? text[1..] : text, out long size)
            && (isNegative ? size is > 0 and <= -(long)int.MinValue : size <= int.MaxValue);
        number = !isWhole ? 0 : (int)(isNegative ? -size : size);
        return isWhole;
    }

    /// <summary>
    /// Reads a number: a plain decimal with a point, perhaps a minus sign before it, perhaps an exponent of ten behind it,
    /// as <c>12</c>, <c>-0.5</c>, <c>.5</c>, <c>1e-4</c>, <c>2.5E+10</c>.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="number">The number; 0 if it is none.</param>
    /// <returns>Whether it is one, and one that a double holds: neither too large nor, other than 0, so small that it becomes 0.</returns>
    public static bool TryReal(ReadOnlySpan<char> text, out double number)
    {
        number = 0;
        int start = text.StartsWith('-') ? 1 : 0, at = start + Digits(text[start..]);
        bool hasDigits = at > start;
        if (at < text.Length && text[at] == '.')
        {
            int decimals = Digits(text[(at + 1)..]);
            hasDigits = decimals > 0;
            at += 1 + decimals;
        }

        if (!hasDigits)
            return false;
        bool isZero = !text[start..at].ContainsAnyInRange('1', '9');
        if (at < text.Length && text[at] is 'e' or 'E')
        {
            at += at + 1 < text.Length && text[at + 1] is '+' or '-' ? 2 : 1;
            int exponent = Digits(text[at..]);
            if (exponent == 0)
                return false;
            at += exponent;
        }

        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (at < text.Length || !double.TryParse(text, Style, CultureInfo.InvariantCulture, out double value)
            || !double.IsFinite(value) || (value == 0 && !isZero))
        {
            return false;
        }

        number = value;
        return true;
    }

    private static int Digits(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : text.Length;
}
