using System.Text.Json;

namespace NanoConv;

/// <summary>Numbers of JSON descriptions, as <see cref="PlainNumber"/> has them; errors say what was found.</summary>
internal static class JsonNumbers
{
    /// <summary>A whole number.</summary>
    /// <exception cref="FormatException">It is none: 5.0 and 1e3 are none either.</exception>
    public static int Whole(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && PlainNumber.TryWhole(element.GetRawText(), out int number)
            ? number
            : throw new FormatException($"expected a whole number, found {Found(element)}");

    /// <summary>A number that a double holds.</summary>
    /// <exception cref="FormatException">It is none, or too large.</exception>
    public static double Real(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && PlainNumber.TryReal(element.GetRawText(), out double number)
            ? number
            : throw new FormatException($"expected a finite number, found {Found(element)}");

    private static string Found(JsonElement element) => SafeTensorsHeader.Quote(element.GetRawText());
}
