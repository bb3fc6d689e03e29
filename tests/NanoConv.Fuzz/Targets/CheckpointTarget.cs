using System.Security.Cryptography;
using NanoConv.Cifar;
using NanoConv.Cifar.Experiments;
using NanoConv.Fuzz.Mutators;

namespace NanoConv.Fuzz.Targets;

/// <summary>
/// <see cref="CheckpointFile"/>, and all that a fit takes from it to go on: settings, place in training, weights, the
/// optimiser's and the callbacks' memory, and the application's note. The digest is put right, or nothing came past it.
/// </summary>
public sealed class CheckpointTarget : FuzzTarget
{
    /// <summary>The target's name.</summary>
    public const string TargetName = "checkpoint";

    private const int Examples = 6, NumbersOfEpoch = 7, Digest = SHA256.HashSizeInBytes;

    private readonly Model<float> model = new Sequential(new Dense(2, Activation.Softmax, name: "d")).Build<float>(2);

    /// <inheritdoc/>
    public override string Name => TargetName;

    /// <summary>ArgumentException is what a fit with other settings than the checkpoint's throws.</summary>
    public override IReadOnlyList<Type> Documented => [typeof(InvalidDataException), typeof(ArgumentException), typeof(UserErrorException)];

    /// <inheritdoc/>
    public override IReadOnlyList<Mutator> Mutators { get; } =
    [
        ByteMutators.Any, Sealed(ByteMutators.Any), Sealed(SafeTensorsMutators.Header), Sealed(SafeTensorsMutators.Header),
        Sealed(SafeTensorsMutators.Data), Sealed(SafeTensorsMutators.Tensors), Sealed(SafeTensorsMutators.Metadata("run")),
    ];

    /// <inheritdoc/>
    public override object Read(byte[] input)
    {
        SavedState saved = CheckpointFile.Parse("input", input);
        FitOptions options = Options(new Store(saved));
        TrainingState state = new(Examples, options);
        using Checkpointer<float> checkpointer = new(model, options, options.Optimizer.Start<float>(model.ParameterCount), state, validation: 0);
        checkpointer.Begin(checkpointer.Resume());
        _ = RunNote.Read(saved);
        return state;
    }

    /// <inheritdoc/>
    public override void Check(byte[] input, object? result)
    {
        TrainingState state = (TrainingState)result!;
        if (state.Epoch < 0 || state.Epoch > state.Epochs || state.Step < 0 || state.Step > state.StepsPerEpoch || state.ExamplesSeen > Examples)
            throw new UnsoundResultException($"expected a place in training, found epoch {state.Epoch}, step {state.Step}");
    }

    /// <inheritdoc/>
    protected override IEnumerable<byte[]> MakeSeeds()
    {
        Store store = new(null) { EverySteps = 1 };
        model.Fit(new Tensor<float>((Examples, 2)), new int[Examples], Options(store));
        return store.Written;
    }

    /// <inheritdoc/>
    protected override IEnumerable<HandMade> MakeByHand()
    {
        foreach ((string name, string value) in ((string, string)[])
            [("step", "2147483647"), ("step", "-1"), ("epoch", "2147483647"), ("epoch", "-1"), ("loss_sum", "NaN"), ("loss_sum", "1e999"), ("correct", "7")])
        {
            SafeTensorsFile file = SafeTensorsFile.Parse(Seeds[1]);
            OrderedDictionary<string, string> metadata = new(file.Metadata) { [$"state.{name}"] = value };
            yield return new HandMade($"{name} {value}", Seal(SafeTensorsMutators.Bytes(file.Tensors, metadata)));
        }

        yield return new HandMade("nothing but a digest", SHA256.HashData([]));
        foreach (HandMade made in HostileSafeTensors.All())
            yield return made with { Content = Seal([.. made.Content, .. new byte[Digest]]) };
    }

    private FitOptions Options(CheckpointStore store) => new()
    {
        Epochs = 2,
        BatchSize = 2,
        Threads = 1,
        Checkpoints = store,
        Callbacks = [new KeepBest<float>(model, EpochQuantity.Accuracy), new EarlyStopping(EpochQuantity.Loss, patience: 1)],
    };

    private static Mutator Sealed(Mutator mutator) => (input, corpus, random) => Seal(mutator(input, corpus, random));

    private static byte[] Seal(byte[] content)
    {
        if (content.Length < Digest)
            return content;
        byte[] whole = [.. content];
        SHA256.HashData(whole.AsSpan(0, whole.Length - Digest), whole.AsSpan(whole.Length - Digest));
        return whole;
    }

    private sealed class Store(SavedState? saved) : CheckpointStore
    {
        public List<byte[]> Written { get; } = [];

        public override SavedState? Begin() => saved;

        public override void Write(SavedState state, int step)
        {
            foreach ((string key, string value) in new RunNote(new RunSettings(), 3, "../run").ToMetadata())
                state.Set(key, value);
            state.Part("state").Set("training_seconds", 1.0);
            foreach (double[] epochs in (double[][])[(double[])state.Arrays["state.history"].Values, (double[])state.Arrays["callback1.best"].Values])
            {
                for (int row = 0; row < epochs.Length; row += NumbersOfEpoch) // what it took differs from run to run
                    (epochs[row + NumbersOfEpoch - 2], epochs[row + NumbersOfEpoch - 1]) = (1, 1);
            }

            Written.Add(CheckpointFile.Write(state).ToArray());
        }
    }
}
