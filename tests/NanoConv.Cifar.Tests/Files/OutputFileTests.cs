using System.Diagnostics;
using NanoConv.Cifar.Files;
using NanoConv.Cifar.Tests.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Files;

public sealed class OutputFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_file_is_replaced_whole()
    {
        File.WriteAllText(folder["a"], "a long old text");
        OutputFile.Write(folder["a"], stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(folder["a"]));
        Assert.Equal(["a"], folder.Names);
    }

    [Fact]
    public void A_failure_half_way_leaves_the_old_file_and_no_other()
    {
        File.WriteAllText(folder["a"], "old");
        Assert.Throws<InvalidOperationException>(() => OutputFile.Write(folder["a"], stream =>
        {
            stream.Write("half"u8);
            throw new InvalidOperationException();
        }));
        Assert.Equal("old", File.ReadAllText(folder["a"]));
        Assert.Equal(["a"], folder.Names);
    }

    [Fact]
    public void A_folder_that_takes_no_files_is_said_to_be_one_without_a_name_of_ours()
    {
        if (!Directory.Exists("/proc/self"))   // Linux only: takes no files, not even the administrator's
            return;
        var error = Assert.Throws<UserErrorException>(() => OutputFile.Probe("/proc/x.png"));
        Assert.StartsWith("cannot write '/proc/x.png': expected a folder that takes new files, found: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("tmp", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_that_would_write_one_file_are_told_of_each_other_and_leave_nothing_beside_it()
    {
        using (OutputFile.Claim(folder["a"]))
        {
            var error = Assert.Throws<UserErrorException>(() => OutputFile.Claim(folder["a"]));
            Assert.Equal($"cannot write '{folder["a"]}': expected a file that no other process writes, found one that does", error.Message);
            OutputFile.Claim(folder["b"]).Dispose();
        }

        Assert.Empty(folder.Names);
        OutputFile.Claim(folder["a"]).Dispose();
    }

    [Fact]
    public void A_link_stays_a_link()
    {
        if (OperatingSystem.IsWindows())
            return; // links need a privilege there
        File.WriteAllText(folder["target"], "old");
        File.CreateSymbolicLink(folder["link"], folder["target"]);
        OutputFile.Write(folder["link"], stream => stream.Write("new"u8));
        Assert.NotNull(File.ResolveLinkTarget(folder["link"], returnFinalTarget: false));
        Assert.Equal("new", File.ReadAllText(folder["target"]));
    }

    [Fact]
    public void A_link_to_what_is_not_there_yet_stays_a_link()
    {
        if (OperatingSystem.IsWindows())
            return; // links need a privilege there
        File.CreateSymbolicLink(folder["link"], folder["target"]);
        OutputFile.Write(folder["link"], stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(folder["target"]));
        Assert.NotNull(new FileInfo(folder["link"]).LinkTarget);
    }

    [Fact]
    public void A_read_only_file_is_found_before_the_work_begins()
    {
        File.WriteAllText(folder["a"], "old");
        File.SetAttributes(folder["a"], FileAttributes.ReadOnly);
        var error = Assert.Throws<UserErrorException>(() => OutputFile.Probe(folder["a"]));
        Assert.StartsWith($"cannot write '{folder["a"]}': expected a file that may be replaced", error.Message, StringComparison.Ordinal);
        Assert.Throws<UserErrorException>(() => OutputFile.Write(folder["a"], stream => stream.Write("new"u8)));
        Assert.Equal("old", File.ReadAllText(folder["a"]));
        File.SetAttributes(folder["a"], FileAttributes.Normal);
        OutputFile.Probe(folder["a"]);
    }

    [Fact]
    public async Task A_pipe_is_written_and_standard_output_is_refused()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using (Process mkfifo = Process.Start("mkfifo", folder["pipe"]))
            await mkfifo.WaitForExitAsync();
        OutputFile.Probe(folder["pipe"]);
        Task<string> reading = Task.Run(() => File.ReadAllText(folder["pipe"]));
        OutputFile.Write(folder["pipe"], stream => stream.Write("new"u8));
        Assert.Equal("new", await reading.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal(["pipe"], folder.Names);
        foreach (string path in new[] { "/dev/stdout", "/dev/stderr", "/dev/fd/1" })
        {
            var error = Assert.Throws<UserErrorException>(() => OutputFile.Probe(path));
            Assert.Equal($"cannot write '{path}': expected the name of a file, found where messages go", error.Message);
        }
    }
}
