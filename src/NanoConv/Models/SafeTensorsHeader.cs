using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using NanoConv.Descriptions;
using NanoConv.Tensors;

namespace NanoConv.Models;

/// <summary>
/// Reads a safetensors header: what the reference implementation reads, but no name twice. Memory stays a small multiple
/// of the header's length, and messages stay short, whatever it claims.
/// </summary>
internal static class SafeTensorsHeader
{
    /// <summary>The key of the free text.</summary>
    public const string MetadataKey = "__metadata__";

    private const int MaxDepth = 128; // the reference implementation's
    private const int MostAxesShown = 8;

    /// <summary>Reads a header.</summary>
    /// <param name="header">All of it, padding included.</param>
    /// <param name="data">The bytes behind it, which the tensors become views of.</param>
    /// <exception cref="InvalidDataException">It departs from the format.</exception>
    public static (Dictionary<string, SafeTensor> Tensors, Dictionary<string, string> Metadata) Parse(ReadOnlySpan<byte> header, ReadOnlyMemory<byte> data)
    {
        if (!Utf8.IsValid(header))
            throw new InvalidDataException("expected a header in UTF-8, found other bytes");
        Utf8JsonReader json = new(header, new JsonReaderOptions { MaxDepth = MaxDepth });
        Dictionary<string, string> metadata = [];
        Dictionary<string, SafeTensor> tensors = [];
        List<(long Begin, long End, string Name)> places = [];
        bool hasMetadata = false;
        Next(ref json, JsonTokenType.StartObject, "an object");
        while (NextKey(ref json, out string name))
        {
            if (name == MetadataKey)
            {
                if (hasMetadata)
                    throw Twice(name);
                hasMetadata = true;
                ReadMetadata(ref json, metadata);
                continue;
            }

            (SafeTensor tensor, long begin, long end) = ReadTensor(ref json, name, data);
            if (!tensors.TryAdd(name, tensor))
                throw Twice(name);
            places.Add((begin, end, name));
        }

        if (json.Read())
            throw new InvalidDataException($"expected nothing behind the header's object, found {Found(json)}");
        CheckPlaces(places, data.Length);
        return (tensors, metadata);
    }

    /// <summary>A shape for a message.</summary>
    public static string Describe(IReadOnlyList<long> shape) => shape.Count switch
    {
        1 => $"({shape[0]},)", // as Python writes it, and Shape
        <= MostAxesShown => $"({string.Join(", ", shape)})",
        _ => $"({string.Join(", ", shape.Take(MostAxesShown))}, … {shape.Count} axes)",
    };

    // Tensors in any order in the header, but in the data one behind the other; empty ones anywhere between.
    private static void CheckPlaces(List<(long Begin, long End, string Name)> places, int length)
    {
        places.Sort(static (a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
        long position = 0;
        foreach ((long begin, long end, string name) in places)
        {
            if (begin != position)
                throw new InvalidDataException($"expected tensors without holes or overlap, found {Quoted.Of(name)} at byte {begin} instead of {position}");
            position = end;
        }

        if (position != length)
            throw new InvalidDataException($"expected {position} bytes of tensors, found {length}");
    }

    private static void ReadMetadata(ref Utf8JsonReader json, Dictionary<string, string> metadata)
    {
        if (!json.Read() || json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.Null))
            throw new InvalidDataException($"expected an object as {MetadataKey}, found {Found(json)}");
        if (json.TokenType == JsonTokenType.Null)
            return;
        while (NextKey(ref json, out string key))
        {
            Next(ref json, JsonTokenType.String, $"text as {MetadataKey} {Quoted.Of(key)}");
            if (!metadata.TryAdd(key, json.GetString()!))
                throw new InvalidDataException($"expected different keys in {MetadataKey}, found {Quoted.Of(key)} twice");
        }
    }

    private static (SafeTensor Tensor, long Begin, long End) ReadTensor(ref Utf8JsonReader json, string name, ReadOnlyMemory<byte> data)
    {
        string? type = null;
        long[]? shape = null, offsets = null;
        HashSet<string>? others = null;
        Next(ref json, JsonTokenType.StartObject, $"an object as {Quoted.Of(name)}");
        while (NextKey(ref json, out string key))
        {
            switch (key)
            {
                case "dtype" when type is null:
                    Next(ref json, JsonTokenType.String, $"text as dtype of {Quoted.Of(name)}");
                    type = json.GetString()!;
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref json, name);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref json, name);
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw new InvalidDataException($"expected dtype, shape and data_offsets of {Quoted.Of(name)} once each, found '{key}' twice");
                default: // the reference implementation passes over what it does not know
                    if (!(others ??= []).Add(key))
                        throw Twice(key);
                    json.Skip();
                    break;
            }
        }

        if (type is null || shape is null || offsets is not { Length: 2 })
        {
            string[] found = [type is null ? "no dtype" : "a dtype", shape is null ? "no shape" : "a shape", $"{offsets?.Length ?? 0} data_offsets"];
            throw new InvalidDataException($"expected dtype, shape and two data_offsets of {Quoted.Of(name)}, found {string.Join(", ", found)}");
        }

        if (!SafeTensorType.IsKnown(type))
            throw new InvalidDataException($"expected a known dtype of {Quoted.Of(name)}, found {Quoted.Of(type)}");
        (long begin, long end) = (offsets[0], offsets[1]);
        if (begin > end || end > data.Length)
            throw new InvalidDataException($"expected data_offsets of {Quoted.Of(name)} within {data.Length} bytes, found [{begin}, {end}]");
        if (SafeTensorType.BytesOf(type, shape) is not { } bytes)
            throw new InvalidDataException($"expected a shape of {Quoted.Of(name)} that fits into memory and whole bytes, found {type} {Describe(shape)}");
        return bytes == end - begin
            ? (new SafeTensor(type, shape, data[(int)begin..(int)end]), begin, end)
            : throw new InvalidDataException($"expected {bytes} bytes for {Quoted.Of(name)}, found data_offsets of {end - begin}");
    }

    // Counted first: a list that grows would take several times as much.
    private static long[] ReadNumbers(ref Utf8JsonReader json, string name)
    {
        Next(ref json, JsonTokenType.StartArray, $"an array in {Quoted.Of(name)}");
        Utf8JsonReader ahead = json;
        int count = 0;
        while (ahead.Read() && ahead.TokenType == JsonTokenType.Number)
            count++;
        long[] numbers = new long[count];
        for (int i = 0; json.Read() && json.TokenType != JsonTokenType.EndArray; i++)
        {
            // "-0" is a number to the reader, and to the reference implementation none that is not negative.
            if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out long number) || json.ValueSpan[0] == (byte)'-')
                throw new InvalidDataException($"expected integers from 0 to 2⁶³ − 1 in {Quoted.Of(name)}, found {Found(json)}");
            numbers[i] = number;
        }

        return numbers;
    }

    private static bool NextKey(ref Utf8JsonReader json, out string key)
    {
        key = string.Empty;
        if (!json.Read())
            throw new InvalidDataException("expected a complete header, found its end");
        if (json.TokenType == JsonTokenType.EndObject)
            return false;
        key = json.GetString()!;
        return true;
    }

    private static void Next(ref Utf8JsonReader json, JsonTokenType type, string expected)
    {
        if (!json.Read() || json.TokenType != type)
            throw new InvalidDataException($"expected {expected}, found {Found(json)}");
    }

    private static string Found(Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.Number => Quoted.Of(Encoding.UTF8.GetString(json.ValueSpan[..Math.Min(json.ValueSpan.Length, Quoted.Longest + 1)])),
        JsonTokenType.None => "nothing",
        JsonTokenType token => token.ToString(),
    };

    private static InvalidDataException Twice(string name) => new($"expected different names, found {Quoted.Of(name)} twice");
}
