using System.CommandLine;
using NanoConv.Cifar.Commands;
using Xunit;

namespace NanoConv.Cifar.Tests.Commands;

public class CommandLineTests
{
    [Fact]
    public void The_help_of_the_quick_start_is_the_parser_s_own()
    {
        using StringWriter own = new(), parsers = new();
        RootCommand root = CommandLine.CreateRoot([], new Terminal(own, own), CancellationToken.None);
        root.Parse(["--help"]).Invoke(new InvocationConfiguration { Output = parsers });
        string[] quick = CommandResult.Of("--help").ShouldSucceed().Out.Split('\n', StringSplitOptions.TrimEntries);
        string expected = parsers.ToString().Replace(RootCommand.ExecutableName, "nanoconv-cifar", StringComparison.Ordinal);
        Assert.Equal(expected.Split('\n', StringSplitOptions.TrimEntries), quick);
        Assert.Equal(quick, CommandResult.Of("-h").ShouldSucceed().Out.Split('\n', StringSplitOptions.TrimEntries));
    }

    [Fact]
    public void Without_arguments_help_is_shown()
    {
        CommandResult result = CommandResult.Of().ShouldSucceed();
        Assert.Contains("Usage:", result.Out, StringComparison.Ordinal);
        Assert.Contains("convolve", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_commands_help_ends_with_examples()
    {
        CommandResult result = CommandResult.Of("convolve", "--help").ShouldSucceed();
        Assert.Contains("--kernel", result.Out, StringComparison.Ordinal);
        Assert.Contains("Examples:", result.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Unknown command 'konvolve', expected one of train, reproduce, summary, evaluate, predict, import, export, data", "konvolve")]
    [InlineData("Unknown option '--kern'", "convolve", "--kern", "laplacian8")]
    [InlineData("Unexpected argument 'b.png'", "convolve", "a.png", "b.png")]
    [InlineData("--channel: expected red, green or blue, found 'pink'", "convolve", "--channel", "pink")]
    [InlineData("--output: expected one value, found nothing", "convolve", "--output")]
    [InlineData("--samples: expected one value, found nothing", "train", "--samples")]
    [InlineData("--seed: expected one value, found 2", "train", "--seed", "1", "--seed", "2")]
    [InlineData("expected MODEL, found nothing", "evaluate")]
    [InlineData("expected MODEL, found nothing", "predict")]
    [InlineData("expected MODEL, found nothing", "export", "--onnx", "m.onnx")]
    [InlineData("--onnx: expected the name of a file, found nothing", "export", "m.safetensors")]
    [InlineData("--onnx: expected the name of a file, found nothing", "export", "m.safetensors", "--onnx", "")]
    [InlineData("--onnx: expected one value, found nothing", "export", "m.safetensors", "--onnx")]
    [InlineData("--layout: expected nhwc or nchw, found 'chw'", "export", "m.safetensors", "--onnx", "m.onnx", "--layout", "chw")]
    [InlineData("expected IMAGE, found nothing", "predict", "m.safetensors")]
    [InlineData("--output: expected the name of a file, found nothing", "convolve", "--output", "")]
    [InlineData("--output: expected a name that ends in .png, found 'foo.jpg'", "convolve", "--output", "foo.jpg")]
    [InlineData("--output: expected a name that ends in .png, found 'foo.jpg'", "data", "--output", "foo.jpg")]
    [InlineData("--data: expected cifar10, shapes10 or a path, found nothing", "evaluate", "m", "--data", " ")]
    [InlineData("found 'sobel'", "convolve", "--kernel", "sobel")]
    public void A_mistake_on_the_command_line_is_one_line_and_exit_code_2(string expected, params string[] arguments) =>
        CommandResult.Of(arguments).ShouldFail(2, expected, "--help'");
}
