using System.CommandLine;
using System.CommandLine.Parsing;
using NanoConv.Cifar.Files;
using NanoConv.Cifar.Images;

namespace NanoConv.Cifar.Commands;

/// <summary>
/// <c>convolve</c>, part (i) of the paper: kernels written by hand, applied in turn to one channel of a picture.
/// </summary>
internal static class ConvolveCommand
{
    /// <summary>What the command is called.</summary>
    public const string Name = "convolve";

    /// <summary>What it does.</summary>
    public const string Description = "Convolves one channel of a picture with kernels written by hand.";

    private static readonly string[] Channels = ["red", "green", "blue"];

    /// <summary>The command.</summary>
    /// <param name="terminal">Where to write.</param>
    /// <param name="cancellation">Ctrl+C.</param>
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var image = new Argument<string?>("IMAGE")
        {
            Description = "A PNG or JPEG picture; a built-in one when left out.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var kernels = new Option<SquareKernel[]>("--kernel")
        {
            Description = "laplacian8, laplacian4, or rows like \"0 -1 0; -1 8 -1; 0 -1 0\"; "
                + "several are applied in turn. [default: laplacian8]",
            HelpName = "KERNEL",
            CustomParser = ParseKernels,
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string> channel = OptionOf.Choice("--channel", "The colour to convolve.", Channels);
        Option<string> output = OptionOf.Png("The grey PNG to write.", "convolved.png");
        var command = new CommandWithExamples(
            Name,
            Description,
            "nanoconv-cifar convolve",
            "nanoconv-cifar convolve photo.jpg --kernel laplacian8 --kernel laplacian4 --channel green",
            "nanoconv-cifar convolve photo.jpg --kernel \"1 2 1; 2 4 2; 1 2 1\" --output smooth.png")
        {
            image, kernels, channel, output,
        };
        command.SetAction(result => Run(
            result.GetValue(image),
            result.GetValue(kernels) is { Length: > 0 } given ? given : [SquareKernel.Laplacian8],
            result.GetRequiredValue(channel),
            result.GetRequiredValue(output),
            terminal,
            cancellation));
        return command;
    }

    private static void Run(
        string? path, SquareKernel[] kernels, string channel, string output, Terminal terminal,
        CancellationToken cancellation)
    {
        using IDisposable claim = OutputFile.Claim(output);
        if (path is not null && OutputFile.IsSame(path, output))
            throw new UserErrorException($"--output: expected another file than the picture, found '{output}'");
        RgbImage image = path is null ? TestPicture.Draw() : ImageFile.Read(path, BytesPerPixel(kernels));
        Plane plane = image.Channel(Array.IndexOf(Channels, channel));
        terminal.Out.WriteLine($"{path ?? "built-in picture"}, {channel}: {Describe(plane)}");
        foreach (SquareKernel kernel in kernels)
        {
            plane = plane.Convolve(kernel);
            if (plane.Values.ContainsAnyExceptInRange(double.MinValue, double.MaxValue))
            {
                throw new UserErrorException(
                    $"--kernel: expected finite values after '{kernel.Name}', found an overflow");
            }
            double sum = 0;
            foreach (double value in kernel.Values)
                sum += value;
            terminal.Out.WriteLine($"after {kernel.Name} (sum {sum:0.######}): {Describe(plane)}");
            cancellation.ThrowIfCancellationRequested();
        }
        ImageFile.WriteGreyPng(output, plane);
        (double least, double greatest) = plane.Range();
        terminal.Out.WriteLine(least == greatest
            ? $"written to {output}: every value is {least:0.######}, drawn as mid-grey 128"
            : $"written to {output}: {least:0.######} is black (0), {greatest:0.######} is white (255), "
                + "linear between");
    }

    /// <summary>The picture, its channel and one plane more a kernel (none is collected for certain), and the greys, twice.</summary>
    private static int BytesPerPixel(SquareKernel[] kernels) => 3 + sizeof(double) * (1 + kernels.Length) + 2;

    private static string Describe(Plane plane)
    {
        (double least, double greatest) = plane.Range();
        return $"{plane.Width} x {plane.Height}, values from {least:0.######} to {greatest:0.######}";
    }

    private static SquareKernel[]? ParseKernels(ArgumentResult argument)
    {
        try
        {
            return [.. argument.Tokens.Select(token => SquareKernel.Parse(token.Value))];
        }
        catch (FormatException exception)
        {
            argument.AddError($"--kernel: {exception.Message}.");
            return null;
        }
    }
}
