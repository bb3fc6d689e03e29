using System.Diagnostics;
using System.Globalization;
using NanoConv.Cifar.Commands;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Tests.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Commands;

/// <summary>What only a process of its own can show: signals, exit codes, redirected streams.</summary>
public sealed class ProcessTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly string[] LongRun =
        ["train", "--data", "shapes10", "--samples", "200", "--epochs", "100000", "--network", "thinner_deeper"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("-INT")]
    [InlineData("-TERM")]
    [InlineData("-HUP")]
    [InlineData("-HUP", "-HUP", "-TERM")] // a terminal is closed: shell and system tell of it, and a service manager asks
    public async Task Ctrl_C_keeps_the_best_model_so_far_and_says_where(params string[] signals)
    {
        if (OperatingSystem.IsWindows())
            return; // no signal can be sent to one process there
        using Process process = StartListening([.. LongRun, "--output", folder["run"]]);
        using var patience = Wait(process);
        Task<string> error = process.StandardError.ReadToEndAsync(patience.Token);
        await ReadTo("epoch      3/", process, patience.Token);
        Task<string> rest = process.StandardOutput.ReadToEndAsync(patience.Token);
        await Send(process.Id, signals, patience.Token);
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
    public async Task Under_nohup_a_closed_terminal_is_ignored()
    {
        if (OperatingSystem.IsWindows())
            return; // there is none
        ProcessStartInfo start = StartInfo([.. LongRun, "--output", folder["run"]]);
        start.ArgumentList.Insert(0, start.FileName);
        start.FileName = "nohup";
        using Process process = Process.Start(start)!;
        using var patience = Wait(process);
        Task<string> error = process.StandardError.ReadToEndAsync(patience.Token);
        await ReadTo("epoch      1/", process, patience.Token);
        await Send(process.Id, ["-HUP"], patience.Token);
        await ReadTo("epoch     40/", process, patience.Token);
        Task<string> rest = process.StandardOutput.ReadToEndAsync(patience.Token);
        await Send(process.Id, ["-TERM"], patience.Token);
        await process.WaitForExitAsync(patience.Token);
        await rest;
        Assert.Contains("interrupted: kept the best model so far", await error, StringComparison.Ordinal);
        Assert.Equal(130, process.ExitCode);
    }

    [Fact]
    public async Task A_terminal_that_is_gone_takes_no_result_with_it()
    {
        if (!File.Exists("/usr/bin/script"))
            return; // it makes a terminal, which ends with it
        ProcessStartInfo run = Listening(StartInfo([.. LongRun, "--output", folder["run"]]));
        string line = $"echo process $$; exec {string.Join(' ', run.ArgumentList.Prepend(run.FileName).Select(Shell.Quote))}";
        using Process terminal = Process.Start(new ProcessStartInfo("/usr/bin/script", ["-qfec", line, "/dev/null"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        })!;
        string? written = await terminal.StandardOutput.ReadLineAsync();
        Assert.StartsWith("process ", written, StringComparison.Ordinal);
        using Process process = Process.GetProcessById(int.Parse(written!["process ".Length..], CultureInfo.InvariantCulture));
        using var patience = Wait(process);
        do
            written = await terminal.StandardOutput.ReadLineAsync(patience.Token);
        while (written?.Contains("epoch      3/", StringComparison.Ordinal) == false);
        terminal.Kill();
        while (!File.Exists(folder["run/run.json"]))
            await Task.Delay(20, patience.Token);
        RunRecord record = RunRecord.Read(folder["run/run.json"]);
        Assert.Equal("training interrupted", record.StopReason);
        Assert.True(record.History.Count >= 3);
    }

    [Fact]
    public async Task A_pipe_that_is_closed_or_full_takes_no_result_with_it()
    {
        if (!File.Exists("/dev/full"))
            return; // Linux only: every write to it fails as on a full disk
        string[] run = ["train", "--data", "shapes10", "--samples", "40", "--epochs", "2", "--network", "thinner_deeper", "--output"];
        (int exitCode, string error) = await InShell([.. run, folder["full"]], "> /dev/full");
        Assert.Equal((1, "error: cannot write to standard output: the disk is full\n"), (exitCode, error));
        Assert.True(RunRecord.Read(folder["full/run.json"]).Completed);
        (_, error) = await InShell([.. run, folder["pipe"]], "| head -n 1");
        Assert.Equal("", error);
        Assert.True(RunRecord.Read(folder["pipe/run.json"]).Completed);
    }

    [Fact]
    public async Task Two_runs_do_not_share_a_folder_and_one_that_is_killed_leaves_it_to_the_next()
    {
        using Process first = Start([.. LongRun, "--output", folder["run"]]);
        using var patience = Wait(first);
        Task<string> error = first.StandardError.ReadToEndAsync(patience.Token);
        await ReadTo("epoch      1/", first, patience.Token);
        string[] second = ["train", "--data", "shapes10", "--samples", "40", "--epochs", "1", "--network", "thinner_deeper", "--output", folder["run"]];
        CommandResult.Of(second).ShouldFail(1, "--output", "expected a folder that no other run writes to", $"found '{folder["run"]}' in use");
        first.Kill();
        await first.WaitForExitAsync(patience.Token);
        Assert.Equal("", await error);
        CommandResult.Of(second).ShouldSucceed();
        Assert.Equal(["curves.png", "model.safetensors", "run.json"], new DirectoryInfo(folder["run"]).GetFiles().Select(file => file.Name).Order());
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

    internal static Process Start(params string[] arguments) => Process.Start(StartInfo(arguments))!;

    // The tests themselves may have been started to ignore signals, by nohup or in the background of a script.
    private static Process StartListening(params string[] arguments) => Process.Start(Listening(StartInfo(arguments)))!;

    private static ProcessStartInfo Listening(ProcessStartInfo start)
    {
        if (!OperatingSystem.IsLinux())
            return start; // GNU's env alone has this
        start.ArgumentList.Insert(0, start.FileName);
        start.ArgumentList.Insert(0, "--default-signal=INT,TERM,HUP");
        start.FileName = "env";
        return start;
    }

    /// <summary>Ends a test's waiting after a while, and with it a process that would train for hours.</summary>
    private static CancellationTokenSource Wait(Process process)
    {
        var patience = new CancellationTokenSource(Patience);
        patience.Token.Register(process.Kill);
        return patience;
    }

    private static async Task ReadTo(string text, Process process, CancellationToken cancellation)
    {
        string? line;
        do
            line = await process.StandardOutput.ReadLineAsync(cancellation);
        while (line?.StartsWith(text, StringComparison.Ordinal) == false);
        Assert.NotNull(line); // else it has ended
    }

    private static async Task Send(int process, string[] signals, CancellationToken cancellation)
    {
        foreach (string signal in signals)
        {
            using Process kill = Process.Start("kill", [signal, process.ToString()]);
            await kill.WaitForExitAsync(cancellation);
        }
    }

    private static async Task<(int ExitCode, string Error)> InShell(string[] arguments, string redirection)
    {
        ProcessStartInfo run = StartInfo(arguments);
        string line = $"{string.Join(' ', run.ArgumentList.Prepend(run.FileName).Select(Shell.Quote))} {redirection}";
        using Process shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", line]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        using var patience = new CancellationTokenSource(Patience);
        Task<string> output = shell.StandardOutput.ReadToEndAsync(patience.Token);
        string error = await shell.StandardError.ReadToEndAsync(patience.Token);
        await shell.WaitForExitAsync(patience.Token);
        await output;
        return (shell.ExitCode, error);
    }

    private static ProcessStartInfo StartInfo(params string[] arguments)
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
        return start;
    }
}
