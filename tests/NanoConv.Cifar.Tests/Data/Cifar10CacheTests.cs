using System.Formats.Tar;
using NanoConv.Cifar.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Data;

/// <summary>What is in the cache before and after; for mishaps of the network see Cifar10DownloadTests.</summary>
public sealed class Cifar10CacheTests : IDisposable
{
    private readonly TemporaryFolder temporary = new();

    public void Dispose() => temporary.Dispose();

    [Fact]
    public async Task The_archive_is_downloaded_and_unpacked_and_nothing_else_stays()
    {
        byte[] archive = FakeCifar10.TarGz();
        using var server = new LoopbackServer(request => LoopbackServer.ServeFile(request, archive));
        Cifar10Cache cache = Cache(archive, server);
        Assert.False(cache.IsComplete);

        string folder = await cache.ObtainAsync();

        Assert.True(cache.IsComplete);
        Assert.Equal(cache.DataFolder, folder);
        Assert.Equal(["cifar-10-batches-bin", "cifar-10-binary.tar.gz.lock"], Names(cache.Folder));
        Dictionary<string, byte[]> files = FakeCifar10.Files();
        files.Remove("readme.html");
        Assert.Equal(files.Keys.Order(StringComparer.Ordinal), Names(folder));
        Assert.All(files, file => Assert.Equal(file.Value, File.ReadAllBytes(Path.Combine(folder, file.Key))));
    }

    [Fact]
    public async Task Progress_goes_up_to_the_whole_archive()
    {
        byte[] archive = FakeCifar10.TarGz();
        using var server = new LoopbackServer(request => LoopbackServer.ServeFile(request, archive));
        var progress = new ProgressLog();

        await Cache(archive, server).ObtainAsync(progress);

        Assert.Equal((0, archive.Length), progress.Reports[0]);
        Assert.Equal((archive.Length, archive.Length), progress.Reports[^1]);
        Assert.Equal(progress.Reports.OrderBy(report => report.Received), progress.Reports);
    }

    [Fact]
    public async Task Files_unpacked_by_hand_are_taken_without_asking_anyone()
    {
        using var server = new LoopbackServer(_ => null);
        Cifar10Cache cache = Cache([1], server);
        FakeCifar10.WriteFolder(cache.DataFolder);

        Assert.Equal(cache.DataFolder, await cache.ObtainAsync());
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Files_unpacked_by_hand_in_part_are_replaced()
    {
        byte[] archive = FakeCifar10.TarGz();
        using var server = new LoopbackServer(request => LoopbackServer.ServeFile(request, archive));
        Cifar10Cache cache = Cache(archive, server);
        Dictionary<string, byte[]> files = FakeCifar10.Files();
        files["data_batch_3.bin"] = files["data_batch_3.bin"][..1000];
        FakeCifar10.WriteFolder(cache.DataFolder, files);
        Assert.False(cache.IsComplete);

        await cache.ObtainAsync();

        Assert.True(cache.IsComplete);
    }

    [Fact]
    public async Task An_interrupted_unpacking_is_not_taken_for_whole_and_needs_no_second_download()
    {
        byte[] archive = FakeCifar10.TarGz();
        using var server = new LoopbackServer(_ => null);
        Cifar10Cache cache = Cache(archive, server);
        FakeCifar10.WriteFolder(cache.DataFolder + ".unpacking", new() { ["data_batch_1.bin"] = new byte[30_730] });
        File.WriteAllBytes(Path.Combine(cache.Folder, Cifar10Archive.ArchiveName), archive);
        Assert.False(cache.IsComplete);

        await cache.ObtainAsync();

        Assert.Empty(server.Requests);
        Assert.Equal(
            FakeCifar10.Files()["data_batch_1.bin"],
            File.ReadAllBytes(Path.Combine(cache.DataFolder, "data_batch_1.bin")));
        Assert.Equal(["cifar-10-batches-bin", "cifar-10-binary.tar.gz.lock"], Names(cache.Folder));
    }

    [Fact]
    public async Task An_archive_in_the_cache_is_checked_before_it_is_unpacked()
    {
        byte[] archive = FakeCifar10.TarGz();
        using var server = new LoopbackServer(request => LoopbackServer.ServeFile(request, archive));
        Cifar10Cache cache = Cache(archive, server);
        Directory.CreateDirectory(cache.Folder);
        File.WriteAllBytes(Path.Combine(cache.Folder, Cifar10Archive.ArchiveName), new byte[archive.Length]);

        await cache.ObtainAsync();

        Assert.Single(server.Requests);
        Assert.True(cache.IsComplete);
    }

    [Theory]
    [InlineData("../outside.txt")]
    [InlineData("cifar-10-batches-bin/../../outside.txt")]
    public async Task An_entry_that_points_outside_leaves_nothing_behind(string name)
    {
        byte[] archive = FakeCifar10.TarGz(null, FakeCifar10.PlainFile(name, [1, 2, 3]));
        await RequireRefusal(archive, name, "points outside the folder");
        Assert.Empty(Directory.GetFiles(temporary.Path, "outside.txt", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_link_leaves_nothing_behind()
    {
        var link = new PaxTarEntry(TarEntryType.SymbolicLink, "cifar-10-batches-bin/readme.html")
        {
            LinkName = "/etc/passwd",
        };
        await RequireRefusal(FakeCifar10.TarGz(null, link), "readme.html", "SymbolicLink");
    }

    [Fact]
    public async Task An_archive_with_a_short_file_leaves_nothing_behind()
    {
        Dictionary<string, byte[]> files = FakeCifar10.Files();
        files["data_batch_2.bin"] = files["data_batch_2.bin"][1..];
        await RequireRefusal(FakeCifar10.TarGz(files), "data_batch_2.bin", "truncated");
    }

    [Fact]
    public async Task Several_at_once_download_once()
    {
        byte[] archive = FakeCifar10.TarGz();
        using var server = new LoopbackServer(request => LoopbackServer.ServeFile(request, archive));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Cache(archive, server).ObtainAsync())));

        Assert.Single(server.Requests);
        Assert.True(Cache(archive, server).IsComplete);
    }

    [Fact]
    public async Task While_another_process_downloads_its_progress_is_shown()
    {
        byte[] archive = FakeCifar10.TarGz();
        using var server = new LoopbackServer(request => LoopbackServer.ServeFile(request, archive));
        Cifar10Cache cache = Cache(archive, server);
        Directory.CreateDirectory(cache.Folder);
        string archivePath = Path.Combine(cache.Folder, Cifar10Archive.ArchiveName);
        File.WriteAllBytes(archivePath + ".partial", archive[..77]);
        var progress = new ProgressLog();
        Task<string> waiting;
        using (await CacheLock.AcquireAsync(archivePath + ".lock", () => { }, CancellationToken.None))
        {
            waiting = cache.ObtainAsync(progress);
            await progress.First;
            Assert.Equal((77, archive.Length), progress.Reports[0]);
            Assert.Empty(server.Requests);
        }

        await waiting;
        Assert.True(cache.IsComplete);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_named_with_the_way_out()
    {
        File.WriteAllText(temporary["file"], "");
        var cache = new Cifar10Cache(temporary["file/cache"], FakeCifar10.Sizes, LoopbackServer.Client);

        string message = (await Assert.ThrowsAsync<DataException>(() => cache.ObtainAsync())).Message;

        Assert.Contains($"cannot write to the cache folder {cache.Folder}", message, StringComparison.Ordinal);
        Assert.Contains("NANOCONV_CACHE", message, StringComparison.Ordinal);
    }

    private async Task RequireRefusal(byte[] archive, params string[] parts)
    {
        using var server = new LoopbackServer(request => LoopbackServer.ServeFile(request, archive));
        Cifar10Cache cache = Cache(archive, server);

        string message = (await Assert.ThrowsAsync<DataException>(() => cache.ObtainAsync())).Message;

        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
        Assert.False(cache.IsComplete);
        Assert.Empty(Directory.GetDirectories(cache.Folder));
    }

    private Cifar10Cache Cache(byte[] archive, LoopbackServer server) =>
        new(temporary["cache"], FakeCifar10.Describe(archive, server.Url), LoopbackServer.Client)
        {
            AnswerTimeout = TimeSpan.FromMinutes(1),   // however busy the machine
        };

    private static IEnumerable<string> Names(string folder) =>
        Directory.GetFileSystemEntries(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);
}
