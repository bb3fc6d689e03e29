using System.Diagnostics;
using NanoConv.Cifar.Commands;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Tests.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Commands;

/// <summary>What only a process of its own can show: signals, exit codes, redirected streams.</summary>
public sealed class ProcessTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Ctrl_C_keeps_the_best_model_so_far_and_says_where()
    {
        if (OperatingSystem.IsWindows())
            return; // no signal can be sent to one process there
        using Process process = Start(
            "train", "--data", "shapes10", "--samples", "200", "--epochs", "100000", "--network", "thinner_deeper",
            "--output", folder["run"]);
        using var patience = new CancellationTokenSource(Patience);
        Task<string> error = process.StandardError.ReadToEndAsync(patience.Token);
        string? line;
        do
            line = await process.StandardOutput.ReadLineAsync(patience.Token);
        while (line?.StartsWith("epoch      3/", StringComparison.Ordinal) == false);
        Task<string> rest = process.StandardOutput.ReadToEndAsync(patience.Token);
        using (Process kill = Process.Start("kill", ["-INT", process.Id.ToString()]))
            await kill.WaitForExitAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        Assert.DoesNotContain('\e', await rest);
        Assert.Matches($"interrupted: kept the best model so far, of epoch \\d+, in .*model.safetensors", await error);
        Assert.Equal(130, process.ExitCode);
        RunRecord record = RunRecord.Read(folder["run/run.json"]);
        Assert.False(record.Completed);
        Assert.True(record.History.Count >= 3);
        Assert.Equal("thinner_deeper", record.Settings.Network);
        Assert.Equal(10, ModelFile.Read(folder["run/model.safetensors"]).ClassNames.Count);
    }

    [Fact]
    public async Task A_mistake_is_one_line_on_standard_error_and_an_exit_code()
    {
        using Process process = Start("train", "--epochs", "none");
        using var patience = new CancellationTokenSource(Patience);
        Task<string> output = process.StandardOutput.ReadToEndAsync(patience.Token);
        string error = await process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        Assert.Equal(2, process.ExitCode);
        Assert.Equal("", await output);
        Assert.StartsWith("error: --epochs: expected", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    internal static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath ?? "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        // The tests' host need not be dotnet itself.
        if (!Path.GetFileNameWithoutExtension(start.FileName).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
            start.FileName = "dotnet";
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(CommandLine).Assembly.Location);
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
