namespace NanoConv.Kernels.Micro;

/// <summary>The vectors of B that a <see cref="SharedTile"/> multiplies with: one for each tap.</summary>
internal readonly struct ThreeVectors<TVector>(TVector first, TVector second, TVector third)
    where TVector : struct
{
    public TVector First { get; } = first;

    public TVector Second { get; } = second;

    public TVector Third { get; } = third;
}
