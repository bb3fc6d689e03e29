using System.Buffers.Binary;
using System.Text;

namespace NanoConv.Fuzz.Mutators;

/// <summary>Spoils safetensors files behind the first checks: the lengths still fit.</summary>
public static class SafeTensorsMutators
{
    private static readonly (string Name, int Bytes)[] Types = [("F32", 4), ("F64", 8), ("F16", 2), ("BOOL", 1), ("I64", 8)];

    /// <summary>A change to the header's JSON; its length is put right.</summary>
    public static byte[] Header(byte[] input, IReadOnlyList<byte[]> corpus, Random random)
    {
        if (Split(input) is not { } parts)
            return ByteMutators.Any(input, corpus, random);
        byte[] header = JsonMutators.Any(parts.Header, corpus, random);
        return random.Next(16) == 0 ? Join([0xEF, 0xBB, 0xBF, .. header], parts.Data) : Join(header, parts.Data);
    }

    /// <summary>A change to the tensors' bytes alone.</summary>
    public static byte[] Data(byte[] input, IReadOnlyList<byte[]> corpus, Random random) =>
        Split(input) is { } parts ? Join(parts.Header, ByteMutators.Any(parts.Data, corpus, random)) : ByteMutators.Any(input, corpus, random);

    /// <summary>A tensor of another shape, type, size or name, or one more or fewer, in a file that is valid.</summary>
    public static byte[] Tensors(byte[] input, IReadOnlyList<byte[]> corpus, Random random)
    {
        if (Parse(input) is not { Tensors.Count: > 0 } file)
            return Header(input, corpus, random);
        OrderedDictionary<string, SafeTensor> tensors = new(file.Tensors);
        try
        {
            ChangeOne(tensors, random);
            return Bytes(tensors, file.Metadata);
        }
        catch (Exception exception) when (exception is ArgumentException or OverflowException)
        {
            return Header(input, corpus, random); // such a tensor cannot be written
        }
    }

    private static void ChangeOne(OrderedDictionary<string, SafeTensor> tensors, Random random)
    {
        int at = random.Next(tensors.Count);
        (string name, SafeTensor tensor) = tensors.GetAt(at);
        switch (random.Next(7))
        {
            case 0:
                tensors.RemoveAt(at);
                break;
            case 1:
                tensors.TryAdd(name + random.Next(3), tensor);
                break;
            case 2:
                tensors.SetAt(at, tensor with { Shape = [.. tensor.Shape.Reverse()] });
                break;
            case 3:
                tensors.SetAt(at, tensor with { Shape = [.. tensor.Shape, 1] });
                break;
            case 4:
                tensors.SetAt(at, Resized(tensor, tensor.DataType, [.. tensor.Shape.Select(axis => random.Next(3) == 0 ? random.Next(5) : axis)]));
                break;
            case 5:
                tensors.SetAt(at, Resized(tensor, Types[random.Next(Types.Length)].Name, tensor.Shape));
                break;
            default:
                int other = random.Next(tensors.Count);
                SafeTensor swapped = tensors.GetAt(other).Value;
                tensors.SetAt(other, tensor);
                tensors.SetAt(at, swapped);
                break;
        }
    }

    /// <summary>Changes to the JSON in one of a file's metadata, which is written back as it should be.</summary>
    /// <param name="key">The metadata's key.</param>
    public static Mutator Metadata(string key) => (input, corpus, random) =>
    {
        if (Parse(input) is not { } file || !file.Metadata.TryGetValue(key, out string? text))
            return Header(input, corpus, random);
        string changed = Encoding.UTF8.GetString(JsonMutators.Any(Encoding.UTF8.GetBytes(text), corpus, random));
        return Bytes(file.Tensors, new OrderedDictionary<string, string>(file.Metadata) { [key] = changed });
    };

    /// <summary>A file of a header and data, with the length that the header has.</summary>
    /// <param name="header">The header's JSON.</param>
    /// <param name="data">The tensors' bytes.</param>
    public static byte[] Join(ReadOnlySpan<byte> header, ReadOnlySpan<byte> data)
    {
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        return [.. length, .. header, .. data];
    }

    /// <summary>A valid file of tensors and metadata.</summary>
    /// <param name="tensors">The tensors.</param>
    /// <param name="metadata">The metadata.</param>
    public static byte[] Bytes(IReadOnlyDictionary<string, SafeTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using MemoryStream stream = new();
        new SafeTensorsFile(tensors, metadata).Write(stream);
        return stream.ToArray();
    }

    /// <summary>The same file with a blank more behind its header.</summary>
    /// <param name="content">The file.</param>
    public static byte[] Padded(byte[] content)
    {
        int header = (int)BinaryPrimitives.ReadInt64LittleEndian(content);
        return Join([.. content.AsSpan(8, header), (byte)' '], content.AsSpan(8 + header));
    }

    private static SafeTensor Resized(SafeTensor tensor, string type, IReadOnlyList<long> shape)
    {
        int size = Types.Where(known => known.Name == type).Select(known => known.Bytes).FirstOrDefault(1);
        byte[] data = new byte[Math.Min(InputSource.LongestInput, size * shape.Aggregate(1L, (product, axis) => product * axis))];
        tensor.Data.Span[..Math.Min(data.Length, tensor.Data.Length)].CopyTo(data);
        return new SafeTensor(type, shape, data);
    }

    private static (byte[] Header, byte[] Data)? Split(byte[] input)
    {
        if (input.Length < 8)
            return null;
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(input);
        return length <= (ulong)input.Length - 8 ? (input[8..(8 + (int)length)], input[(8 + (int)length)..]) : null;
    }

    private static SafeTensorsFile? Parse(byte[] input)
    {
        try
        {
            return SafeTensorsFile.Parse(input);
        }
        catch (Exception)
        {
            return null; // whether it may throw that is judged where it is the reader under test
        }
    }
}
