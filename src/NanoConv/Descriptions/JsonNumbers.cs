using System.Runtime.InteropServices;
using System.Text.Json;

namespace NanoConv.Descriptions;

/// <summary>Numbers of JSON descriptions, as <see cref="PlainNumber"/> has them; errors say what was found.</summary>
/// <remarks>Without a copy of the text where it is one: a hostile file may hold millions.</remarks>
internal static class JsonNumbers
{
    /// <summary>A whole number.</summary>
    /// <exception cref="FormatException">It is none: 5.0, 1e3 and -0 are none either.</exception>
    public static int Whole(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int number)
        && (number != 0 || JsonMarshal.GetRawUtf8Value(element)[0] != (byte)'-')
            ? number
            : throw new FormatException($"expected a whole number, found {Found(element)}");

    /// <summary>A number that a double holds.</summary>
    /// <exception cref="FormatException">It is none, or too large, or so small that it becomes 0.</exception>
    public static double Real(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double number) && double.IsFinite(number)
        && (number != 0 || PlainNumber.TryReal(element.GetRawText(), out _))
            ? number
            : throw new FormatException($"expected a finite number, found {Found(element)}");

    private static string Found(JsonElement element) => Quoted.Of(element.GetRawText());
}
