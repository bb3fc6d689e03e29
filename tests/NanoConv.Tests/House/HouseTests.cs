using System.Text.RegularExpressions;

namespace NanoConv.Tests.House;

/// <summary>The order of the house: folders that use only those before them, so that nothing goes round in circles.</summary>
public sealed partial class HouseTests
{
    /// <summary>The folders of src/NanoConv, each using only those before it.</summary>
    private static readonly string[] Order =
    [
        "Tensors", "Kernels", "Convolutions", "Descriptions", "Files", "Initializers", "Regularizers", "Data", "Losses", "Metrics",
        "Layers", "Schedules", "Optimizers", "Graphs", "Training", "Models", "Proof",
    ];

    private static readonly IReadOnlyList<SourceFile> Files = SourceFile.Library();

    [Fact]
    public void Every_folder_has_its_place_in_the_order() =>
        Assert.Equal(Order.Order(StringComparer.Ordinal), Files.Select(file => file.Folder).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Every_file_has_the_namespace_of_its_folder() => Assert.Empty(
        from file in Files
        let expected = $"NanoConv.{Path.GetDirectoryName(file.Path)!.Replace('/', '.')}"
        let found = Namespace().Match(file.Text).Groups[1].Value
        where found != expected
        select $"{file.Path}: expected namespace {expected}, found {found}");

    [Fact]
    public void Every_file_uses_only_what_lies_before_its_folder() =>
        Assert.Empty(Files.SelectMany(file => Used(file).Where(folder => Place(folder) > Place(file.Folder)).Select(folder => $"{file.Path} uses {folder}")));

    // Otherwise the test above would show nothing.
    [Theory]
    [InlineData("Training/TrainingStep.cs", "Graphs")]
    [InlineData("Graphs/GradientPlan.cs", "Kernels")]
    [InlineData("Layers/Conv2D.cs", "Convolutions")]
    public void What_a_file_uses_is_found(string path, string folder) => Assert.Contains(folder, Used(Files.Single(file => file.Path == path)));

    private static int Place(string folder) => Array.IndexOf(Order, folder);

    // By usings, and by names of types behind that of their folder.
    private static IEnumerable<string> Used(SourceFile file)
    {
        IEnumerable<string> usings = Using().Matches(file.Code).Select(match => match.Groups[1].Value);
        IEnumerable<string> names = from match in Qualified().Matches(file.Code)
                                    let folder = match.Groups[1].Value
                                    where Files.Any(other => other.Folder == folder && Path.GetFileNameWithoutExtension(other.Path) == match.Groups[2].Value)
                                    select folder;
        return usings.Concat(names).Distinct();
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^using (?:static |\w+ = )?NanoConv\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(@"(?<![\w.])(?:NanoConv\.)?([A-Z]\w+)\.(?:[A-Z]\w+\.)?([A-Z]\w+)")]
    private static partial Regex Qualified();
}
