using NanoConv.Fuzz;
using NanoConv.Fuzz.Mutators;

namespace NanoConv.Cifar.Tests.Fuzz;

/// <summary>A reader with a planted defect. Its files are a length in one byte and as many bytes.</summary>
/// <param name="read">The reader.</param>
/// <param name="check">Judges what it makes of a file.</param>
internal sealed class PlantedTarget(Func<byte[], object?> read, Action<object?>? check = null) : FuzzTarget
{
    public override string Name => "planted";

    public override IReadOnlyList<Type> Documented => [typeof(InvalidDataException)];

    public override IReadOnlyList<Mutator> Mutators => [ByteMutators.Any];

    public override object? Read(byte[] input) => read(input);

    public override void Check(byte[] input, object? result) => check?.Invoke(result);

    protected override IEnumerable<byte[]> MakeSeeds() => [[4, 10, 20, 30, 40], [0]];

    protected override IEnumerable<HandMade> MakeByHand() => [new HandMade("nothing", []), new HandMade("too short", [200, 1])];
}
