using System.Numerics;
using NanoConv.Tensors;

namespace NanoConv.Models;

/// <summary>How a parameter looks in a file of another framework: [outputs, features], the features in another order.</summary>
/// <param name="Role">What it is to its layer.</param>
/// <param name="Word">What the other framework calls it.</param>
/// <param name="SourceShape">Its shape there.</param>
/// <param name="Outputs">Its outputs; 1 for a vector.</param>
/// <param name="Pieces">Its features: pieces in a row, each [pixels, channels] here and [channels, pixels] there.</param>
internal sealed record SourceView(
    SourceRole Role, string Word, long[] SourceShape, int Outputs, IReadOnlyList<(int Pixels, int Channels)> Pieces)
{
    /// <summary>As <c>a weight of shape (8, 3, 3, 3)</c>.</summary>
    public override string ToString() => $"a {Word} of shape {SafeTensorsHeader.Describe(SourceShape)}";

    /// <summary>One whose elements keep their order.</summary>
    public static SourceView AsItIs(SourceRole role, string word, Shape shape) =>
        new(role, word, [.. shape.Axes.ToArray().Select(axis => (long)axis)], 1, [(1, shape.Elements)]);

    /// <summary>Copies: w[pixel, channel, o] = source[o, channel, pixel], piece by piece.</summary>
    public void Copy<T>(SafeTensor source, Span<T> target)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] from = new T[target.Length];
        source.CopyTo<T>(from);
        int features = target.Length / Outputs, index = 0, start = 0;
        foreach ((int pixels, int channels) in Pieces)
        {
            for (int pixel = 0; pixel < pixels; pixel++)
            {
                for (int channel = 0; channel < channels; channel++)
                {
                    for (int o = 0; o < Outputs; o++)
                        target[index++] = from[(o * features) + start + (channel * pixels) + pixel];
                }
            }

            start += pixels * channels;
        }
    }
}
