using System.Text;
using NanoConv.Fuzz.Mutators;

namespace NanoConv.Fuzz.Targets;

/// <summary><see cref="SafeTensorsFile.Parse"/>; what is accepted is the same when written and read again.</summary>
public sealed class SafeTensorsTarget : FuzzTarget
{
    /// <summary>The target's name.</summary>
    public const string TargetName = "safetensors";

    /// <inheritdoc/>
    public override string Name => TargetName;

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documented => [typeof(InvalidDataException)];

    /// <inheritdoc/>
    public override IReadOnlyList<Mutator> Mutators =>
        [ByteMutators.Any, SafeTensorsMutators.Header, SafeTensorsMutators.Header, SafeTensorsMutators.Data, SafeTensorsMutators.Tensors];

    /// <inheritdoc/>
    public override object Read(byte[] input) => SafeTensorsFile.Parse(input);

    /// <inheritdoc/>
    public override void Check(byte[] input, object? result)
    {
        SafeTensorsFile file = (SafeTensorsFile)result!;
        SafeTensorsFile back = SafeTensorsFile.Parse(SafeTensorsMutators.Bytes(file.Tensors, file.Metadata));
        if (!file.Metadata.SequenceEqual(back.Metadata))
            throw new UnsoundResultException("expected the same metadata when written and read again, found others");
        if (!file.Tensors.Keys.SequenceEqual(back.Tensors.Keys) || file.Tensors.Any(tensor => !Same(tensor.Value, back.Tensors[tensor.Key])))
            throw new UnsoundResultException("expected the same tensors when written and read again, found others");
    }

    /// <inheritdoc/>
    protected override IEnumerable<byte[]> MakeSeeds()
    {
        SafeTensor matrix = SafeTensor.From<float>((2, 3), [1, 2, 3, float.NaN, -0f, 6]), scalar = SafeTensor.From<double>(new Shape(), [0.1]);
        Dictionary<string, string> text = new() { ["format"] = "pt", ["é\n\"\\"] = "NaN" };
        yield return SafeTensorsMutators.Bytes(new OrderedDictionary<string, SafeTensor> { ["a/kernel"] = matrix, ["b"] = scalar }, text);
        yield return SafeTensorsMutators.Bytes(
            new OrderedDictionary<string, SafeTensor> { ["none"] = new("F16", [0, 7], default), ["x"] = new("BOOL", [3], new byte[3]) },
            new Dictionary<string, string>());
        yield return SafeTensorsMutators.Bytes(new OrderedDictionary<string, SafeTensor>(), new Dictionary<string, string>());
    }

    /// <inheritdoc/>
    protected override IEnumerable<HandMade> MakeByHand() => HostileSafeTensors.All();

    private static bool Same(SafeTensor one, SafeTensor other) => one.DataType == other.DataType
        && one.Shape.SequenceEqual(other.Shape) && one.Data.Span.SequenceEqual(other.Data.Span);
}
