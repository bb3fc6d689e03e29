using NanoConv.Fuzz.Mutators;

namespace NanoConv.Fuzz.Targets;

/// <summary><see cref="Model.Load{T}(SafeTensorsFile)"/> of a file's bytes, as float or, by its length, as double.</summary>
public sealed class ModelTarget : FuzzTarget
{
    /// <summary>The target's name.</summary>
    public const string TargetName = "model";

    /// <inheritdoc/>
    public override string Name => TargetName;

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documented => [typeof(InvalidDataException)];

    /// <inheritdoc/>
    public override IReadOnlyList<Mutator> Mutators { get; } =
    [
        ByteMutators.Any, SafeTensorsMutators.Header, SafeTensorsMutators.Data, SafeTensorsMutators.Tensors,
        .. Enumerable.Repeat(SafeTensorsMutators.Metadata(ModelInfo.NetworkKey), 4),
    ];

    /// <inheritdoc/>
    public override object Read(byte[] input)
    {
        SafeTensorsFile file = SafeTensorsFile.Parse(input);
        return input.Length % 2 == 0 ? Model.Load<float>(file) : Model.Load<double>(file);
    }

    /// <inheritdoc/>
    public override void Check(byte[] input, object? result)
    {
        SafeTensorsFile file = SafeTensorsFile.Parse(input);
        int weights = (result as Model<float>)?.ParameterCount ?? ((Model<double>)result!).ParameterCount;
        long found = file.Tensors.Values.Sum(tensor => tensor.Shape.Aggregate(1L, (product, axis) => product * axis));
        if (weights != found)
            throw new UnsoundResultException($"expected a model of the {found} numbers in the file, found {weights}");
    }

    /// <inheritdoc/>
    protected override IEnumerable<byte[]> MakeSeeds()
    {
        Sequential convolution = new(
            new Conv2D(2, 3, padding: Padding.Same, activation: Activation.ReLU),
            new MaxPooling2D(2),
            new Flatten(),
            new Dropout(0.25),
            new Dense(3, Activation.Softmax, kernelRegularizer: new L1(1e-4)));
        Sequential strided = new(
            new Conv2D(3, (2, 1), padding: Padding.Explicit(1, 0, 2, 1), strides: (2, 3), useBias: false, kernelRegularizer: new L2(0.5)),
            new ActivationLayer(Activation.ReLU, "relu"),
            new Conv2D(1, 1, activation: Activation.Softmax));
        Sequential dense = new(new Dense(2, name: "a"), new ActivationLayer(Activation.Softmax));
        yield return Content(path => convolution.Build<float>((4, 4, 1)).Save(path));
        yield return Content(path => strided.Build<double>((3, 5, 2)).Save(path, null, new Dictionary<string, string> { ["odd"] = "-" }));
        yield return Content(path => dense.Build<float>(3).Save(path));
    }

    /// <inheritdoc/>
    protected override IEnumerable<HandMade> MakeByHand() => HostileModels.All();
}
