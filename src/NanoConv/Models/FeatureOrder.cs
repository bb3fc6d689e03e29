using System.Numerics;
using NanoConv.Graphs;
using NanoConv.Layers;

namespace NanoConv.Models;

/// <summary>
/// The order of flat features, in which PyTorch's differ: what <see cref="Flatten"/> makes of a picture is [height, width, channels] here and
/// [channels, height, width] there.
/// </summary>
internal static class FeatureOrder
{
    /// <summary>For each value of a model the pieces of which its features are in a row; null where they have PyTorch's order.</summary>
    /// <exception cref="ArgumentException">A sum or a product joins features of different orders, or groups of them would be others.</exception>
    public static IReadOnlyList<(int Pixels, int Channels)>?[] Of<T>(Model<T> model)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var orders = new IReadOnlyList<(int Pixels, int Channels)>?[model.Layers.Count + 1];
        for (int index = 0; index < model.Layers.Count; index++)
        {
            BuiltLayer<T> layer = model.Layers[index];
            if (layer.OutputShape.Rank != 1)
                continue;
            IReadOnlyList<(int Pixels, int Channels)>?[] inputs = [.. model.Topology.Inputs(index).ToArray().Select(value => orders[value])];
            orders[index + 1] = layer.Specification switch
            {
                Flatten when layer.InputShape is { Rank: 3 } picture => [(picture[0] * picture[1], picture[2])],
                GroupNormalization { Groups: not 1 } when inputs[0]?.Any(piece => piece is { Pixels: > 1, Channels: > 1 }) == true =>
                    throw new ArgumentException(
                        $"{layer.Specification.TypeName} '{layer.Name}': expected one group, received several of features that were flattened from a "
                        + "picture, whose order in PyTorch is another one, so that groups there are others"),
                Flatten or { KeepsOrder: true } => inputs[0],
                Concatenate when inputs.Any(order => order is not null) =>
                    [.. inputs.Zip(layer.InputShapes, (order, shape) => order ?? [(1, shape[0])]).SelectMany(pieces => pieces)],
                Add or Multiply => Common(inputs) ? inputs[0] : throw new ArgumentException(
                    $"{layer.Specification.TypeName} '{layer.Name}': expected features of one order, received some that were flattened from a picture and "
                    + "others, whose order in PyTorch is not known"),
                _ => null,
            };
        }

        return orders;
    }

    private static bool Common(IReadOnlyList<(int Pixels, int Channels)>?[] orders) =>
        orders.All(order => order is null ? orders[0] is null : orders[0] is { } first && order.SequenceEqual(first));
}
