namespace NanoConv.Tests;

public sealed class FileLockTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nanoconv-lock-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_at_a_time_has_it_and_what_a_killed_program_left_locks_nobody_out(bool deletes)
    {
        string path = Path.Combine(folder, "lock");
        File.WriteAllText(path, "left");
        using (FileLock? first = FileLock.TryTake(path, deletes))
        {
            Assert.NotNull(first);
            Assert.Null(FileLock.TryTake(path, deletes));
            Assert.True(File.Exists(path)); // whoever was refused has deleted nothing
        }

        Assert.Equal(!deletes, File.Exists(path));
        using FileLock? second = FileLock.TryTake(path, deletes);
        Assert.NotNull(second);
    }

    [Fact]
    public void It_is_never_held_twice_while_its_file_comes_and_goes()
    {
        string path = Path.Combine(folder, "lock");
        int holders = 0, most = 0, taken = 0;
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ =>
        {
            for (int i = 0; i < 2000; i++)
            {
                using FileLock? mine = FileLock.TryTake(path, deletes: true);
                if (mine is null)
                    continue;
                Interlocked.Increment(ref taken);
                int now = Interlocked.Increment(ref holders);
                if (now > 1)
                    Volatile.Write(ref most, now);
                Thread.Yield();
                Interlocked.Decrement(ref holders);
            }
        });
        Assert.Equal(0, most);
        Assert.True(taken > 0);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_no_lock_of_somebody_else() =>
        Assert.Throws<DirectoryNotFoundException>(() => FileLock.TryTake(Path.Combine(folder, "none", "lock"), deletes: true));
}
