using System.Security.Cryptography;
using NanoConv.Descriptions;
using NanoConv.Training;

namespace NanoConv.Models;

/// <summary>
/// A checkpoint as a safetensors file whose last tensor, and so whose last 32 bytes, is the SHA-256 of all bytes before
/// it, header included: no bit can change, and no byte go, without its being seen.
/// </summary>
internal static class CheckpointFile
{
    /// <summary>What a checkpoint's metadata call it.</summary>
    public const string Format = "nanoconv-checkpoint";

    private const string DigestName = "sha256", VersionKey = "nanoconv.checkpoint", Version = "1";

    /// <summary>The whole file; its last <see cref="SHA256.HashSizeInBytes"/> bytes are the digest.</summary>
    public static ReadOnlyMemory<byte> Write(SavedState state)
    {
        OrderedDictionary<string, string> texts = new()
        {
            [ModelInfo.FormatKey] = Format,
            [VersionKey] = Version,
            [ModelInfo.VersionKey] = Model.LibraryVersion,
        };
        foreach ((string name, string text) in state.Texts)
            texts.Add(name, text);
        OrderedDictionary<string, SafeTensor> tensors = [];
        foreach ((string name, SavedArray array) in state.Arrays)
        {
            tensors.Add(name, array.Values is float[] single
                ? SafeTensor.From<float>(array.Shape, single)
                : SafeTensor.From<double>(array.Shape, (double[])array.Values));
        }

        tensors.Add(DigestName, new SafeTensor("U8", [SHA256.HashSizeInBytes], new byte[SHA256.HashSizeInBytes]));
        using MemoryStream content = new();
        new SafeTensorsFile(tensors, texts).Write(content);
        Span<byte> bytes = content.GetBuffer().AsSpan(0, (int)content.Length);
        SHA256.HashData(bytes[..^SHA256.HashSizeInBytes], bytes[^SHA256.HashSizeInBytes..]);
        return content.GetBuffer().AsMemory(0, bytes.Length);
    }

    /// <summary>Reads a checkpoint.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">It is not one, or not whole; the message says in what, without the file's name.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SavedState Read(string path)
    {
        if (new FileInfo(path).Length > Array.MaxLength)
            throw new InvalidDataException($"expected at most {Array.MaxLength} bytes, found {new FileInfo(path).Length}");
        return Parse(path, File.ReadAllBytes(path));
    }

    /// <summary>Reads a checkpoint from memory.</summary>
    /// <param name="path">What errors call it.</param>
    /// <param name="content">A whole file.</param>
    /// <exception cref="InvalidDataException">It is not one, or not whole.</exception>
    public static SavedState Parse(string path, ReadOnlyMemory<byte> content)
    {
        const int Digest = SHA256.HashSizeInBytes;
        if (content.Length < Digest || !SHA256.HashData(content.Span[..^Digest]).AsSpan().SequenceEqual(content.Span[^Digest..]))
            throw new InvalidDataException($"its {content.Length} bytes do not agree with its SHA-256: it is cut short or damaged");
        SafeTensorsFile file = SafeTensorsFile.Parse(content);
        if (file.Metadata.GetValueOrDefault(ModelInfo.FormatKey) != Format || file.Metadata.GetValueOrDefault(VersionKey) != Version)
        {
            throw new InvalidDataException(
                $"expected {Format}, version {Version}, found {file.Metadata.GetValueOrDefault(ModelInfo.FormatKey)}, "
                + $"version {file.Metadata.GetValueOrDefault(VersionKey)}");
        }

        OrderedDictionary<string, SavedArray> arrays = [];
        foreach ((string name, SafeTensor tensor) in file.Tensors.Where(tensor => tensor.Key != DigestName))
        {
            if (!SafeTensorType.IsWeights(tensor))
                throw new InvalidDataException($"expected {Quoted.Of(name)} of type F32 or F64, found {tensor.DataType}");
            arrays.Add(name, new SavedArray(tensor.Shape, tensor.DataType == "F64" ? Numbers<double>(tensor) : Numbers<float>(tensor)));
        }

        return new SavedState(path, new OrderedDictionary<string, string>(file.Metadata), arrays, string.Empty);
    }

    private static T[] Numbers<T>(SafeTensor tensor)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        T[] values = new T[tensor.Data.Length / System.Runtime.CompilerServices.Unsafe.SizeOf<T>()];
        tensor.CopyTo<T>(values);
        return values;
    }
}
