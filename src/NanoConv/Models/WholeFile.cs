namespace NanoConv.Models;

/// <summary>A file, or a pipe to its end, in memory.</summary>
internal static class WholeFile
{
    /// <summary>Reads all of it, once its beginning has been looked at: what is no such file is not read to its end.</summary>
    /// <param name="path">The file.</param>
    /// <param name="requireStart">Looks at the first <see cref="ForeignFile.HeadLength"/> bytes, or at all if there are fewer; throws to refuse them.</param>
    /// <exception cref="InvalidDataException">It is a folder, or longer than an array can be, or its name tells that it is another file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static ReadOnlyMemory<byte> Read(string path, Action<ReadOnlySpan<byte>> requireStart)
    {
        if (Directory.Exists(path))
            throw new InvalidDataException($"expected a file, found {ForeignFile.DescribeFolder(path)}");
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        if (ForeignFile.DescribeName(path) is { } other)
            throw new InvalidDataException($"expected the safetensors format, found {other}");
        byte[] head = new byte[ForeignFile.HeadLength];
        head = head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        requireStart(head);
        long length = stream.CanSeek ? stream.Length : 0; // of pipes and of the system's own files it is not known
        if (length > Array.MaxLength)
            throw new InvalidDataException($"expected at most 2 GiB, found {length} bytes");
        byte[] content = new byte[Math.Max(length, head.Length)];
        head.CopyTo(content, 0);
        int count = head.Length;
        while (true)
        {
            count += stream.ReadAtLeast(content.AsSpan(count), content.Length - count, throwOnEndOfStream: false);
            int next = count < content.Length ? -1 : stream.ReadByte(); // the end, unless it is a pipe or grows as it is read
            if (next < 0)
                return content.AsMemory(0, count);
            if (count == Array.MaxLength)
                throw new InvalidDataException($"expected at most 2 GiB, found more than {count} bytes");
            Array.Resize(ref content, (int)Math.Min(2L * count, Array.MaxLength));
            content[count++] = (byte)next;
        }
    }
}
