using NanoConv.Fuzz.Mutators;

namespace NanoConv.Fuzz.Targets;

/// <summary>Weights of PyTorch or, by the file's length, of Keras, taken into a network; all or none of them.</summary>
public sealed class ImportTarget : FuzzTarget
{
    /// <summary>The target's name.</summary>
    public const string TargetName = "import";

    private const string Counter = "n1.num_batches_tracked";

    private readonly Model<float> model = new Sequential(new Conv2D(2, 3), new Conv2D(3, (2, 1), useBias: false), new Flatten(), new Dense(2))
        .Build<float>((5, 4, 1));

    /// <inheritdoc/>
    public override string Name => TargetName;

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documented => [typeof(InvalidDataException)];

    /// <inheritdoc/>
    public override IReadOnlyList<Mutator> Mutators =>
        [ByteMutators.Any, SafeTensorsMutators.Header, SafeTensorsMutators.Data, SafeTensorsMutators.Tensors, SafeTensorsMutators.Tensors];

    /// <inheritdoc/>
    public override object Read(byte[] input)
    {
        SafeTensorsFile file = SafeTensorsFile.Parse(input);
        IReadOnlyList<string> ignore = file.Tensors.ContainsKey(Counter) ? ["*_tracked", "n*1*.*"] : [];
        return new WeightImport<float>(model, file, input.Length % 2 == 0 ? WeightLayout.PyTorch : WeightLayout.Keras, ignore)
            .Run(new Dictionary<string, string>());
    }

    /// <inheritdoc/>
    public override void Check(byte[] input, object? result)
    {
        ImportedWeights taken = (ImportedWeights)result!;
        if (taken.Count != model.Parameters.Count)
            throw new UnsoundResultException($"expected all {model.Parameters.Count} parameters, found {taken.Count}");
        int tensors = SafeTensorsFile.Parse(input).Tensors.Count;
        if (taken.Count + taken.Ignored.Count != tensors)
            throw new UnsoundResultException($"expected {tensors} tensors, taken or ignored, found {taken.Count} and {taken.Ignored.Count}");
    }

    /// <inheritdoc/>
    protected override IEnumerable<byte[]> MakeSeeds()
    {
        yield return File(0, ("0.weight", [2, 1, 3, 3]), ("0.bias", [2]), ("3.weight", [3, 2, 2, 1]), ("10.weight", [2, 12]), ("10.bias", [2]));
        yield return File(0, ("c2.weight", [3, 2, 2, 1]), ("c1.bias", [2]), ("c1.weight", [2, 1, 3, 3]), ("fc.bias", [2]), ("fc.weight", [2, 12]));
        yield return File(
            0, ("0.weight", [2, 1, 3, 3]), ("0.bias", [2]), ("3.weight", [3, 2, 2, 1]), ("10.weight", [2, 12]), ("10.bias", [2]), (Counter, []));
        yield return File(
            1, ("conv2d/kernel", [3, 3, 1, 2]), ("conv2d/bias", [2]), ("conv2d_1/kernel", [2, 1, 2, 3]), ("dense/kernel", [12, 2]), ("dense/bias", [2]));
    }

    /// <inheritdoc/>
    protected override IEnumerable<HandMade> MakeByHand()
    {
        (string, long[])[] empty = [.. Enumerable.Range(0, 5000).Select(i => ($"{i}.weight", (long[])[0, 0]))];
        yield return new HandMade("many empty layers", File(0, empty));
        (string, long[])[] normalizations = [.. Enumerable.Range(0, 5000).Select(i => ($"{i}.running_var", (long[])[0]))];
        yield return new HandMade("many batch normalizations", File(0, normalizations));
        yield return new HandMade("many batch normalizations of Keras", File(1, normalizations));
        yield return new HandMade("a number without end", File(0, (new string('9', 5000) + ".weight", [2, 12])));
        yield return new HandMade("names of nothing", File(0, ("", [1]), (".", [1]), (".weight", [1]), ("/kernel", [1]), ("weight", [1])));
        yield return new HandMade("long axes of nothing", File(0, ("a.weight", [long.MaxValue, 0, 1, 1]), ("b.weight", [0, long.MaxValue])));
    }

    private static byte[] File(int parity, params (string Name, long[] Shape)[] tensors)
    {
        OrderedDictionary<string, SafeTensor> all = new(tensors.Select(tensor => KeyValuePair.Create(
            tensor.Name, new SafeTensor(TypeOf(tensor.Name), tensor.Shape, new byte[Bytes(tensor.Shape) * Size(TypeOf(tensor.Name))]))));
        byte[] content = SafeTensorsMutators.Bytes(all, new Dictionary<string, string>());
        return content.Length % 2 == parity ? content : SafeTensorsMutators.Padded(content);
    }

    private static string TypeOf(string name) => name switch { "0.weight" => "F16", "fc.weight" or "3.weight" => "BF16", "10.weight" => "F64", _ => "F32" };

    private static int Size(string type) => type switch { "F64" => sizeof(double), "F32" => sizeof(float), _ => 2 };

    private static long Bytes(long[] shape) => shape.Contains(0) ? 0 : shape.Aggregate(1L, (product, axis) => product * axis);
}
