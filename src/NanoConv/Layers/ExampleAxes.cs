using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>Axes of one example as Keras counts them: from 1, the batch's being 0, or from the end, the last being −1.</summary>
internal static class ExampleAxes
{
    /// <summary>The axes, counted from 0 without the batch's, in order.</summary>
    /// <param name="axis">As Keras counts them.</param>
    /// <param name="shape">One example's.</param>
    /// <param name="error">Makes the error, which names the layer.</param>
    /// <exception cref="ArgumentException">One is none of the example's, or there twice.</exception>
    public static int[] Of(IReadOnlyList<int> axis, Shape shape, Func<string, ArgumentException> error)
    {
        int rank = shape.Rank;
        int[] places = [.. axis.Select(one => one < 0 ? one + rank : one - 1).Order()];
        return places.All(place => place >= 0 && place < rank) && places.Distinct().Count() == places.Length ? places : throw error(
            $"expected axes of an input of shape {shape}, each once, from 1 to {rank} or from -{rank} to -1, received {Words(axis)}");
    }

    /// <summary>As <c>[-2, -1]</c>.</summary>
    public static string Words(IEnumerable<int> axis) => $"[{string.Join(", ", axis)}]";
}
