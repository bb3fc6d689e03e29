using System.Globalization;
using System.Text.RegularExpressions;
using NanoConv.Cifar.Data;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Images;
using NanoConv.Cifar.Tests.Commands;
using Xunit;

namespace NanoConv.Cifar.Tests.Experiments;

/// <summary>The model of samples/models is what its card says.</summary>
public sealed class ShippedModelTests
{
    /// <summary>Vectors of another width round otherwise: a few of 10,000 pictures may come out the other way.</summary>
    private const double Tolerance = 0.0005;

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "models");

    private static readonly string Card = File.ReadAllText(Path.Combine(Folder, "README.md"));

    private static readonly string Model = Path.Combine(Folder, "shapes10-default.safetensors");

    [Fact]
    public void It_has_the_accuracy_of_its_card_on_the_test_pictures()
    {
        ModelFile file = ModelFile.Read(Model);
        (byte[] pixels, byte[] labels) = Shapes10.Generate(Shapes10Split.Test, Shapes10.TestCount);
        Evaluation evaluation = file.Model.Evaluate(new ByteImageDataset<float>(pixels, labels, (32, 32, 3), 10));
        Assert.Equal(Said(@"\*\*(0\.\d+)\*\*"), evaluation.Accuracy, Tolerance);
        Assert.Equal(Said(@"loss (0\.\d+)"), evaluation.Loss, 0.001);
        Assert.Equal(Shapes10.ClassNames, file.ClassNames);
        Assert.Equal("Shapes10", file.DataName);
        Assert.InRange(new FileInfo(Model).Length, 100_000, 200_000);
    }

    [Fact]
    public void Its_settings_are_those_of_its_card()
    {
        ModelInfo info = ModelInfo.Read(Model);
        FitOptions options = info.History!.Options!;
        Assert.Equal(
            (Said(@"(\d+) epochs, "), Said(@"batches of (\d+)"), Said(@"--seed (\d+)"), Said(@"--seed (\d+)")),
            (options.Epochs, options.BatchSize, options.Seed, info.Seed));
        Assert.Equal(Said(@"--epochs (\d+)"), info.History.Epochs.Count);
        Assert.Equal(Said(@"validation (0\.\d+)"), info.History.Epochs[^1].ValidationAccuracy!.Value, 1e-4);
        Adam adam = Assert.IsType<Adam>(options.Optimizer);
        Assert.Equal((1e-3, 0.9, 0.999, 1e-7), (adam.LearningRate.At(0), adam.Beta1, adam.Beta2, adam.Epsilon));
        Assert.Contains($"| library version | {info.LibraryVersion} |", Card, StringComparison.Ordinal);
        Assert.Contains("L1 1e-4", Card, StringComparison.Ordinal);
        Assert.Equal(1e-4, Assert.IsType<L1>(info.Network!.Layers.OfType<Dense>().Single().KernelRegularizer).Strength);
    }

    [Fact]
    public void The_card_s_sample_is_a_picture_of_the_test_set_and_taken_for_what_it_is()
    {
        string sample = Path.Combine(Folder, "star.png");
        byte[] pixels = new byte[Shapes10.ImageBytes];
        int index = (int)Said(@"test set's picture (\d+)");
        Assert.Equal("star", Shapes10.ClassNames[Shapes10.Draw(Shapes10Split.Test, index, pixels)]);
        Assert.Equal(pixels, ImageFile.Read(sample).Pixels.ToArray());
        string[] lines = CommandResult.Of("predict", Model, sample).ShouldSucceed().Out.Split('\n');
        string[] first = lines[2].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("star", first[0]);
        Assert.InRange(double.Parse(first[1], CultureInfo.InvariantCulture), 0.99, 1);
    }

    private static double Said(string pattern) =>
        double.Parse(Regex.Match(Card, pattern).Groups[1].Value, CultureInfo.InvariantCulture);
}
