using System.Diagnostics;

namespace NanoConv.Tests.Models;

/// <summary>What stands at a path before a file is written there: links, modes, owners, pipes, folders.</summary>
public sealed class AtomicFileTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("target")] // beside it
    [InlineData("there/target")]
    [InlineData("there/../target")]
    [InlineData("link2")] // which leads on
    [InlineData("dangling")] // which leads to nothing yet
    public void A_model_is_saved_where_a_link_leads_and_the_link_stays(string to)
    {
        if (OperatingSystem.IsWindows())
            return; // links need a privilege there
        Directory.CreateDirectory(At("there"));
        File.CreateSymbolicLink(At("link"), to);
        File.CreateSymbolicLink(At("link2"), At("there/target"));
        File.CreateSymbolicLink(At("dangling"), "there/new");
        string end = At(to switch { "target" or "there/../target" => "target", "dangling" => "there/new", _ => "there/target" });
        if (to != "dangling")
            File.WriteAllText(end, "old");
        Model<float> model = new Sequential(new Dense(2)).Build<float>(2);
        model.Save(At("link"));
        Assert.Equal(to, new FileInfo(At("link")).LinkTarget);
        Assert.Null(new FileInfo(end).LinkTarget);
        Assert.Equal(model.Weights.ToArray(), Model.Load<float>(end).Weights.ToArray());
        Assert.Equal(Path.GetFullPath(end), AtomicFile.TargetOf(At("link")));
        Assert.Empty(Directory.GetFiles(folder, "*.tmp", SearchOption.AllDirectories));
    }

    /// <summary>A link's ".." is the folder above the one where the link really lies, however one came there.</summary>
    [Fact]
    public void A_link_is_followed_from_where_it_lies()
    {
        if (OperatingSystem.IsWindows())
            return;
        Directory.CreateDirectory(At("b/c"));
        Directory.CreateDirectory(At("a"));
        Directory.CreateSymbolicLink(At("a/shortcut"), At("b/c"));
        File.CreateSymbolicLink(At("b/c/link"), "../x");
        File.CreateSymbolicLink(At("a/straight"), At("a/shortcut/../y"));
        AtomicFile.Write(At("a/shortcut/link"), stream => stream.Write("new"u8));
        AtomicFile.Write(At("a/straight"), stream => stream.Write("too"u8));
        Assert.Equal("new", File.ReadAllText(At("b/x")));
        Assert.Equal("too", File.ReadAllText(At("b/y")));
        Assert.Equal(["shortcut", "straight"], Names("a"));
        Assert.Equal(["c", "x", "y"], Names("b"));
        Assert.Equal(["link"], Names("b/c"));
    }

    [Fact]
    public void Links_in_a_circle_and_links_to_folders_are_refused()
    {
        if (OperatingSystem.IsWindows())
            return;
        File.CreateSymbolicLink(At("one"), "two");
        File.CreateSymbolicLink(At("two"), "one");
        Directory.CreateSymbolicLink(At("to a folder"), folder);
        Expect.Throws<IOException>(() => Write("one"), At("one"), "circle");
        foreach (string name in new[] { "", "new/", "to a folder" })
            Expect.Throws<IOException>(() => Write(name), $"cannot write '{At(name)}': expected the name of a file, found a folder");
        Assert.Equal(["one", "to a folder", "two"], Names(""));
    }

    [Fact]
    public void A_link_to_a_file_that_has_another_file_system_is_followed_to_there()
    {
        if (!Directory.Exists("/dev/shm"))
            return; // Linux's file system in memory
        string there = Path.Combine("/dev/shm", $"nanoconv-{Guid.NewGuid():N}");
        Directory.CreateDirectory(there);
        try
        {
            File.CreateSymbolicLink(At("link"), Path.Combine(there, "model"));
            Write("link");
            Write("link");
            Assert.Equal([Path.Combine(there, "model")], Directory.GetFileSystemEntries(there));
            Assert.Equal("new", File.ReadAllText(At("link")));
        }
        finally
        {
            Directory.Delete(there, recursive: true);
        }
    }

    [Fact]
    public void What_is_replaced_keeps_its_mode_and_what_is_new_has_the_usual_one()
    {
        if (OperatingSystem.IsWindows())
            return;
        File.WriteAllText(At("usual"), "");
        Write("new");
        Assert.Equal(File.GetUnixFileMode(At("usual")), File.GetUnixFileMode(At("new")));
        UnixFileMode shared = Private | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite; // more than a umask leaves
        foreach (UnixFileMode mode in new[] { Private, shared, UnixFileMode.UserWrite })
        {
            File.SetUnixFileMode(At("new"), mode);
            UnixFileMode during = default;
            AtomicFile.Write(At("new"), stream =>
            {
                during = OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(((FileStream)stream).Name);
                stream.Write("again"u8);
            });
            Assert.Equal((mode, mode), (during, File.GetUnixFileMode(At("new"))));
            Assert.Equal("again".Length, new FileInfo(At("new")).Length);
        }
    }

    [Fact]
    public void A_finished_file_takes_the_mode_of_what_it_is_to_replace()
    {
        if (OperatingSystem.IsWindows())
            return;
        Write("old");
        Write("new");
        UnixFileMode usual = File.GetUnixFileMode(At("new"));
        AtomicFile.TakeAfter(At("new"), At("missing"));
        Assert.Equal(usual, File.GetUnixFileMode(At("new")));
        File.SetUnixFileMode(At("old"), Private);
        File.CreateSymbolicLink(At("link"), At("old"));
        AtomicFile.TakeAfter(At("new"), At("link"));
        Assert.Equal((Private, Private), (File.GetUnixFileMode(At("new")), File.GetUnixFileMode(At("old"))));
    }

    [Fact]
    public void What_is_replaced_keeps_its_owner_where_the_system_allows_it()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            return; // only the administrator may give files away
        Write("a");
        Assert.Equal(0, Run("chown", "4321:1234", At("a")).ExitCode);
        File.SetUnixFileMode(At("a"), Private);
        Write("a");
        Assert.Equal("4321 1234 600", Run("stat", "-c", "%u %g %a", At("a")).Output.Trim());
    }

    [Fact]
    public void A_read_only_file_is_left_alone()
    {
        File.WriteAllText(At("a"), "old");
        new FileInfo(At("a")).IsReadOnly = true;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(At("a"), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        UnauthorizedAccessException mistake = Assert.Throws<UnauthorizedAccessException>(() => Write("a"));
        Assert.Contains(At("a"), mistake.Message, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(At("a")));
        Assert.Throws<UnauthorizedAccessException>(() => AtomicFile.RequireWritable(At("a")));
        AtomicFile.RequireWritable(At("none"));
        Assert.Equal(["a"], Names(""));
        new FileInfo(At("a")).IsReadOnly = false;
    }

    [Fact]
    public void A_missing_folder_is_named_as_it_was_given()
    {
        string path = Path.Combine(folder, "none", "deep", "model.safetensors"), relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        Model<float> model = new Sequential(new Dense(2)).Build<float>(2);
        foreach (string given in new[] { path, relative })
        {
            DirectoryNotFoundException mistake = Expect.Throws<DirectoryNotFoundException>(
                () => model.Save(given), $"cannot write '{given}': the folder '{Path.GetDirectoryName(path)}' does not exist");
            Assert.DoesNotContain("tmp", mistake.Message.Replace(folder, "", StringComparison.Ordinal), StringComparison.Ordinal);
        }

        if (OperatingSystem.IsWindows())
            return;
        File.CreateSymbolicLink(At("link"), "none/x");
        Expect.Throws<DirectoryNotFoundException>(() => model.Save(At("link")), $"'{At("link")}'", $"'{At("none")}' does not exist");
    }

    /// <summary>Neither the folder's refusal nor the disk's speaks of the temporary file.</summary>
    [Fact]
    public void No_error_names_the_temporary_file()
    {
        if (!Directory.Exists("/proc/self"))
            return; // Linux only: takes no files, not even the administrator's
        IOException mistake = Assert.ThrowsAny<IOException>(() => AtomicFile.Write("/proc/model.safetensors", stream => stream.Write("new"u8)));
        Assert.Contains("/proc/model.safetensors", mistake.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(".tmp", mistake.Message, StringComparison.Ordinal);
        mistake = Assert.Throws<IOException>(() => AtomicFile.Write(At("a"), stream =>
            throw new IOException($"No space left on device : '{((FileStream)stream).Name}'") { HResult = 28 }));
        Assert.Equal(($"No space left on device : '{At("a")}'", 28), (mistake.Message, mistake.HResult));
        IOException own = new("the writer's own");
        Assert.Same(own, Assert.Throws<IOException>(() => AtomicFile.Write(At("a"), _ => throw own)));
        Assert.Empty(Names(""));
    }

    [Fact]
    public async Task A_pipe_and_a_device_get_the_content_and_stay_what_they_are()
    {
        if (!OperatingSystem.IsLinux())
            return;
        Assert.Equal(0, Run("mkfifo", At("pipe")).ExitCode);
        File.CreateSymbolicLink(At("link"), "pipe");
        Model<float> model = new Sequential(new Dense(2)).Build<float>(2, seed: 3);
        model.Save(At("file"));
        byte[] expected = File.ReadAllBytes(At("file"));
        foreach (string name in new[] { "pipe", "link" })
        {
            Assert.True(AtomicFile.IsStream(At(name)));
            Task<byte[]> reading = Task.Run(() => File.ReadAllBytes(At("pipe")));
            model.Save(At(name));
            Assert.Equal(expected, await reading.WaitAsync(TimeSpan.FromMinutes(1))); // nothing comes if it was replaced
        }

        Assert.Equal(["file", "link", "pipe"], Names(""));
        Assert.Equal("fifo", Run("stat", "-c", "%F", At("pipe")).Output.Trim());
        // A device of our own, if we may make one: a mistake would replace the machine's.
        if (Run("mknod", At("null"), "c", "1", "3").ExitCode == 0)
        {
            model.Save(At("null"));
            Assert.Equal("character special file", Run("stat", "-c", "%F", At("null")).Output.Trim());
        }

        Assert.False(AtomicFile.IsStream(At("file")) || AtomicFile.IsStream(folder) || AtomicFile.IsStream(At("none")));
    }

    private string At(string name) => name.Length == 0 ? folder : Path.Combine(folder, name);

    private void Write(string name) => AtomicFile.Write(At(name), stream => stream.Write("new"u8));

    private string[] Names(string name) => [.. Directory.GetFileSystemEntries(At(name)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private static (int ExitCode, string Output) Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
