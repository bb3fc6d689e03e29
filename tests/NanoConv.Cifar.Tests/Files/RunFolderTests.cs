using NanoConv.Cifar.Files;
using NanoConv.Cifar.Tests.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Files;

public sealed class RunFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void It_is_made_with_its_parents_and_removed_with_them_if_nothing_is_written()
    {
        using (RunFolder.Prepare(folder["a/b"], "x", "y"))
            Assert.Empty(Directory.GetFileSystemEntries(folder["a/b"]));
        Assert.Empty(folder.Names);
        Directory.CreateDirectory(folder["a"]);
        RunFolder.Prepare(folder["a/b"], "x").Dispose();
        Assert.Equal(["a"], folder.Names);
    }

    [Fact]
    public void A_file_in_its_place_is_named()
    {
        File.WriteAllText(folder["a"], "");
        var error = Assert.Throws<UserErrorException>(() => RunFolder.Prepare(folder["a"], "x"));
        Assert.Contains("found a file", error.Message, StringComparison.Ordinal);
        foreach (Action below in (Action[])[() => RunFolder.Prepare(folder["a/b/c"], "x"), () => RunFolder.PrepareNew(folder["a/b/c"], "x")])
            Assert.EndsWith($"found a file: '{folder["a"]}'", Assert.Throws<UserErrorException>(below).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_folder_is_never_shared()
    {
        for (int round = 0; round < 50; round++) // a claim that goes between two looks at it is seen in a few rounds only
        {
            string wanted = folder[$"runs{round}/now"];
            string[] paths = [.. ParallelEnumerable.Range(0, 8).WithDegreeOfParallelism(8)
                .Select(_ => RunFolder.PrepareNew(wanted, "x").Path)];
            Assert.Equal(8, paths.Distinct().Count());
            Assert.Contains(wanted, paths);
            Assert.Equal(8, Directory.GetFileSystemEntries(Path.GetDirectoryName(wanted)!).Length);
        }
    }

    [Fact]
    public void A_new_folder_goes_away_with_its_parents_if_nothing_is_written()
    {
        RunFolder.PrepareNew(folder["runs/now"], "x").Dispose();
        Assert.Empty(folder.Names);
    }

    [Fact]
    public void Results_replace_all_of_an_earlier_run()
    {
        Write("x", "y", "z");
        using RunFolder results = RunFolder.Prepare(folder.Path, "x", "y", "z");
        results.Replace(staging =>
        {
            File.WriteAllText(Path.Combine(staging, "x"), "new");
            File.WriteAllText(Path.Combine(staging, "z"), "new");
        });
        Assert.Equal(["x", "z"], folder.Names);
        Assert.Equal("newnew", File.ReadAllText(folder["x"]) + File.ReadAllText(folder["z"]));
    }

    [Fact]
    public void A_failure_leaves_an_earlier_run_as_it_was_and_names_the_file_that_was_meant()
    {
        Write("x", "z");
        using RunFolder results = RunFolder.Prepare(folder.Path, "x", "z");
        var error = Assert.Throws<UserErrorException>(() => results.Replace(staging =>
        {
            File.WriteAllText(Path.Combine(staging, "x"), "new");
            OutputFile.Write(Path.Combine(staging, "z"), _ => throw new IOException("the disk is full"));
        }));
        Assert.Equal($"cannot write '{folder["z"]}': the disk is full", error.Message);
        Assert.Equal(["x", "z"], folder.Names);
        Assert.Equal("oldold", File.ReadAllText(folder["x"]) + File.ReadAllText(folder["z"]));
    }

    private void Write(params string[] names)
    {
        foreach (string name in names)
            File.WriteAllText(folder[name], "old");
    }
}
