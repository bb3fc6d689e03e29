using System.CommandLine;
using NanoConv.Cifar.Files;
using NanoConv.Cifar.Images;
using NanoConv.Cifar.Reports;
using NanoConv.Layers;
using NanoConv.Layers.Augmentation;
using NanoConv.Tensors;
using NanoConv.Training;

namespace NanoConv.Cifar.Commands;

/// <summary><c>augment</c>: what the layers of augmentation do to one picture, epoch by epoch.</summary>
internal static class AugmentCommand
{
    /// <summary>What the command is called.</summary>
    public const string Name = "augment";

    /// <summary>What it does.</summary>
    public const string Description = "Draws what augmentation does to a picture, epoch by epoch.";

    private const int Side = 64;
    private const int Epochs = 8;

    private static readonly (string Label, Layer Layer)[] Layers =
    [
        ("flip", new RandomFlip(FlipMode.Horizontal)),
        ("flip, alternating", new RandomFlip(FlipMode.Horizontal, alternating: true)),
        ("crop, padding 8, constant", new RandomCrop(Side, Side, 8, fillValue: 0.5)),
        ("crop, padding 8, reflect", new RandomCrop(Side, Side, 8, FillMode.Reflect)),
        ("translation 0.2, symmetric", new RandomTranslation(0.2, 0.2)),
        ("translation 0.2, wrap", new RandomTranslation(0.2, 0.2, FillMode.Wrap)),
        ("rotation 0.1, nearest", new RandomRotation(0.1, FillMode.Nearest)),
        ("cutout 24", new Cutout(24, 0.5)),
        ("brightness 0.3", new RandomBrightness(0.3)),
        ("contrast 0.7", new RandomContrast(0.7)),
    ];

    /// <summary>The command.</summary>
    /// <param name="terminal">Where to write.</param>
    public static Command Create(Terminal terminal)
    {
        var image = new Argument<string?>("IMAGE")
        {
            Description = "A PNG or JPEG picture; a built-in one when left out.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<int> seed = OptionOf.Whole("--seed", "The seed of what is drawn.", 1, int.MinValue);
        Option<string> output = OptionOf.Png("The sheet to write, a PNG with a row for each layer.", "augmentation.png");
        var command = new CommandWithExamples(
            Name,
            Description,
            "nanoconv-cifar augment",
            "nanoconv-cifar augment photo.jpg --seed 7 --output seen.png")
        {
            image, seed, output,
        };
        command.SetAction(result => Run(result.GetValue(image), result.GetValue(seed), result.GetRequiredValue(output), terminal));
        return command;
    }

    private static void Run(string? path, int seed, string output, Terminal terminal)
    {
        using IDisposable claim = OutputFile.Claim(output);
        if (path is not null && OutputFile.IsSame(path, output))
            throw new UserErrorException($"--output: expected another file than the picture, found '{output}'");
        RgbImage picture = path is null ? TestPicture.Draw().Averaged(Side, Side) : ImageFile.Read(path, Side, Side);
        ContactSheet.WritePng(
            output,
            $"{(path is null ? "A picture" : Path.GetFileName(path))} as training sees it in epochs 1 to {Epochs}",
            [new ContactSheetRow("as it is", [picture]), .. Layers.Select(row => new ContactSheetRow(row.Label, Seen(row.Layer, picture, seed)))]);
        terminal.Out.WriteLine($"{Layers.Length} ways to augment {path ?? "the built-in picture"}, in {Epochs} epochs each, written to {output}");
    }

    private static RgbImage[] Seen(Layer layer, RgbImage picture, int seed)
    {
        float[] values = [.. picture.Pixels.ToArray().Select(value => value / 255f)];
        var one = new Tensor<float>((1, Side, Side, 3), values);
        return [.. Enumerable.Range(1, Epochs).Select(epoch => ToImage(AugmentationPreview.Of(one, seed, epoch, layer).AsSpan()))];
    }

    private static RgbImage ToImage(ReadOnlySpan<float> values)
    {
        var bytes = new byte[values.Length];
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)Math.Clamp(MathF.Round(values[i] * 255), 0, 255);
        return new RgbImage(Side, Side, bytes);
    }
}
