using System.CommandLine;
using NanoConv.Cifar.Data;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Files;
using NanoConv.Cifar.Reports;
using NanoConv.Cifar.Reports.Page;
using NanoConv.Cifar.Reproduction;
using static NanoConv.Cifar.Commands.Shell;

namespace NanoConv.Cifar.Commands;

/// <summary><c>reproduce</c>: all of the paper's experiments, as a report.</summary>
internal static class ReproduceCommand
{
    /// <summary>What the command is called.</summary>
    public const string Name = "reproduce";

    /// <summary>What it does.</summary>
    public const string Description = "Runs the paper's experiments and writes a report; started again, it goes on.";

    private const string RunsFolder = "runs";

    /// <summary>The command.</summary>
    /// <param name="terminal">Where to write.</param>
    /// <param name="cancellation">Ends it.</param>
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        string[] names = [.. PaperExperiments.All(quick: false).Select(experiment => experiment.Name)];
        Option<string?> data = DataSource.CreateOption("CIFAR-10 if it can be had, else shapes10");
        Option<int> seeds = OptionOf.Whole("--seeds", "Runs of each setting, with seeds 1, 2, ….", 1, 1);
        Option<string[]> only = OptionOf.Choices("--only", "Only these experiments.", names);
        var quick = new Option<bool>("--quick") { Description = "A tenth of the images, fewer epochs, smaller batches: minutes, and other figures." };
        Option<string?> output = OptionOf.Text(
            "--output", "The folder for the report and all runs. [default: reproduction, or reproduction-quick]", "DIR", "the name of a folder");
        Option<int> jobs = OptionOf.Whole(
            "--jobs", "Runs at a time; each has its share of the cores. [default: one a core]", 0, 0);
        jobs.DefaultValueFactory = null;
        var plan = new Option<bool>("--plan") { Description = "Only print each run as a command, for a scheduler of your own." };
        Option<string[]> collect = OptionOf.Texts(
            "--collect", "Train nothing: make the report of the runs in these folders.", "DIR", "the name of a folder");
        var noPictures = new Option<bool>("--no-pictures") { Description = "No pictures of the data in the report." };
        var command = new CommandWithExamples(
            Name,
            Description,
            "nanoconv-cifar reproduce --quick",
            "nanoconv-cifar reproduce --seeds 3 --output reproduction",
            "nanoconv-cifar reproduce --only samples maxpooling",
            "nanoconv-cifar reproduce --plan --output big | xargs -P2 -d '\\n' -n1 sh -c",
            "nanoconv-cifar reproduce --collect big --output big")
        {
            data, seeds, only, quick, output, jobs, plan, collect, noPictures,
        };
        command.SetAction(result =>
        {
            bool isQuick = result.GetValue(quick);
            string[] chosen = result.GetValue(only) ?? [];
            var work = new ReproductionPlan(
                [.. PaperExperiments.All(isQuick).Where(experiment => chosen.Length == 0 || chosen.Contains(experiment.Name))],
                result.GetValue(seeds),
                isQuick);
            string folder = result.GetValue(output) ?? (isQuick ? "reproduction-quick" : "reproduction");
            var request = new Request(work, result.GetValue(data), folder, !result.GetValue(noPictures), terminal);
            string[] folders = result.GetValue(collect) ?? [];
            if (folders.Length > 0 && (result.GetValue(plan) || result.GetValue(jobs) > 0))
                throw new UserErrorException("--collect: expected neither --plan nor --jobs, as nothing is trained, found one of them");
            if (result.GetValue(plan))
                return Print(request, result.GetValue(jobs));
            return folders.Length > 0 ? Collect(request, folders, cancellation) : Run(request, result.GetValue(jobs), cancellation);
        });
        return command;
    }

    private static int Print(Request request, int jobs)
    {
        int threads = Threads(jobs == 0 ? Environment.ProcessorCount : jobs);
        foreach (RunSettings run in request.Plan.Runs)
        {
            string folder = Path.Combine(Path.GetFullPath(request.Output), RunsFolder, ReproductionPlan.NameOf(run));
            string data = request.Data is null ? "" : $" --data {Quote(request.Data)}";
            request.Terminal.Out.WriteLine(FormattableString.Invariant(
                $"{Self()} train --network {run.Network} --samples {run.Samples} --epochs {run.Epochs} --batch-size {run.BatchSize} ")
                + FormattableString.Invariant($"--l1 {run.L1} --seed {run.Seed} ")
                + $"--threads {threads}{data} --output {Quote(folder)}");
        }

        return 0;
    }

    private static int Run(Request request, int jobs, CancellationToken cancellation)
    {
        string runs = Path.Combine(request.Output, RunsFolder);
        using RunFolder folder = RunFolder.PrepareAlone(request.Output, ReproductionPage.FileName, ResultsFile.FileName);
        SelectedData data = DataSource.Load(request.Data, request.Plan.Samples, request.Terminal, cancellation);
        RunLibrary library = RunLibrary.In([runs], data.Images);
        foreach (string reason in library.Refused)
            request.Terminal.Out.WriteLine($"not used again: {reason}");
        IReadOnlyList<RunGroup> groups = RunGroup.Of(request.Plan.Runs.Where(run => library.Find(run) is null));
        int reused = request.Plan.Runs.Count - groups.Sum(group => group.Runs.Count());
        if (reused > 0)
            request.Terminal.Out.WriteLine($"{reused} of {request.Plan.Runs.Count} runs were finished before and are used again");
        int atATime = Math.Clamp(jobs == 0 ? Environment.ProcessorCount : jobs, 1, Math.Max(1, groups.Count));
        if (groups.Count > 0)
            request.Terminal.Out.WriteLine($"{request.Plan.Runs.Count - reused} runs to train, {atATime} at a time, {Threads(atATime)} thread(s) each");
        var progress = new ReproductionProgress(request.Terminal, library, groups, reused);
        try
        {
            var runner = new ReproductionRunner(data, runs, RunFiles.Names, RunFiles.Save, progress);
            runner.Run(groups, atATime, Threads(atATime), cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            progress.Clear();
            request.Terminal.Error.WriteLine($"interrupted: {progress.Done} of {request.Plan.Runs.Count} runs are finished in {runs}; "
                + "start the same command again to go on");
            return Interruption.ExitCode;
        }
        catch (UserErrorException mistake)
        {
            throw new UserErrorException(
                $"{mistake.Message}; {progress.Done} of {request.Plan.Runs.Count} runs are finished in {runs}; start the same command again to go on", mistake);
        }
        finally
        {
            progress.Clear();
        }

        return Report(request, library, data.Images);
    }

    private static int Collect(Request request, string[] folders, CancellationToken cancellation)
    {
        foreach (string missing in folders.Where(path => !Directory.Exists(path)))
            throw new UserErrorException($"--collect: expected a folder, found none at '{missing}'");
        using RunFolder folder = RunFolder.PrepareAlone(request.Output, ReproductionPage.FileName, ResultsFile.FileName);
        // Without pictures the data itself is not needed.
        ImageData? data = request.WithPictures
            ? DataSource.Load(request.Data, request.Plan.Samples, request.Terminal, cancellation).Images : null;
        RunLibrary library = RunLibrary.In(folders, data);
        foreach (string reason in library.Refused)
            request.Terminal.Out.WriteLine($"not used: {reason}");
        request.Terminal.Out.WriteLine($"{library.Runs.Count} runs found");
        return Report(request, library, data);
    }

    private static int Report(Request request, RunLibrary library, ImageData? data)
    {
        IReadOnlyList<ExperimentResult> experiments = request.Plan.Collect(library.Find);
        RunSettings[] missing = [.. request.Plan.Runs.Where(run => library.Find(run) is null)];
        var result = new ReproductionResult(request.Plan.IsQuick, request.Plan.Seeds, experiments, request.WithPictures ? data : null);
        TextWriter output = request.Terminal.Out;
        output.WriteLine(); // before the files: what came of it is known, whatever becomes of them
        foreach (ExperimentResult experiment in experiments)
            output.WriteLine($"{experiment.Paper.Place,-9} {experiment.Paper.Title}: {Text.Of(experiment.Verdict.Kind)}. {experiment.Verdict.Words}");
        output.WriteLine();
        foreach (RunSettings run in missing)
            output.WriteLine($"missing: {ReproductionProgress.Describe(run)} ({ReproductionPlan.NameOf(run)})");
        Write(request.Output, result);
        output.WriteLine($"Written to {request.Output}: {ReproductionPage.FileName}, {ResultsFile.FileName}, figures");
        return missing.Length == 0 ? 0 : 1;
    }

    private static void Write(string folder, ReproductionResult result)
    {
        try
        {
            ReproductionPage.Write(folder, result);
            ResultsFile.Of(result).Write(Path.Combine(folder, ResultsFile.FileName));
        }
        catch (UserErrorException mistake)
        {
            throw new UserErrorException($"{mistake.Message}; the runs are kept, start the same command again for the report", mistake);
        }
    }

    private static int Threads(int jobs) => Math.Max(1, Environment.ProcessorCount / jobs);

    // As this program was started, so that the lines can be run as they are.
    private static string Self()
    {
        string program = Environment.ProcessPath ?? "nanoconv-cifar";
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? $"{Quote(program)} {Quote(typeof(ReproduceCommand).Assembly.Location)}"
            : Quote(program);
    }

    private sealed record Request(ReproductionPlan Plan, string? Data, string Output, bool WithPictures, Terminal Terminal);
}
