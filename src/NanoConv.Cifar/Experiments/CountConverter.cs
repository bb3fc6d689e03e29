using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using NanoConv.Descriptions;

namespace NanoConv.Cifar.Experiments;

/// <summary>Counts as JSON: digits alone. An error says what was found, which the usual one does not.</summary>
internal sealed class CountConverter : JsonConverter<int>
{
    private const int LongestQuote = 40;

    /// <inheritdoc/>
    public override int Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int usual) && usual > 0)
            return usual;
        string text = reader.TokenType is JsonTokenType.Number or JsonTokenType.String
            ? Encoding.UTF8.GetString(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan)
            : $"{reader.TokenType}";
        if (reader.TokenType == JsonTokenType.Number && PlainNumber.TryCount(text, out long number) && number <= int.MaxValue)
            return (int)number;
        throw new JsonException($"expected a whole number, found '{text[..Math.Min(text.Length, LongestQuote)]}'");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, int value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}
