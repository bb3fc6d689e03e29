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
    public void Results_that_are_replaced_keep_their_modes()
    {
        if (OperatingSystem.IsWindows())
            return;
        Write("x", "z");
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite, Shared = Private | UnixFileMode.GroupWrite;
        File.SetUnixFileMode(folder["x"], Private);
        File.SetUnixFileMode(folder["z"], Shared);
        File.WriteAllText(folder["usual"], "");
        using RunFolder results = RunFolder.Prepare(folder.Path, "x", "y", "z");
        results.Replace(staging =>
        {
            foreach (string file in new[] { "x", "y", "z" })
                File.WriteAllText(Path.Combine(staging, file), "new");
        });
        Assert.Equal("newnewnew", string.Concat(new[] { "x", "y", "z" }.Select(file => File.ReadAllText(folder[file]))));
        Assert.Equal(
            (Private, File.GetUnixFileMode(folder["usual"]), Shared),
            (File.GetUnixFileMode(folder["x"]), File.GetUnixFileMode(folder["y"]), File.GetUnixFileMode(folder["z"])));
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

    [Fact]
    public void A_folder_that_is_wanted_alone_is_not_given_to_another()
    {
        using (RunFolder.PrepareAlone(folder["a"], "x"))
        {
            File.WriteAllText(folder["a/x"], "result");
            var error = Assert.Throws<UserErrorException>(() => RunFolder.PrepareAlone(folder["a"], "x"));
            Assert.Equal($"--output: expected a folder that no other run writes to, found '{folder["a"]}' in use by one", error.Message);
            Assert.Throws<UserErrorException>(() => RunFolder.PrepareAlone(folder["a"], "x")); // the first refusal has not let go of it
        }

        Assert.Equal([folder["a/x"]], Directory.GetFileSystemEntries(folder["a"]));
        RunFolder.PrepareAlone(folder["a"], "x").Dispose();
    }

    [Fact]
    public void A_new_folder_is_its_own()
    {
        using RunFolder mine = RunFolder.PrepareNew(folder["now"], "x");
        Assert.Throws<UserErrorException>(() => RunFolder.PrepareAlone(mine.Path, "x"));
    }

    [Fact]
    public void Room_is_set_aside_until_it_is_needed()
    {
        using (RunFolder results = RunFolder.PrepareAlone(folder["a"], "x"))
        {
            results.Reserve(100_000);
            Assert.Equal(100_000, new DirectoryInfo(folder["a"]).GetFiles().Sum(file => file.Length));
            results.Replace(staging =>
            {
                Assert.Equal(0, new DirectoryInfo(folder["a"]).GetFiles().Sum(file => file.Length));
                File.WriteAllText(Path.Combine(staging, "x"), "new");
            });
        }

        Assert.Equal([folder["a/x"]], Directory.GetFileSystemEntries(folder["a"]));
        using RunFolder more = RunFolder.PrepareAlone(folder["a"], "x");
        var error = Assert.Throws<UserErrorException>(() => more.Reserve(long.MaxValue / 2));
        Assert.Matches("^cannot write in '.*a': expected room for the results, about [0-9,]+ bytes, found [0-9,]+$", error.Message);
    }

    private void Write(params string[] names)
    {
        foreach (string name in names)
            File.WriteAllText(folder[name], "old");
    }
}
