using System.Buffers.Binary;
using System.Text.Json;

namespace NanoConv;

/// <summary>
/// The safetensors format (https://github.com/huggingface/safetensors): 8 bytes little-endian header length, a JSON
/// header that maps names to type, shape and place, and the tensors' bytes without holes. Nothing in it can run.
/// </summary>
public sealed class SafeTensorsFile
{
    /// <summary>The longest header that the format allows, in bytes.</summary>
    public const int MaxHeaderLength = 100_000_000;

    private const string MetadataKey = "__metadata__";

    /// <summary>Bytes an element, by the format's type names.</summary>
    private static readonly Dictionary<string, int> ElementBytes = new()
    {
        ["BOOL"] = 1,
        ["U8"] = 1,
        ["I8"] = 1,
        ["F8_E5M2"] = 1,
        ["F8_E4M3"] = 1,
        ["I16"] = 2,
        ["U16"] = 2,
        ["F16"] = 2,
        ["BF16"] = 2,
        ["I32"] = 4,
        ["U32"] = 4,
        ["F32"] = 4,
        ["F64"] = 8,
        ["I64"] = 8,
        ["U64"] = 8,
    };

    /// <summary>Puts tensors and metadata together.</summary>
    /// <param name="tensors">The tensors by name.</param>
    /// <param name="metadata">Free text by key.</param>
    public SafeTensorsFile(IReadOnlyDictionary<string, SafeTensor> tensors, IReadOnlyDictionary<string, string> metadata) =>
        (Tensors, Metadata) = (tensors, metadata);

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafeTensor> Tensors { get; }

    /// <summary>Free text by key.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">It is not a safetensors file; the message says where it departs.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static SafeTensorsFile Read(string path)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(path);
        }
        catch (IOException mistake) when (new FileInfo(path) is { Exists: true, Length: > int.MaxValue })
        {
            throw new InvalidDataException($"'{path}': expected a safetensors file of at most 2 GiB, found {new FileInfo(path).Length} bytes", mistake);
        }

        try
        {
            return Parse(content);
        }
        catch (InvalidDataException mistake)
        {
            throw new InvalidDataException($"'{path}' is not a valid safetensors file: {mistake.Message}", mistake);
        }
    }

    /// <summary>Reads the format from memory. The tensors are views of <paramref name="content"/>.</summary>
    /// <remarks>Whatever the bytes claim, it takes no more than a small multiple of their number in memory and time.</remarks>
    /// <param name="content">A whole file.</param>
    /// <exception cref="InvalidDataException">It departs from the format. Nothing else is thrown, whatever the content.</exception>
    public static SafeTensorsFile Parse(ReadOnlyMemory<byte> content)
    {
        if (content.Length < 8)
            throw new InvalidDataException($"expected at least 8 bytes, found {content.Length}");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(content.Span);
        if (length > MaxHeaderLength)
            throw new InvalidDataException($"expected a header of at most {MaxHeaderLength} bytes, found a length of {length}");
        if (length > (ulong)content.Length - 8)
            throw new InvalidDataException($"expected a header of {length} bytes, found {content.Length - 8} bytes behind its length");
        ReadOnlyMemory<byte> header = content.Slice(8, (int)length), data = content[(8 + (int)length)..];
        if (header.IsEmpty || header.Span[0] != (byte)'{')
            throw new InvalidDataException("expected a header that starts with '{'");
        try
        {
            return ParseHeader(header.Span, data);
        }
        catch (Exception mistake) when (mistake is JsonException or InvalidOperationException or FormatException)
        {
            // Utf8JsonReader's ways of saying that text or numbers are malformed.
            throw new InvalidDataException($"expected a JSON header, found a mistake in it: {mistake.Message}", mistake);
        }
    }

    /// <summary>Writes the file, atomically, tensors in the order of the dictionary, the header padded to 8 bytes.</summary>
    /// <param name="path">The file; replaced if there is one.</param>
    public void Write(string path) => AtomicFile.Write(path, Write);

    /// <summary>Writes the format.</summary>
    /// <param name="stream">Where to.</param>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using MemoryStream header = new();
        using (Utf8JsonWriter json = new(header))
            WriteHeader(json);
        while (header.Length % 8 != 0)
            header.WriteByte((byte)' ');
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header.GetBuffer().AsSpan(0, (int)header.Length));
        foreach (SafeTensor tensor in Tensors.Values)
            stream.Write(tensor.Data.Span);
    }

    private void WriteHeader(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (Metadata.Count > 0)
        {
            json.WriteStartObject(MetadataKey);
            foreach ((string key, string value) in Metadata)
                json.WriteString(key, value);
            json.WriteEndObject();
        }

        long offset = 0;
        foreach ((string name, SafeTensor tensor) in Tensors)
        {
            json.WriteStartObject(name);
            json.WriteString("dtype", tensor.DataType);
            json.WriteStartArray("shape");
            foreach (long axis in tensor.Shape)
                json.WriteNumberValue(axis);
            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(offset);
            json.WriteNumberValue(offset += tensor.Data.Length);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static SafeTensorsFile ParseHeader(ReadOnlySpan<byte> header, ReadOnlyMemory<byte> data)
    {
        Utf8JsonReader json = new(header, new JsonReaderOptions { MaxDepth = 8 });
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
                    throw new InvalidDataException($"expected different names, found '{name}' twice");
                hasMetadata = true;
                ReadMetadata(ref json, metadata);
                continue;
            }

            (SafeTensor tensor, long begin, long end) = ReadTensor(ref json, name, data);
            if (!tensors.TryAdd(name, tensor))
                throw new InvalidDataException($"expected different names, found '{name}' twice");
            places.Add((begin, end, name));
        }

        if (json.Read())
            throw new InvalidDataException("expected nothing behind the header's object");
        places.Sort();
        long position = 0;
        foreach ((long begin, long end, string name) in places)
        {
            if (begin != position)
                throw new InvalidDataException($"expected tensors without holes or overlap, found '{name}' at byte {begin} instead of {position}");
            position = end;
        }

        return position == data.Length
            ? new SafeTensorsFile(tensors, metadata)
            : throw new InvalidDataException($"expected {position} bytes of tensors, found {data.Length}");
    }

    private static void ReadMetadata(ref Utf8JsonReader json, Dictionary<string, string> metadata)
    {
        Next(ref json, JsonTokenType.StartObject, $"an object as {MetadataKey}");
        while (NextKey(ref json, out string key))
        {
            Next(ref json, JsonTokenType.String, $"text as {MetadataKey} '{key}'");
            if (!metadata.TryAdd(key, json.GetString()!))
                throw new InvalidDataException($"expected different keys in {MetadataKey}, found '{key}' twice");
        }
    }

    private static (SafeTensor Tensor, long Begin, long End) ReadTensor(ref Utf8JsonReader json, string name, ReadOnlyMemory<byte> data)
    {
        string? type = null;
        List<long>? shape = null, offsets = null;
        Next(ref json, JsonTokenType.StartObject, $"an object as '{name}'");
        while (NextKey(ref json, out string key))
        {
            switch (key)
            {
                case "dtype" when type is null:
                    Next(ref json, JsonTokenType.String, $"text as dtype of '{name}'");
                    type = json.GetString()!;
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref json, name);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref json, name);
                    break;
                default:
                    throw new InvalidDataException($"expected dtype, shape and data_offsets of '{name}' once each, found '{key}'");
            }
        }

        if (type is null || shape is null || offsets is not { Count: 2 })
            throw new InvalidDataException($"expected dtype, shape and two data_offsets of '{name}'");
        if (!ElementBytes.TryGetValue(type, out int size))
            throw new InvalidDataException($"expected a known dtype of '{name}', found '{type}'");
        (long begin, long end) = (offsets[0], offsets[1]);
        if (begin > end || end > data.Length)
            throw new InvalidDataException($"expected data_offsets of '{name}' within {data.Length} bytes, found [{begin}, {end}]");
        UInt128 bytes = (UInt128)size;
        foreach (long axis in shape)
        {
            bytes *= (UInt128)axis;
            if (bytes > (UInt128)long.MaxValue)
                throw new InvalidDataException($"expected a shape of '{name}' that fits into memory, found ({string.Join(", ", shape)})");
        }

        return bytes == (UInt128)(end - begin)
            ? (new SafeTensor(type, shape, data[(int)begin..(int)end]), begin, end)
            : throw new InvalidDataException($"expected {bytes} bytes for '{name}', found data_offsets of {end - begin}");
    }

    private static List<long> ReadNumbers(ref Utf8JsonReader json, string name)
    {
        List<long> numbers = [];
        Next(ref json, JsonTokenType.StartArray, $"an array in '{name}'");
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out long number) || number < 0)
                throw new InvalidDataException($"expected integers of at least 0 in '{name}'");
            numbers.Add(number);
        }

        return numbers;
    }

    private static bool NextKey(ref Utf8JsonReader json, out string key)
    {
        key = string.Empty;
        if (!json.Read())
            throw new InvalidDataException("expected a complete header");
        if (json.TokenType == JsonTokenType.EndObject)
            return false;
        key = json.GetString()!;
        return true;
    }

    private static void Next(ref Utf8JsonReader json, JsonTokenType type, string expected)
    {
        if (!json.Read() || json.TokenType != type)
            throw new InvalidDataException($"expected {expected}, found {json.TokenType}");
    }
}
