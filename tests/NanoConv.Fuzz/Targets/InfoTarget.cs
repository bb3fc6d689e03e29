using NanoConv.Fuzz.Mutators;

namespace NanoConv.Fuzz.Targets;

/// <summary><see cref="ModelInfo"/>: architecture, history and training settings in a model file's metadata.</summary>
public sealed class InfoTarget : FuzzTarget
{
    /// <summary>The target's name.</summary>
    public const string TargetName = "info";

    private static readonly Optimizer[] Optimizers =
    [
        new Adam(), new SGD(0.1, momentum: 0.9, nesterov: true), new Muon(others: new RMSprop(new PiecewiseLinear((0, 0.1), (2, 0.2)))) { ClipNorm = 1 },
        new AdamW(new LinearWarmup(2, new CosineDecay(0.1, 5))) { Groups = [new("*/bias", 2, 0)], GlobalClipNorm = 1, MovingAverage = new() },
        new SGD(new OneCycle(0.1, 9)) { Lookahead = new(2, new PowerGrowth(0.5, 3)), ClipValue = 1 },
    ];

    /// <inheritdoc/>
    public override string Name => TargetName;

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documented => [typeof(InvalidDataException)];

    /// <inheritdoc/>
    public override IReadOnlyList<Mutator> Mutators { get; } =
    [
        ByteMutators.Any, SafeTensorsMutators.Header, SafeTensorsMutators.Metadata(ModelInfo.NetworkKey),
        SafeTensorsMutators.Metadata(ModelInfo.HistoryKey), SafeTensorsMutators.Metadata(ModelInfo.TrainingKey),
    ];

    /// <inheritdoc/>
    public override object Read(byte[] input) => ModelInfo.Read(SafeTensorsFile.Parse(input).Metadata);

    /// <inheritdoc/>
    public override void Check(byte[] input, object? result)
    {
        ModelInfo info = (ModelInfo)result!;
        if (info.Network is null != info.InputShape is null || info.Metadata.ContainsKey(ModelInfo.HistoryKey) && info.History is null)
            throw new UnsoundResultException("expected a network with its shape and the history that there is, found one without the other");
        if (info.History?.Options is { } options && (options.BatchSize < 1 || options.Epochs < 1 || options.ValidationSplit is not (>= 0 and < 1)))
            throw new UnsoundResultException($"expected settings that one can train with, found {options}");
    }

    /// <inheritdoc/>
    protected override IEnumerable<byte[]> MakeSeeds()
    {
        Model<float> model = new Sequential(new Dense(2, Activation.Softmax)).Build<float>(3, seed: -5);
        foreach (Optimizer optimizer in Optimizers)
        {
            FitOptions options = new() { Epochs = 2, BatchSize = 2, ValidationSplit = 0.25, Optimizer = optimizer };
            History history = model.Fit(new Tensor<float>((8, 3)), new int[8], options);
            yield return Content(path => model.Save(path, history));
        }
    }

    /// <inheritdoc/>
    protected override IEnumerable<HandMade> MakeByHand()
    {
        string nulls = $"[{string.Join(',', Enumerable.Repeat("null", 20_000))}]", deep = new string('[', 10_000);
        (string Name, string Text)[] texts =
            [("null", "null"), ("many nulls", nulls), ("10,000 arrays", deep), ("nothing", ""), ("NaN", "NaN"), ("1e999", "1e999")];
        foreach (string key in (string[])[ModelInfo.NetworkKey, ModelInfo.HistoryKey, ModelInfo.TrainingKey, "nanoconv.seed"])
        {
            foreach ((string name, string text) in texts)
            {
                Dictionary<string, string> metadata = new() { [key] = text };
                yield return new HandMade($"{name} as {key}", SafeTensorsMutators.Bytes(new OrderedDictionary<string, SafeTensor>(), metadata));
            }
        }
    }
}
