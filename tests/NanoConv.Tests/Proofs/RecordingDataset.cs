using System.Numerics;

namespace NanoConv.Tests;

/// <summary>
/// Pictures (4, 6, 2) of three classes that can be learnt, and a record of which were asked for, in order. To be read
/// by one thread.
/// </summary>
internal sealed class RecordingDataset<T>(int count) : IDataset<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] pixels = Numbers.Reals<T>(count * 48, seed: 9);
    private readonly List<int> visited = [];

    public int[] Visited => [.. visited];

    /// <summary>An example whose pixels are NaN, or none.</summary>
    public int Poisoned { get; init; } = -1;

    /// <summary>Called with each example that is asked for.</summary>
    public Action<int>? Visiting { get; init; }

    public int Count => count;

    public Shape InputShape => (4, 6, 2);

    public int Classes => 3;

    public void CopyInput(int index, Span<T> destination)
    {
        lock (visited)
            visited.Add(index);
        Visiting?.Invoke(index);
        pixels.AsSpan(index * 48, 48).CopyTo(destination);
        destination[index % 3] += T.CreateChecked(2);
        if (index == Poisoned)
            destination[..48].Fill(T.NaN);
    }

    public void CopyTarget(int index, Span<T> destination)
    {
        destination[..3].Clear();
        destination[index % 3] = T.One;
    }
}
