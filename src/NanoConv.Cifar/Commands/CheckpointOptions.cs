using System.CommandLine;
using System.CommandLine.Parsing;
using NanoConv.Cifar.Experiments;
using NanoConv.Models;
using NanoConv.Training;

namespace NanoConv.Cifar.Commands;

/// <summary>The options <c>--checkpoint</c>, <c>--checkpoint-every</c> and <c>--resume</c> of <c>train</c>.</summary>
internal sealed class CheckpointOptions
{
    private readonly Option<string?> checkpoint = OptionOf.Text(
        "--checkpoint", "The folder for checkpoints, from which a run that was broken off goes on; by default none are kept.",
        "DIR", "the name of a folder");

    private readonly Option<int> every = OptionOf.Whole(
        "--checkpoint-every", "Steps from one checkpoint to the next, besides the one after each epoch; 0 for no more.", 0, 0);

    private readonly Option<string?> resume = OptionOf.Text(
        "--resume", "Goes on from the checkpoints in this folder, with that run's settings; --epochs may be more.",
        "DIR", "the name of a folder");

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(checkpoint);
        command.Add(every);
        command.Add(resume);
        command.Validators.Add(result =>
        {
            bool isResumed = IsGiven(result, resume);
            if (isResumed && IsGiven(result, checkpoint))
                result.AddError("--checkpoint: expected --resume alone, which keeps checkpoints in its own folder, found both.");
            if (IsGiven(result, every) && !isResumed && !IsGiven(result, checkpoint))
                result.AddError("--checkpoint-every: expected --checkpoint DIR or --resume DIR beside it, found neither.");
        });
    }

    /// <summary>What the options ask for; a run to be resumed is looked at.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="terminal">Where damaged checkpoints are spoken of.</param>
    /// <exception cref="UserErrorException">There is nothing to resume, or something that would be lost.</exception>
    public CheckpointPlan Read(ParseResult result, Terminal terminal)
    {
        string? path = result.GetValue(resume) ?? result.GetValue(checkpoint);
        if (path is null)
            return new CheckpointPlan(null, null, 0, _ => { });
        HashSet<string> told = []; // a damaged checkpoint is met here, for the run's settings, and again when the fit begins
        var folder = new CheckpointFolder(path) { Notice = Tell };
        if (result.GetValue(resume) is null)
        {
            return folder.Files.Count == 0
                ? new CheckpointPlan(path, null, result.GetValue(every), Tell)
                : throw new UserErrorException(
                    $"--checkpoint: expected a folder without checkpoints, found {Path.GetFileName(folder.Files[0])} of an earlier run in it; "
                    + $"to go on with that run: --resume {Shell.Quote(path)}");
        }

        SavedState newest = folder.ReadNewest();
        RunNote note = RunNote.Read(newest);
        SavedState state = newest.Part("state");
        terminal.Out.WriteLine($"Resuming from {newest.Source}, of epoch {state.Text("epoch")}, step {state.Text("step")}");
        return new CheckpointPlan(path, note, IsGiven(result.CommandResult, every) ? result.GetValue(every) : note.EverySteps, Tell);

        void Tell(string line)
        {
            if (told.Add(line))
                terminal.Error.WriteLine($"warning: {line}");
        }
    }

    private static bool IsGiven(CommandResult result, Option option) => result.GetResult(option) is { Implicit: false };
}
