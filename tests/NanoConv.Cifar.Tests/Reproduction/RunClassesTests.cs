using NanoConv.Cifar.Data;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Files;
using NanoConv.Cifar.Reproduction;
using NanoConv.Cifar.Tests.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Reproduction;

/// <summary>A run that is used again belongs to the data, and its model to it: also in the names of the classes.</summary>
public sealed class RunClassesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly SelectedData data = FakeRuns.Data();

    public RunClassesTests()
    {
        var run = new TrainingRun(FakeRuns.Settings(1), data);
        run.Execute(new Silent(), null, CancellationToken.None);
        using RunFolder made = RunFolder.Prepare(folder["runs/a"], FakeRuns.FileNames);
        FakeRuns.Save(run, made);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Its_own_classes_are_right()
    {
        Assert.Single(RunLibrary.In([folder["runs"]], data.Images).Runs);
        Assert.Single(RunLibrary.In([folder["runs"]], null).Runs);
    }

    [Fact]
    public void A_model_of_other_classes_is_not_the_runs()
    {
        string path = folder["runs/a/model.safetensors"];
        ModelFile file = ModelFile.Read(path);
        new ModelFile(file.Model, [.. file.ClassNames.Reverse()], file.DataName).Write(path, null);
        RunLibrary library = RunLibrary.In([folder["runs"]], data.Images);
        Assert.Empty(library.Runs);
        Assert.Contains(
            "expected its model to have the run's classes (a, b, c, d, e, f, g, h, i, j), found j, i, h",
            Assert.Single(library.Refused),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Data_whose_classes_have_other_names_are_other_data()
    {
        ImageData same = data.Images;
        var renamed = new ImageData(
            same.Name, same.Source, same.IsCifar10, [.. same.ClassNames.Reverse()],
            (same.TrainingPixels, same.TrainingLabels), (same.TestPixels, same.TestLabels));
        RunLibrary library = RunLibrary.In([folder["runs"]], renamed);
        Assert.Empty(library.Runs);
        Assert.Contains("made with other classes: expected j, i, h", Assert.Single(library.Refused), StringComparison.Ordinal);
    }

    private sealed class Silent : Callback;
}
