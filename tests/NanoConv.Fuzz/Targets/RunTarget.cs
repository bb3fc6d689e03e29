using System.Text;
using NanoConv.Cifar;
using NanoConv.Cifar.Experiments;
using NanoConv.Fuzz.Mutators;

namespace NanoConv.Fuzz.Targets;

/// <summary><see cref="RunRecord"/>, run.json; what is accepted has no gaps and is the same when written and read again.</summary>
public sealed class RunTarget : FuzzTarget
{
    /// <summary>The target's name.</summary>
    public const string TargetName = "run";

    /// <inheritdoc/>
    public override string Name => TargetName;

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documented => [typeof(UserErrorException)];

    /// <inheritdoc/>
    public override IReadOnlyList<Mutator> Mutators => [ByteMutators.Any, JsonMutators.Any, JsonMutators.Any, JsonMutators.Any];

    /// <inheritdoc/>
    public override object Read(byte[] input) => RunRecord.Read(new MemoryStream(input), "input");

    /// <inheritdoc/>
    public override void Check(byte[] input, object? result)
    {
        byte[] once = Written((RunRecord)result!);
        if (!once.AsSpan().SequenceEqual(Written(RunRecord.Read(new MemoryStream(once), "input"))))
            throw new UnsoundResultException("expected the same run when written and read again, found another");
        Use((RunRecord)result!);
    }

    /// <inheritdoc/>
    protected override IEnumerable<byte[]> MakeSeeds()
    {
        ClassScores scores = new("a", 0.5, 0.25, 1.0 / 3, 2);
        SplitResult split = new(4, 0.7, 0.5, [scores, scores with { Name = "b" }], scores, scores, [[1, 1], [0, 2]]);
        EpochRecord epoch = new(1, 2.3, 0.1, 2.2, 0.2, 1.5, 3000);
        RunRecord completed = new(
            RunRecord.SchemaName,
            RunRecord.CurrentVersion,
            true,
            null,
            new RunSettings { Samples = 40, Epochs = 2, Data = "/data/x" },
            new RunData("Shapes10", false, "built in", "not CIFAR-10", ["a", "b"], 36, 4, 20, new string('a', 64), new string('b', 64)),
            new RunEnvironment("0.1.0", ".NET 10", "Linux", "x64", null, 2, 256),
            new RunModel("model.safetensors", 2, 1234, 5678, 9012, new Dictionary<string, string> { ["conv2d_1"] = "direct" }),
            [epoch, epoch with { Epoch = 2, ValidationLoss = null, ValidationAccuracy = null }],
            new RunTimings(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), 3.5, 3, 1000.5, 0.5, 123_456_789),
            new RunResults(split, split, new BaselineResult("a", 0.5)));
        yield return Written(completed);
        yield return Written(completed with
        {
            Completed = false,
            StopReason = "the loss became NaN",
            Results = null,
            History = [epoch with { Loss = double.NaN, Accuracy = double.NegativeInfinity }],
            Model = completed.Model with { Epoch = null },
            Timings = completed.Timings with { EvaluationSeconds = null, ImagesPerSecond = null },
        });
    }

    /// <inheritdoc/>
    protected override IEnumerable<HandMade> MakeByHand()
    {
        string valid = Encoding.UTF8.GetString(Seeds[0]);
        (string Name, string Text)[] texts =
        [
            ("nothing", ""),
            ("null", "null"),
            ("no members", "{}"),
            ("only the schema", """{"schema":"nanoconv-run","schema_version":1,"completed":true}"""),
            ("10,000 arrays", new string('[', 10_000) + new string(']', 10_000)),
            ("10,000 arrays in an unknown member", "{\"x\":" + new string('[', 10_000) + new string(']', 10_000) + "}"),
            ("10,000 objects", string.Concat(Enumerable.Repeat("{\"settings\":", 10_000)) + "1" + new string('}', 10_000)),
            ("no model", Replaced("\"model\": {", "\"model\": null, \"x\": {")),
            ("a model without a file", Replaced("\"model.safetensors\"", "null")),
            ("a layer with null for an algorithm", Replaced("\"conv2d_1\": \"direct\"", "\"conv2d_1\": null")),
            ("null among class names", Replaced("\"class_names\": [", "\"class_names\": [ null,")),
            ("null among epochs", Replaced("\"history\": [", "\"history\": [ null,")),
            ("null among scores", Replaced("\"classes\": [", "\"classes\": [ null,")),
            ("null among rows", Replaced("\"confusion_matrix\": [", "\"confusion_matrix\": [ null,")),
            ("2^60 epochs", Replaced("\"epochs\": 2", "\"epochs\": 1152921504606846976")),
            ("1e999 as a loss", Replaced("0.7", "1e999")),
            ("NaN as a loss", Replaced("0.7", "NaN")),
            ("NaN as text as a loss", Replaced("0.7", "\"NaN\"")),
            ("half a surrogate", Replaced("built in", "\\uD800")),
            ("the year 0", Replaced("2026-01-02", "0000-00-00")),
            ("many unknown members", "{" + string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"{i}\":{i}")) + "}"),
            ("many epochs", Replaced("\"history\": [", "\"history\": [" + string.Concat(Enumerable.Repeat("{},", 20_000)))),
            ("many rows", Replaced("\"confusion_matrix\": [", "\"confusion_matrix\": [" + string.Concat(Enumerable.Repeat("[],", 50_000)))),
            ("many class names", Replaced("\"class_names\": [", "\"class_names\": [" + string.Concat(Enumerable.Repeat("\"\",", 50_000)))),
        ];
        return
        [
            .. texts.Select(made => new HandMade(made.Name, Encoding.UTF8.GetBytes(made.Text))),
            new HandMade("a byte order mark", [0xEF, 0xBB, 0xBF, .. Seeds[0]]),
            new HandMade("UTF-16", Encoding.Unicode.GetBytes(valid)),
        ];

        string Replaced(string from, string to) => valid.Replace(from, to, StringComparison.Ordinal);
    }

    // What readers of a run take for granted: a gap would be a NullReferenceException far from here.
    private static void Use(RunRecord run)
    {
        _ = run.Settings.Network.Length + run.Data.Name.Length + run.Data.Source.Length + run.Data.ClassNames.Sum(name => name.Length);
        _ = run.Environment.NanoConv.Length + run.Model.File.Length + run.History.Sum(epoch => epoch.Loss) + run.Timings.FitSeconds;
        foreach (SplitResult split in run.Results is { } results ? [results.Train, results.Test] : Array.Empty<SplitResult>())
        {
            _ = split.Classes.Sum(scores => scores.F1) + split.MacroAverage.F1 + split.WeightedAverage.F1;
            if (!split.Classes.Select(scores => scores.Name).SequenceEqual(run.Data.ClassNames) || !double.IsFinite(split.Loss) || run.Settings.Samples < 1)
                throw new UnsoundResultException("expected scores of the run's classes and numbers that are some, found others");
            if (split.Classes.Count != run.Data.ClassNames.Count || split.ConfusionMatrix.Any(row => row.Length != split.ConfusionMatrix.Length)
                || split.ConfusionMatrix.Length != run.Data.ClassNames.Count)
            {
                throw new UnsoundResultException("expected scores and counts for each class, found more or fewer");
            }
        }
    }

    private static byte[] Written(RunRecord run) => System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(run, RunJson.Default.RunRecord);
}
