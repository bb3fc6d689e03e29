using System.Buffers.Binary;
using System.Text.Json;
using NanoConv.Files;

namespace NanoConv.Models;

/// <summary>
/// The safetensors format (https://github.com/huggingface/safetensors): 8 bytes little-endian header length, a JSON
/// header that maps names to type, shape and place, and the tensors' bytes without holes. Nothing in it can run.
/// </summary>
public sealed class SafeTensorsFile
{
    /// <summary>The longest header that the format allows, in bytes.</summary>
    public const int MaxHeaderLength = 100_000_000;

    private const int LengthBytes = sizeof(ulong);

    /// <summary>Puts tensors and metadata together.</summary>
    /// <param name="tensors">The tensors by name.</param>
    /// <param name="metadata">Free text by key.</param>
    /// <exception cref="ArgumentException">A tensor's bytes are not those of its type and shape, or its name is reserved.</exception>
    public SafeTensorsFile(IReadOnlyDictionary<string, SafeTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(metadata);
        foreach ((string name, SafeTensor tensor) in tensors)
            Check(name, tensor);
        (Tensors, Metadata) = (tensors, metadata);
    }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafeTensor> Tensors { get; }

    /// <summary>Free text by key.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads a file, or a pipe to its end.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">
    /// It is not a safetensors file; the message says where it departs, or, of a file of another kind that people try (PyTorch's,
    /// Keras's, ONNX, …), what it is and what to do instead.
    /// </exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static SafeTensorsFile Read(string path)
    {
        try
        {
            return Parse(WholeFile.Read(path, RequireStart));
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
        RequireStart(content.Span);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(content.Span);
        if (length > (ulong)content.Length - LengthBytes)
            throw new InvalidDataException($"expected a header of {length} bytes, found {content.Length - LengthBytes} bytes behind its length");
        ReadOnlyMemory<byte> header = content.Slice(LengthBytes, (int)length), data = content[(LengthBytes + (int)length)..];
        try
        {
            (Dictionary<string, SafeTensor> tensors, Dictionary<string, string> metadata) = SafeTensorsHeader.Parse(header.Span, data);
            return new SafeTensorsFile(tensors, metadata);
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
    /// <exception cref="InvalidDataException">The header would be longer than the format allows; nothing has been written.</exception>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using MemoryStream header = new();
        using (Utf8JsonWriter json = new(header))
            WriteHeader(json);
        while (header.Length % 8 != 0)
            header.WriteByte((byte)' ');
        if (header.Length > MaxHeaderLength)
            throw new InvalidDataException($"expected a header of at most {MaxHeaderLength} bytes, found {header.Length}: keep less metadata");
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header.GetBuffer().AsSpan(0, (int)header.Length));
        foreach (SafeTensor tensor in Tensors.Values)
            stream.Write(tensor.Data.Span);
    }

    /// <summary>Refuses what the first bytes show to be no such file, and names what it is if people take it for one.</summary>
    private static void RequireStart(ReadOnlySpan<byte> content)
    {
        ulong length = content.Length < LengthBytes ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(content);
        byte? first = content.Length <= LengthBytes ? null : content[LengthBytes];
        bool isPossible = length is > 0 and <= MaxHeaderLength && first is (null or (byte)'{');
        if (!isPossible && ForeignFile.Describe(content) is { } other)
            throw new InvalidDataException($"expected the safetensors format, found {other}");
        if (content.Length < LengthBytes)
            throw new InvalidDataException($"expected at least {LengthBytes} bytes, found {content.Length}");
        if (length > MaxHeaderLength)
            throw new InvalidDataException($"expected a header of at most {MaxHeaderLength} bytes, found a length of {length}: this is another kind of file");
        if (!isPossible)
            throw new InvalidDataException($"expected a header that starts with '{{', found {(length == 0 ? "none" : $"byte {first}")}");
    }

    private void WriteHeader(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (Metadata.Count > 0)
        {
            json.WriteStartObject(SafeTensorsHeader.MetadataKey);
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

    private static void Check(string name, SafeTensor tensor)
    {
        if (name == SafeTensorsHeader.MetadataKey)
            throw new ArgumentException($"expected another name than '{name}', which is the metadata's");
        if (!SafeTensorType.IsKnown(tensor.DataType))
            throw new ArgumentException($"'{name}': expected a type of the format, received '{tensor.DataType}'");
        if (tensor.Shape.Any(axis => axis < 0) || SafeTensorType.BytesOf(tensor.DataType, tensor.Shape) != tensor.Data.Length)
        {
            throw new ArgumentException(
                $"'{name}': expected the bytes of {tensor.DataType} {SafeTensorsHeader.Describe(tensor.Shape)}, received {tensor.Data.Length}");
        }
    }
}
