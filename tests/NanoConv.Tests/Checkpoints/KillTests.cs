using System.Diagnostics;

namespace NanoConv.Tests.Checkpoints;

/// <summary>
/// A training program is killed, as by SIGKILL, again and again, and started anew. In the end there is the model of one
/// that was never killed, bit by bit.
/// </summary>
public sealed class KillTests : IDisposable
{
    private const int RandomKills = 30;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>A checkpoint is kept after every step, so that some of these moments may lie in a write.</summary>
    [Fact]
    public async Task Killed_at_any_moment_it_ends_with_the_same_bits()
    {
        const int Epochs = 40;
        byte[] expected = Uninterrupted(Epochs);
        int[] kills = await Task.WhenAll(KillAgainAndAgain("a"), KillAgainAndAgain("b")); // most of a start is waiting
        Assert.InRange(kills.Sum(), RandomKills, int.MaxValue);

        // How many kills there were in training.
        async Task<int> KillAgainAndAgain(string name)
        {
            int seed = Random.Shared.Next(), training = 0;
            Random random = new(seed);
            for (int run = 1; training < RandomKills / 2; run++)
            {
                string checkpoints = Path.Combine(folder, $"{name}{run}"), model = Path.Combine(folder, $"{name}{run}.safetensors");
                while (!File.Exists(model))
                {
                    using Process worker = Start(checkpoints, model, $"{Epochs}");
                    bool hasBegun = random.Next(10) > 0; // else it is killed even before training begins, and not counted
                    if (hasBegun)
                        await Line(worker, CheckpointWorker.Training);
                    if (training < RandomKills / 2)
                        await Task.Delay(TimeSpan.FromMilliseconds(random.NextDouble() * 80));
                    else
                        await End(worker);
                    training += await Kill(worker) * (hasBegun ? 1 : 0);
                }

                Assert.True(expected.AsSpan().SequenceEqual(File.ReadAllBytes(model)), $"another model after {training} kills, seed {seed}");
                Assert.Equal((2, 0), (new CheckpointFolder(checkpoints).Files.Count, Temporaries(checkpoints)));
            }

            return training;
        }
    }

    /// <summary>Each stage of a write, in the first one after a start, and in a later one.</summary>
    [Fact]
    public async Task Killed_at_each_stage_of_a_write_it_ends_with_the_same_bits()
    {
        const int Epochs = 8;
        byte[] expected = Uninterrupted(Epochs);
        string checkpoints = Path.Combine(folder, "checkpoints"), model = Path.Combine(folder, "model.safetensors");
        string newest = "";
        foreach (int write in (int[])[1, 3])
        {
            foreach (WriteStage stage in Enum.GetValues<WriteStage>())
            {
                using Process worker = Start(checkpoints, model, $"{Epochs}", $"{stage}", $"{write}");
                await Line(worker, CheckpointWorker.Reached);
                Assert.Equal(1, await Kill(worker));
                newest = ShouldHoldWholeCheckpoints(checkpoints, stage, newest);
            }
        }

        using (Process last = Start(checkpoints, model, $"{Epochs}"))
        {
            await End(last);
            Assert.Equal(0, last.ExitCode);
        }

        Assert.True(expected.AsSpan().SequenceEqual(File.ReadAllBytes(model)));
        Assert.Equal((2, 0), (new CheckpointFolder(checkpoints).Files.Count, Temporaries(checkpoints)));
    }

    private static string ShouldHoldWholeCheckpoints(string checkpoints, WriteStage stage, string newestBefore)
    {
        IReadOnlyList<string> files = new CheckpointFolder(checkpoints).Files;
        Assert.Equal(stage < WriteStage.Renamed ? 1 : 0, Temporaries(checkpoints)); // those of the kill before have been removed
        Assert.InRange(files.Count, newestBefore.Length == 0 ? 0 : 1, stage == WriteStage.Renamed ? 3 : 2);
        foreach (string file in files)
            CheckpointFile.Read(file);
        string newest = files.FirstOrDefault(newestBefore);
        Assert.True(string.CompareOrdinal(newest, newestBefore) >= 0);
        return newest;
    }

    private static int Temporaries(string checkpoints) =>
        Directory.GetFiles(checkpoints).Count(file => file.EndsWith(".tmp", StringComparison.Ordinal));

    private static async Task End(Process worker)
    {
        using CancellationTokenSource patience = new(Patience);
        try
        {
            await worker.WaitForExitAsync(patience.Token);
        }
        finally
        {
            worker.Kill();
        }
    }

    private byte[] Uninterrupted(int epochs)
    {
        string model = Path.Combine(folder, "expected.safetensors");
        CheckpointWorker.Train(model, epochs, checkpoints: null);
        return File.ReadAllBytes(model);
    }

    /// <summary>Kills at once, without a chance to tidy up.</summary>
    /// <returns>1, or 0 if the program had ended by itself.</returns>
    private static async Task<int> Kill(Process worker)
    {
        worker.Kill();
        using CancellationTokenSource patience = new(Patience);
        string error = await worker.StandardError.ReadToEndAsync(patience.Token);
        await worker.WaitForExitAsync(patience.Token);
        Assert.Equal("", error);
        return worker.ExitCode == 0 ? 0 : 1;
    }

    private static async Task Line(Process worker, string expected)
    {
        using CancellationTokenSource patience = new(Patience);
        string? line;
        do
            line = await worker.StandardOutput.ReadLineAsync(patience.Token);
        while (line is not null && line != expected);
        Assert.True(line == expected, line is null ? await worker.StandardError.ReadToEndAsync(patience.Token) : null);
    }

    private static Process Start(params string[] arguments) => TestProgram.Start([nameof(CheckpointWorker), .. arguments]);
}
