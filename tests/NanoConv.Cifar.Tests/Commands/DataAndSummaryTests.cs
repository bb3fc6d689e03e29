using NanoConv.Cifar.Commands;
using NanoConv.Cifar.Data;
using NanoConv.Cifar.Images;
using NanoConv.Cifar.Tests.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Commands;

public sealed class DataAndSummaryTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("default", "dense_1, 20,490 of 37,146", "5.64 MFLOP forward")]
    [InlineData("maxpooling", "dense_1, 20,490 of 37,146", "12.72 MFLOP forward")]
    [InlineData("thinner_deeper", "conv2d_6, 9,248 of 23,314", "2.52 MFLOP forward")]
    public void A_summary_tells_parameters_and_work(string network, string largest, string work)
    {
        string output = CommandResult.Of("summary", "--network", network).ShouldSucceed().Out;
        Assert.Contains(largest, output, StringComparison.Ordinal);
        Assert.Contains(work, output, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_counts_the_classes_and_draws_them()
    {
        string output = CommandResult.Of(
            "data", "--data", "shapes10", "--samples", "200", "--output", folder["sheet.png"]).ShouldSucceed().Out;
        Assert.Contains("Cache: ", output, StringComparison.Ordinal);
        Assert.Contains("not CIFAR-10", output, StringComparison.Ordinal);
        Assert.Matches(@"circle +20 +1,000", output);
        Assert.Matches(@"all +200 +10,000", output);
        RgbImage sheet = ImageFile.Read(folder["sheet.png"]);
        Assert.True(sheet.Width > 14 * 64 && sheet.Height > 10 * 64);
    }

    [Fact]
    public void Data_in_a_folder_is_said_to_be_checked_for_sizes_and_labels_alone()
    {
        string output = CommandResult.Of(
            "data", "--data", BlackCifar10.WriteFolder(folder["black"]), "--samples", "20",
            "--output", folder["sheet.png"]).ShouldSucceed().Out;
        Assert.Contains("the sizes of the six files", output, StringComparison.Ordinal);
        Assert.Contains("the labels of 20 training and 10,000 test images", output, StringComparison.Ordinal);
        Assert.Contains("Not compared with the official files", output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_is_compared_with_the_official_one()
    {
        byte[] archive = FakeCifar10.TarGz();
        File.WriteAllBytes(folder["my.tar.gz"], archive);
        Cifar10Archive official = FakeCifar10.Describe(archive, new Uri("http://127.0.0.1:1/none"));
        Assert.StartsWith(
            $"It is the official archive: its MD5 is {official.Md5}",
            DataCommand.CompareWithOfficial(folder["my.tar.gz"], official, CancellationToken.None),
            StringComparison.Ordinal);
        Assert.StartsWith(
            $"It is not the official archive: its MD5 is {official.Md5}, not ",
            DataCommand.CompareWithOfficial(folder["my.tar.gz"], Cifar10Archive.Official, CancellationToken.None),
            StringComparison.Ordinal);
    }
}
