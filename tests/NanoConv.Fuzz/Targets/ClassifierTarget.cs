using NanoConv.Cifar;
using NanoConv.Cifar.Experiments;
using NanoConv.Fuzz.Mutators;
using NanoConv.Onnx;

namespace NanoConv.Fuzz.Targets;

/// <summary>The application's <see cref="ModelFile"/>: a model with the names of its classes.</summary>
public sealed class ClassifierTarget : FuzzTarget
{
    /// <summary>The target's name.</summary>
    public const string TargetName = "classifier";

    /// <inheritdoc/>
    public override string Name => TargetName;

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documented => [typeof(InvalidDataException), typeof(UserErrorException)];

    /// <inheritdoc/>
    public override IReadOnlyList<Mutator> Mutators { get; } =
    [
        ByteMutators.Any, SafeTensorsMutators.Header, SafeTensorsMutators.Data, SafeTensorsMutators.Tensors,
        SafeTensorsMutators.Metadata(ModelInfo.NetworkKey),
        SafeTensorsMutators.Metadata(OnnxModel.ClassNamesKey), SafeTensorsMutators.Metadata(OnnxModel.ClassNamesKey),
    ];

    /// <inheritdoc/>
    public override object Read(byte[] input) => ModelFile.Of(SafeTensorsFile.Parse(input), "input");

    /// <inheritdoc/>
    public override void Check(byte[] input, object? result)
    {
        ModelFile file = (ModelFile)result!;
        if (file.ClassNames.Count != file.Model.OutputShape.Elements || file.ClassNames.Contains(null!))
            throw new UnsoundResultException($"expected {file.Model.OutputShape.Elements} names, found {file.ClassNames.Count}, or nothing as one");
    }

    /// <inheritdoc/>
    protected override IEnumerable<byte[]> MakeSeeds()
    {
        Model<float> model = new Sequential(
            new Conv2D(2, 1, strides: 16, activation: Activation.ReLU), new Flatten(), new Dense(3, Activation.Softmax)).Build<float>((32, 32, 3));
        yield return Content(path => new ModelFile(model, ["cat", "dög", "\"\\"], "CIFAR-10").Write(path, null));
        yield return Content(path => model.Save(path));
    }
}
