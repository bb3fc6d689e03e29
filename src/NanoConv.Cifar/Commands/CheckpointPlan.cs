using NanoConv.Cifar.Data;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Files;
using NanoConv.Graphs;
using NanoConv.Models;

namespace NanoConv.Cifar.Commands;

/// <summary>Where a run keeps its checkpoints, and which run it goes on with.</summary>
/// <param name="Path">The folder; null if none are kept.</param>
/// <param name="Resumed">The run to go on with; null for a new one.</param>
/// <param name="EverySteps">Steps from one checkpoint to the next.</param>
/// <param name="Notice">Hears of damaged checkpoints and of files that cannot be deleted.</param>
internal sealed record CheckpointPlan(string? Path, RunNote? Resumed, int EverySteps, Action<string> Notice)
{
    /// <summary>The folder of the results of the run to go on with; null for a new one.</summary>
    public string? Output
    {
        get
        {
            if (Resumed is null)
                return null;
            string output = System.IO.Path.GetFullPath(Resumed.Output, System.IO.Path.GetFullPath(Path!));
            string asSeen = System.IO.Path.GetRelativePath(".", output);
            return asSeen.StartsWith("..", StringComparison.Ordinal) ? output : asSeen;
        }
    }

    /// <summary>Makes the folder if need be and finds out whether it can be written in; null if none is asked for.</summary>
    /// <exception cref="UserErrorException">It cannot.</exception>
    public RunFolder? PrepareFolder() => Path is null ? null : RunFolder.Prepare(Path, "checkpoint");

    /// <summary>
    /// Finds out whether there is room for checkpoints: while one is written, the two before it are there; each has the weights, the
    /// optimizer's two numbers for each of them, and the best weights so far.
    /// </summary>
    /// <param name="model">The model that is to be trained.</param>
    /// <exception cref="UserErrorException">There is not.</exception>
    public void RequireRoom(Model<float> model)
    {
        if (Path is not null)
            DiskRoom.Require(Path, (Resumed is null ? 3 : 1) * 4L * sizeof(float) * model.ParameterCount, "checkpoints");
    }

    /// <summary>The checkpoints of a run; null if none are asked for.</summary>
    /// <param name="settings">The run's settings.</param>
    /// <param name="images">Its images: it goes on with the same ones only.</param>
    /// <param name="output">The folder for its results.</param>
    public CheckpointFolder? Of(RunSettings settings, ImageData images, string output) => Path is null ? null : new CheckpointFolder(Path)
    {
        EverySteps = EverySteps,
        Start = Resumed is null ? CheckpointStart.New : CheckpointStart.Resume,
        Identity = new Dictionary<string, string> { ["training_sha256"] = images.TrainingSha256, ["test_sha256"] = images.TestSha256 },
        Metadata = new RunNote(settings, EverySteps, System.IO.Path.GetRelativePath(Path, output)).ToMetadata(),
        Notice = Notice,
    };
}
