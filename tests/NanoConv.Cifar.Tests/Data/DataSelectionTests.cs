using NanoConv.Cifar.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Data;

public sealed class DataSelectionTests : IDisposable
{
    private readonly TemporaryFolder temporary = new();
    private readonly byte[] archive = FakeCifar10.TarGz();

    public void Dispose() => temporary.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("cifar10")]
    public async Task CIFAR_10_comes_from_the_cache(string? data)
    {
        using var server = new LoopbackServer(_ => null);
        FakeCifar10.WriteFolder(temporary["cache/cifar-10-batches-bin"]);

        RequireCifar10(await Selection(server).SelectAsync(data, 12), 12);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("CIFAR10")]
    public async Task CIFAR_10_is_downloaded_if_it_is_not_in_the_cache(string? data)
    {
        using var server = new LoopbackServer(request => LoopbackServer.ServeFile(request, archive));
        var progress = new ProgressLog();

        RequireCifar10(await Selection(server).SelectAsync(data, 12, progress), 12);
        Assert.Equal((archive.Length, archive.Length), progress.Reports[^1]);
    }

    [Fact]
    public async Task If_it_cannot_be_downloaded_it_is_Shapes10_and_said_plainly()
    {
        using var server = new LoopbackServer(_ => new Answer(404, []));

        SelectedData selected = await Selection(server).SelectAsync(null, 12);

        Assert.False(selected.Images.IsCifar10);
        Assert.Equal(12, selected.Images.TrainingCount);
        Assert.StartsWith("Shapes10 (built-in drawings), not CIFAR-10: ", selected.Notice, StringComparison.Ordinal);
        Assert.Contains("404", selected.Notice, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", selected.Notice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_answer_means_Shapes10()
    {
        using var server = new LoopbackServer(_ => null);

        SelectedData selected = await Selection(server, TimeSpan.FromMilliseconds(200)).SelectAsync(null, 12);

        Assert.False(selected.Images.IsCifar10);
        Assert.Contains("no network", selected.Notice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asked_for_by_name_CIFAR_10_is_never_replaced()
    {
        using var server = new LoopbackServer(_ => new Answer(404, []));

        await RequireErrorAsync(Selection(server), "cifar10", 12, "404");
    }

    [Fact]
    public async Task Damaged_files_in_the_cache_are_an_error_and_not_replaced()
    {
        using var server = new LoopbackServer(_ => null);
        Dictionary<string, byte[]> files = FakeCifar10.Files();
        files["test_batch.bin"][0] = 77;
        FakeCifar10.WriteFolder(temporary["cache/cifar-10-batches-bin"], files);

        await RequireErrorAsync(Selection(server), null, 12, "found 77");
    }

    [Theory]
    [InlineData("shapes10")]
    [InlineData("Shapes10")]
    public async Task Shapes10_asks_nobody_and_says_that_it_is_not_CIFAR_10(string data)
    {
        using var server = new LoopbackServer(_ => null);

        SelectedData selected = await Selection(server).SelectAsync(data, 12);

        Assert.Empty(server.Requests);
        Assert.Equal("Shapes10 (built-in drawings), not CIFAR-10: chosen with --data shapes10", selected.Notice);
    }

    [Fact]
    public async Task A_path_is_read_and_never_replaced()
    {
        using var server = new LoopbackServer(_ => null);
        File.WriteAllBytes(temporary["my.tar.gz"], archive);

        RequireCifar10(await Selection(server).SelectAsync(FakeCifar10.WriteFolder(temporary["mine"]), 12), 12);
        RequireCifar10(await Selection(server).SelectAsync(temporary["my.tar.gz"], 12), 12);
        await RequireErrorAsync(Selection(server), temporary["nowhere"], 12, temporary["nowhere"]);
        await RequireErrorAsync(Selection(server), "", 12, "--data: expected cifar10, shapes10 or a path");
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("cifar10")]
    public async Task Too_many_images_are_an_error_before_anything_is_downloaded(string? data)
    {
        using var server = new LoopbackServer(_ => null);

        await RequireErrorAsync(Selection(server), data, 51, "expected at most 50 training images");
        Assert.Empty(server.Requests);
    }

    private DataSelection Selection(LoopbackServer server, TimeSpan? answerTimeout = null)
    {
        Cifar10Archive described = FakeCifar10.Describe(archive, server.Url);
        var cache = new Cifar10Cache(temporary["cache"], described, LoopbackServer.Client)
        {
            AnswerTimeout = answerTimeout ?? TimeSpan.FromMinutes(1),
        };
        return new DataSelection(cache, count => new ImageData(
            "Shapes10", "built in", isCifar10: false, classNames: [],
            training: (new byte[count * ImageData.ImageBytes], new byte[count]),
            test: ([], [])));
    }

    private static void RequireCifar10(SelectedData selected, int count)
    {
        Assert.True(selected.Images.IsCifar10);
        Assert.Equal(count, selected.Images.TrainingCount);
        Assert.Equal(FakeCifar10.Value(3, 0, 0), selected.Images.TrainingPixels[3 * ImageData.ImageBytes]);
        Assert.Null(selected.Notice);
    }

    private static async Task RequireErrorAsync(DataSelection selection, string? data, int count, string part)
    {
        string message = (await Assert.ThrowsAsync<DataException>(() => selection.SelectAsync(data, count))).Message;
        Assert.Contains(part, message, StringComparison.Ordinal);
    }
}
