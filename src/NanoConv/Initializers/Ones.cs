namespace NanoConv;

/// <summary>Ones: what scales start from.</summary>
public sealed class Ones : Initializer
{
    /// <inheritdoc/>
    public override void Fill<T>(Span<T> values, int fanIn, int fanOut, ulong key) => values.Fill(T.One);
}
