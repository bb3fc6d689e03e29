using NanoConv.Cifar.Commands;
using NanoConv.Cifar.Images;
using NanoConv.Cifar.Tests.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Commands;

public sealed class ConvolveCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_built_in_picture_is_convolved_and_the_greys_are_explained()
    {
        CommandResult result = CommandResult.Of("convolve", "--output", folder["out.png"]).ShouldSucceed();
        Assert.Contains("is black (0)", result.Out, StringComparison.Ordinal);
        Assert.Contains("is white (255)", result.Out, StringComparison.Ordinal);
        RgbImage input = TestPicture.Draw();
        RgbImage output = ImageFile.Read(folder["out.png"]);
        Assert.Equal((input.Width - 2, input.Height - 2), (output.Width, output.Height));
        Assert.Equal(["out.png"], folder.Names);
    }

    [Fact]
    public void Kernels_are_applied_in_turn_to_the_channel_asked_for()
    {
        RgbImage picture = Noise(9, 7);
        ImageFile.WritePng(folder["in.png"], picture);
        CommandResult.Of(
            "convolve", folder["in.png"], "--kernel", "laplacian8", "--kernel", "0 -1 0; -1 8 -1; 0 -1 0",
            "--channel", "blue", "--output", folder["out.png"]).ShouldSucceed();
        byte[] expected =
            picture.Channel(2).Convolve(SquareKernel.Laplacian8).Convolve(SquareKernel.Laplacian4).ToGrey();
        RgbImage output = ImageFile.Read(folder["out.png"]);
        Assert.Equal((5, 3), (output.Width, output.Height));
        Assert.Equal(expected.Select(grey => (double)grey), output.Channel(0).Values.ToArray());
    }

    [Fact]
    public void Values_of_a_flat_picture_are_said_to_be_equal()
    {
        ImageFile.WritePng(folder["in.png"], new RgbImage(4, 4, new byte[48]));
        CommandResult result = CommandResult.Of(
            "convolve", folder["in.png"], "--output", folder["out.png"]).ShouldSucceed();
        Assert.Contains("every value is 0, drawn as mid-grey", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_picture_is_named_and_nothing_is_written()
    {
        CommandResult.Of("convolve", folder["none.png"], "--output", folder["out.png"])
            .ShouldFail(1, "none.png", "no such file");
        Assert.Empty(folder.Names);
    }

    [Fact]
    public void A_picture_smaller_than_the_kernel_is_refused()
    {
        ImageFile.WritePng(folder["in.png"], new RgbImage(4, 2, new byte[24]));
        CommandResult.Of("convolve", folder["in.png"], "--output", folder["out.png"])
            .ShouldFail(1, "at least 3 x 3", "found 4 x 2");
        Assert.Equal(["in.png"], folder.Names);
    }

    [Fact]
    public void An_output_in_a_missing_folder_is_refused() =>
        CommandResult.Of("convolve", "--output", folder["none/out.png"]).ShouldFail(1, "none", "does not exist");

    [Fact]
    public void An_output_that_is_a_folder_is_refused()
    {
        Directory.CreateDirectory(folder["a.png"]);
        CommandResult.Of("convolve", "--output", folder["a.png"]).ShouldFail(1, "found a folder");
    }

    [Fact]
    public void The_picture_itself_is_not_overwritten()
    {
        ImageFile.WritePng(folder["in.png"], Noise(9, 7));
        byte[] before = File.ReadAllBytes(folder["in.png"]);
        string again = Path.Combine(folder.Path, ".", "in.png");
        CommandResult.Of("convolve", folder["in.png"], "--output", again)
            .ShouldFail(1, "--output", "expected another file than the picture");
        if (!OperatingSystem.IsWindows()) // links need a privilege there
        {
            File.CreateSymbolicLink(folder["link.png"], folder["in.png"]);
            CommandResult.Of("convolve", folder["in.png"], "--output", folder["link.png"])
                .ShouldFail(1, "--output", "expected another file than the picture");
        }
        Assert.Equal(before, File.ReadAllBytes(folder["in.png"]));
    }

    [Fact]
    public void Values_that_overflow_are_an_error()
    {
        CommandResult.Of(
            "convolve", "--kernel", "1e308", "--kernel", "1e308", "--output", folder["out.png"])
            .ShouldFail(1, "1e308", "expected finite values");
        Assert.Empty(folder.Names);
    }

    [Fact]
    public void Ctrl_C_ends_with_130_and_writes_nothing()
    {
        using var interruption = new Interruption(new CancellationToken(canceled: true));
        CommandResult result = CommandResult.Of(interruption, "convolve", "--output", folder["out.png"]);
        Assert.Equal(130, result.ExitCode);
        Assert.Empty(folder.Names);
    }

    private static RgbImage Noise(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        new Random(1).NextBytes(pixels);
        return new RgbImage(width, height, pixels);
    }
}
