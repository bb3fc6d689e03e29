using System.Globalization;

namespace NanoConv.Tests.Checkpoints;

/// <summary>
/// A small training program for tests that kill it: it goes on from the checkpoints in its folder, keeps one after every
/// step, and leaves the model. It says "training" when training begins, and stands still where it is told to, saying so.
/// </summary>
internal static class CheckpointWorker
{
    public const string Training = "training";
    public const string Reached = "reached";

    private const int Examples = 40;

    /// <summary>Runs as a process of its own: folder, model file, epochs, and perhaps a stage and which write is to stop there.</summary>
    public static int Run(IReadOnlyList<string> arguments)
    {
        WriteStage? stage = arguments.Count > 3 ? Enum.Parse<WriteStage>(arguments[3]) : null;
        int left = arguments.Count > 4 ? int.Parse(arguments[4], CultureInfo.InvariantCulture) : 0;
        CheckpointFolder checkpoints = new(arguments[0])
        {
            EverySteps = 1,
            Start = CheckpointStart.ResumeOrNew,
            Reached = reached =>
            {
                if (reached != stage || --left > 0)
                    return;
                Console.WriteLine(Reached);
                Thread.Sleep(Timeout.Infinite);
            },
        };
        Train(arguments[1], int.Parse(arguments[2], CultureInfo.InvariantCulture), checkpoints, new Announcer());
        return 0;
    }

    /// <summary>Trains and writes the model with its history.</summary>
    public static void Train(string modelFile, int epochs, CheckpointStore? checkpoints, params Callback[] callbacks)
    {
        Model<float> model = new Sequential(
            new Conv2D(8, 3, padding: Padding.Same, activation: Activation.ReLU),
            new Dropout(0.25),
            new Flatten(),
            new Dense(64, Activation.ReLU),
            new Dense(3, Activation.Softmax, kernelRegularizer: new L1(1e-3))).Build<float>((4, 6, 2), seed: 5);
        KeepBest<float> best = new(model);
        History history = model.Fit(new RecordingDataset<float>(Examples), new FitOptions
        {
            Epochs = epochs,
            BatchSize = 8,
            ValidationSplit = 0.2,
            Seed = 3,
            Threads = 1 + (Environment.ProcessId % 2), // the same bits on any number
            Checkpoints = checkpoints,
            Callbacks = [best, .. callbacks],
        });
        model.Save(modelFile, history, new Dictionary<string, string> { ["best_epoch"] = $"{best.Best!.Epoch}" });
    }

    private sealed class Announcer : Callback
    {
        public override void OnTrainBegin(TrainingState state) => Console.WriteLine(Training);
    }
}
