using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using NanoConv.Descriptions;

namespace NanoConv.Models;

/// <summary>Doubles as JSON: numbers, and in words what is none. A number too large for a double is an error, not infinity.</summary>
internal sealed class FiniteJsonConverter : JsonConverter<double>
{
    /// <inheritdoc/>
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out double usual) && double.IsFinite(usual) && usual != 0)
            return usual;
        string text = reader.TokenType is JsonTokenType.Number or JsonTokenType.String ? Encoding.UTF8.GetString(reader.ValueSpan) : $"{reader.TokenType}";
        return (reader.TokenType, text) switch
        {
            (JsonTokenType.Number, _) when PlainNumber.TryReal(text, out double number) => number,
            (JsonTokenType.String, "NaN") => double.NaN,
            (JsonTokenType.String, "Infinity") => double.PositiveInfinity,
            (JsonTokenType.String, "-Infinity") => double.NegativeInfinity,
            _ => throw new JsonException($"expected a number, found {Quoted.Of(text)}"),
        };
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value))
            writer.WriteNumberValue(value);
        else
            writer.WriteStringValue(double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
    }
}
