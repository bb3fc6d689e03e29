using System.Net;
using System.Net.Sockets;
using NanoConv.Cifar.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Data;

/// <summary>Everything a server and a network can do to a download, through the cache that uses it.</summary>
public sealed class Cifar10DownloadTests : IDisposable
{
    private const int Part = 1000;

    private readonly TemporaryFolder temporary = new();
    private readonly byte[] archive = FakeCifar10.TarGz();

    public void Dispose() => temporary.Dispose();

    private string PartialPath => temporary["cifar-10-binary.tar.gz.partial"];

    [Fact]
    public async Task Broken_off_it_keeps_its_part_and_the_next_try_goes_on_from_there()
    {
        using LoopbackServer server = Server(
            _ => new Answer(200, archive, "ETag: \"v1\"") { SentBytes = Part },
            request => LoopbackServer.ServeFile(request, archive));
        Cifar10Cache cache = Cache(server);

        string message = await RequireErrorAsync(cache);

        Assert.Contains("broke off", message, StringComparison.Ordinal);
        Assert.Contains($"1,000 of {archive.Length:N0} bytes", message, StringComparison.Ordinal);
        Assert.Contains("running again goes on from there", message, StringComparison.Ordinal);
        Assert.Equal(archive[..Part], File.ReadAllBytes(PartialPath));

        var progress = new ProgressLog();
        await RequireSuccessAsync(cache, progress);
        Assert.Equal(Part, server.Requests[1].RangeFrom);
        Assert.Equal("\"v1\"", server.Requests[1]["if-range"]);
        Assert.Equal((Part, archive.Length), progress.Reports[0]);
    }

    [Fact]
    public async Task Broken_off_twice_it_goes_on_twice()
    {
        using LoopbackServer server = Server(
            _ => new Answer(200, archive, "ETag: \"v1\"") { SentBytes = Part },
            request => LoopbackServer.ServeFile(request, archive) with { SentBytes = Part },
            request => LoopbackServer.ServeFile(request, archive));
        Cifar10Cache cache = Cache(server);

        await RequireErrorAsync(cache);
        await RequireErrorAsync(cache);
        await RequireSuccessAsync(cache);

        Assert.Equal(2 * Part, server.Requests[2].RangeFrom);
    }

    [Theory]
    [InlineData("Last-Modified: Tue, 09 Jun 2009 12:00:00 GMT", "Tue, 09 Jun 2009 12:00:00 GMT")]
    [InlineData("ETag: W/\"weak\"", null)]
    [InlineData("X-Nothing: 1", null)]
    public async Task Without_a_strong_ETag_the_date_has_to_do_or_nothing(string header, string? ifRange)
    {
        using LoopbackServer server = Server(
            _ => new Answer(200, archive, header) { SentBytes = Part },
            request => new Answer(206, archive[Part..], $"Content-Range: bytes {Part}-{archive.Length - 1}/*"));
        Cifar10Cache cache = Cache(server);

        await RequireErrorAsync(cache);
        await RequireSuccessAsync(cache);

        Assert.Equal(Part, server.Requests[1].RangeFrom);
        Assert.Equal(ifRange, server.Requests[1]["if-range"]);
    }

    [Fact]
    public async Task A_server_without_ranges_sends_everything_again()
    {
        using LoopbackServer server = Server(
            _ => new Answer(200, archive) { SentBytes = Part },
            _ => new Answer(200, archive));
        Cifar10Cache cache = Cache(server);

        await RequireErrorAsync(cache);
        await RequireSuccessAsync(cache);

        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_file_changed_on_the_server_is_fetched_from_its_beginning()
    {
        byte[] old = new byte[archive.Length];
        using LoopbackServer server = Server(
            request => LoopbackServer.ServeFile(request, old, "\"old\"") with { SentBytes = Part },
            request => LoopbackServer.ServeFile(request, archive, "\"new\""));
        Cifar10Cache cache = Cache(server);

        await RequireErrorAsync(cache);
        await RequireSuccessAsync(cache);

        Assert.Equal("\"old\"", server.Requests[1]["if-range"]);
    }

    public static TheoryData<int, string> UselessRanges => new()
    {
        { 416, "Content-Range: bytes */999" },
        { 206, "Content-Range: bytes 1000-1999/99999" },
        { 206, "Content-Range: bytes 0-1999/*" },
        { 206, "X-Nothing: 1" },
    };

    [Theory]
    [MemberData(nameof(UselessRanges))]
    public async Task A_range_that_does_not_fit_makes_it_start_over(int status, string header)
    {
        using LoopbackServer server = Server(
            _ => new Answer(status, new byte[1000], header),
            _ => new Answer(200, archive));
        File.WriteAllBytes(PartialPath, archive[..Part]);

        await RequireSuccessAsync(Cache(server));

        Assert.Equal(Part, server.Requests[0].RangeFrom);
        Assert.Null(server.Requests[1].RangeFrom);
    }

    [Fact]
    public async Task A_part_longer_than_the_archive_makes_it_start_over()
    {
        using LoopbackServer server = Server(_ => new Answer(200, archive));
        File.WriteAllBytes(PartialPath, new byte[archive.Length + 1]);

        await RequireSuccessAsync(Cache(server));

        Assert.Null(server.Requests[0].RangeFrom);
    }

    [Fact]
    public async Task A_whole_part_that_was_never_checked_is_checked_and_used()
    {
        using LoopbackServer server = Server();
        File.WriteAllBytes(PartialPath, archive);

        await RequireSuccessAsync(Cache(server));

        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Corrupted_it_is_deleted_and_the_next_try_starts_afresh()
    {
        byte[] corrupted = [.. archive];
        corrupted[Part] ^= 1;
        using LoopbackServer server = Server(
            request => LoopbackServer.ServeFile(request, corrupted),
            request => LoopbackServer.ServeFile(request, archive));
        Cifar10Cache cache = Cache(server);

        string message = await RequireErrorAsync(cache);

        Assert.Contains($"expected MD5 {cache.Archive.Md5}", message, StringComparison.Ordinal);
        Assert.Contains("found " + FakeCifar10.Describe(corrupted, server.Url).Md5, message, StringComparison.Ordinal);
        Assert.Equal([temporary["cifar-10-binary.tar.gz.lock"]], Directory.GetFileSystemEntries(temporary.Path));
        await RequireSuccessAsync(cache);
        Assert.Null(server.Requests[1].RangeFrom);
    }

    [Fact]
    public async Task A_corrupted_part_is_found_out_at_the_end()
    {
        using LoopbackServer server = Server(
            request => LoopbackServer.ServeFile(request, archive),
            request => LoopbackServer.ServeFile(request, archive));
        File.WriteAllBytes(PartialPath, new byte[Part]);

        Assert.Contains("corrupted", await RequireErrorAsync(Cache(server)), StringComparison.Ordinal);
        await RequireSuccessAsync(Cache(server));
    }

    [Theory]
    [InlineData(404, "404 NotFound")]
    [InlineData(503, "503 ServiceUnavailable")]
    [InlineData(204, "204 NoContent")]
    public async Task Another_status_is_told_and_keeps_the_part(int status, string shown)
    {
        using LoopbackServer server = Server(_ => new Answer(status, []), _ => new Answer(status, []));
        string message = await RequireErrorAsync(Cache(server));
        Assert.Equal($"{server.Url}: expected a file, the server answered {shown}", message);

        File.WriteAllBytes(PartialPath, archive[..Part]);
        await RequireErrorAsync(Cache(server));
        Assert.Equal(archive[..Part], File.ReadAllBytes(PartialPath));
    }

    [Theory]
    [InlineData(500, true, "the server sent 500 bytes")]
    [InlineData(500, false, "the server sent 500 bytes")]
    [InlineData(500_000, true, "the server sent 500,000 bytes")]
    [InlineData(500_000, false, "the server sent more")]
    public async Task A_file_of_another_size_leaves_nothing(int size, bool tellsLength, string shown)
    {
        using LoopbackServer server = Server(_ => new Answer(200, new byte[size]) { TellsLength = tellsLength });

        string message = await RequireErrorAsync(Cache(server));

        Assert.Contains($"expected {archive.Length:N0} bytes, {shown}", message, StringComparison.Ordinal);
        Assert.Equal([temporary["cifar-10-binary.tar.gz.lock"]], Directory.GetFileSystemEntries(temporary.Path));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_counts_as_no_network()
    {
        using LoopbackServer server = Server(_ => null);
        var cache = new Cifar10Cache(temporary.Path, FakeCifar10.Describe(archive, server.Url), LoopbackServer.Client)
        {
            AnswerTimeout = TimeSpan.FromMilliseconds(200),
        };

        Assert.Equal("no network: 127.0.0.1 gave no answer within 0.2 seconds", await RequireErrorAsync(cache));
    }

    [Fact]
    public async Task A_port_nobody_listens_on_counts_as_no_network()
    {
        using var unused = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        unused.Bind(new IPEndPoint(IPAddress.Loopback, 0));   // bound, so nobody else gets it, but not listening
        var url = new Uri($"http://127.0.0.1:{((IPEndPoint)unused.LocalEndPoint!).Port}/");
        var cache = new Cifar10Cache(temporary.Path, FakeCifar10.Describe(archive, url), LoopbackServer.Client);

        string message = await RequireErrorAsync(cache);

        Assert.StartsWith("no network: cannot reach 127.0.0.1: ", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_falls_silent_counts_as_broken_off()
    {
        using LoopbackServer server = Server(
            _ => new Answer(200, archive) { SentBytes = Part, Hangs = true },
            request => LoopbackServer.ServeFile(request, archive));
        var cache = new Cifar10Cache(temporary.Path, FakeCifar10.Describe(archive, server.Url), LoopbackServer.Client)
        {
            StallTimeout = TimeSpan.FromMilliseconds(500),
        };

        Assert.Contains("broke off", await RequireErrorAsync(cache), StringComparison.Ordinal);
        await RequireSuccessAsync(Cache(server));
    }

    [Fact]
    public async Task Cancelled_it_keeps_its_part_and_the_next_try_goes_on_from_there()
    {
        using LoopbackServer server = Server(
            _ => new Answer(200, archive) { SentBytes = Part, Hangs = true },
            request => LoopbackServer.ServeFile(request, archive));
        using var cancellation = new CancellationTokenSource();
        var progress = new ProgressLog(received =>
        {
            if (received == Part)
                cancellation.Cancel();
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Cache(server).ObtainAsync(progress, cancellation.Token));
        await RequireSuccessAsync(Cache(server));

        Assert.Equal(Part, server.Requests[1].RangeFrom);
    }

    [Fact]
    public async Task Cancelled_before_the_answer_it_stops_waiting()
    {
        using var cancellation = new CancellationTokenSource();
        using var server = new LoopbackServer(_ =>
        {
            cancellation.Cancel();
            return null;
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Cache(server).ObtainAsync(cancellation: cancellation.Token));
    }

    /// <summary>A server with one answer a request, in turn; a request too many gets status 500.</summary>
    private static LoopbackServer Server(params Func<Request, Answer?>[] answers)
    {
        int next = -1;
        return new LoopbackServer(request =>
        {
            int turn = Interlocked.Increment(ref next);
            return turn < answers.Length ? answers[turn](request) : new Answer(500, []);
        });
    }

    private Cifar10Cache Cache(LoopbackServer server) =>
        new(temporary.Path, FakeCifar10.Describe(archive, server.Url), LoopbackServer.Client)
        {
            AnswerTimeout = TimeSpan.FromMinutes(1),   // however busy the machine
        };

    private static async Task<string> RequireErrorAsync(Cifar10Cache cache)
    {
        string message = (await Assert.ThrowsAsync<DataException>(() => cache.ObtainAsync())).Message;
        Assert.DoesNotContain('\n', message);
        Assert.False(Directory.Exists(cache.DataFolder));
        Assert.False(File.Exists(Path.Combine(cache.Folder, Cifar10Archive.ArchiveName)));
        return message;
    }

    private static async Task RequireSuccessAsync(Cifar10Cache cache, ProgressLog? progress = null)
    {
        await cache.ObtainAsync(progress);
        Assert.All(
            Cifar10Archive.ImageFiles,
            name => Assert.Equal(FakeCifar10.Files()[name], File.ReadAllBytes(Path.Combine(cache.DataFolder, name))));
        Assert.Equal(
            [cache.DataFolder, Path.Combine(cache.Folder, "cifar-10-binary.tar.gz.lock")],
            Directory.GetFileSystemEntries(cache.Folder).Order(StringComparer.Ordinal));
    }
}
