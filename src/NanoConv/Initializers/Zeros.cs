namespace NanoConv;

/// <summary>Zeros: what biases start from.</summary>
public sealed class Zeros : Initializer
{
    /// <inheritdoc/>
    public override void Fill<T>(Span<T> values, int fanIn, int fanOut, ulong key) => values.Clear();
}
