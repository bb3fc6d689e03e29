using System.Security.Cryptography;
using NanoConv.Cifar.Files;

namespace NanoConv.Cifar.Data;

/// <summary>
/// CIFAR-10 in the cache folder, downloaded when it is first needed. What is there under its final name is whole:
/// the archive gets its name after its size and MD5 were checked, the folder gets its name after everything in it
/// was written. Processes that download at the same time wait for one another.
/// </summary>
public sealed class Cifar10Cache
{
    private static readonly HttpClient SharedClient = new() { Timeout = Timeout.InfiniteTimeSpan };

    private readonly Cifar10Archive archive;
    private readonly HttpClient client;

    /// <summary>Describes a cache; nothing is created or read yet.</summary>
    /// <param name="folder">The cache folder, as a rule <see cref="CacheFolder.Default"/>; it need not exist.</param>
    /// <param name="archive">What to download; the official archive if null.</param>
    /// <param name="client">The client to download with; one with the system's proxy settings if null.</param>
    public Cifar10Cache(string folder, Cifar10Archive? archive = null, HttpClient? client = null)
    {
        this.archive = archive ?? Cifar10Archive.Official;
        this.client = client ?? SharedClient;
        Folder = Path.GetFullPath(folder);
    }

    /// <summary>The cache folder.</summary>
    public string Folder { get; }

    /// <summary>What the cache holds or downloads.</summary>
    public Cifar10Archive Archive => archive;

    /// <summary>Where the unpacked files are or will be.</summary>
    public string DataFolder => Path.Combine(Folder, Cifar10Archive.FolderName);

    /// <summary>
    /// Whether all six files are there and of the right size, however they came there: someone may have unpacked them
    /// by hand.
    /// </summary>
    public bool IsComplete => archive.FindFault(DataFolder) is null;

    /// <summary>How long a server may take to begin its answer before there counts as being no network; 5 s.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long nothing may arrive before the connection counts as broken off; 30 s.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    private string ArchivePath => Path.Combine(Folder, Cifar10Archive.ArchiveName);

    private string PartialPath => ArchivePath + ".partial";

    /// <summary>Downloads and unpacks the archive unless the files are there already.</summary>
    /// <param name="progress">
    /// Receives the bytes of the archive had so far, earlier tries included, and the bytes in all. While another
    /// process downloads, it receives that one's progress.
    /// </param>
    /// <param name="cancellation">Stops download and unpacking; a part of the archive is kept to go on from.</param>
    /// <returns>The folder with the six files, <see cref="DataFolder"/>.</returns>
    /// <exception cref="DataException">
    /// No network, no such file on the server, broken off (running again goes on), a wrong size or MD5 (the file is
    /// deleted, running again starts afresh), a harmful archive, a full disk, or a folder that cannot be written.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancellation was requested.</exception>
    public async Task<string> ObtainAsync(
        IProgress<(long Received, long Total)>? progress = null, CancellationToken cancellation = default)
    {
        if (IsComplete)
            return DataFolder;
        try
        {
            Directory.CreateDirectory(Folder);
            using IDisposable exclusive = await CacheLock.AcquireAsync(
                ArchivePath + ".lock", () => progress?.Report((PartialBytes(), archive.Bytes)), cancellation);
            if (!IsComplete)
            {
                await EnsureArchiveAsync(progress, cancellation);
                Unpack(cancellation);
                File.Delete(ArchivePath);
            }
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            throw new DataException(
                $"cannot write to the cache folder {Folder} (set {CacheFolder.Variable} for another): {FileErrors.Reason(error)}", error);
        }

        return DataFolder;
    }

    /// <summary>Has the whole archive under its final name; one that is there already is checked again.</summary>
    private async Task EnsureArchiveAsync(
        IProgress<(long Received, long Total)>? progress, CancellationToken cancellation)
    {
        if (File.Exists(ArchivePath) && await FindArchiveFaultAsync(ArchivePath, cancellation) is null)
            return;
        var download = new Cifar10Download(client, archive, PartialPath)
        {
            AnswerTimeout = AnswerTimeout,
            StallTimeout = StallTimeout,
        };
        await download.RunAsync(progress, cancellation);
        if (await FindArchiveFaultAsync(PartialPath, cancellation) is { } fault)
        {
            download.Discard();
            throw new DataException(
                $"{archive.Url}: {fault}; the download is corrupted and was deleted, running again starts afresh");
        }

        File.Move(PartialPath, ArchivePath, overwrite: true);
        download.Discard();
    }

    private async Task<string?> FindArchiveFaultAsync(string path, CancellationToken cancellation)
    {
        using FileStream stream = File.OpenRead(path);
        if (stream.Length != archive.Bytes)
            return $"expected {archive.Bytes:N0} bytes, found {stream.Length:N0}";
        string md5 = Convert.ToHexStringLower(await MD5.HashDataAsync(stream, cancellation));
        return md5 == archive.Md5 ? null : $"expected MD5 {archive.Md5}, found {md5}";
    }

    /// <summary>Unpacks beside the data folder and renames at the end; the rename is the atomic step.</summary>
    private void Unpack(CancellationToken cancellation)
    {
        string unfinished = DataFolder + ".unpacking";
        DeleteFolder(unfinished);
        try
        {
            Directory.CreateDirectory(unfinished);
            Cifar10Tar.ForEachFile(ArchivePath, archive, (name, content) =>
            {
                using FileStream file = File.Create(Path.Combine(unfinished, name));
                CopyTo(content, file, cancellation);
                file.Flush(flushToDisk: true);
            }, cancellation);
            if (archive.FindFault(unfinished) is { } fault)
                throw new DataException(fault);
            DeleteFolder(DataFolder);   // incomplete, or we would not be here
            Directory.Move(unfinished, DataFolder);
        }
        finally
        {
            DeleteFolder(unfinished);
        }
    }

    private static void CopyTo(Stream content, FileStream file, CancellationToken cancellation)
    {
        byte[] buffer = new byte[1 << 16];
        int count;
        while ((count = content.Read(buffer)) > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            file.Write(buffer, 0, count);
        }
    }

    private static void DeleteFolder(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private long PartialBytes()
    {
        var partial = new FileInfo(PartialPath);
        return partial.Exists ? partial.Length : 0;
    }
}
