using System.Numerics;
using NanoConv.Graphs;
using NanoConv.Layers;
using NanoConv.Tensors;

namespace NanoConv.Models;

/// <summary>
/// The order of flat features, in which PyTorch's differ: what <see cref="Flatten"/> or <see cref="Reshape"/> makes of a picture is
/// [height, width, channels] here and [channels, height, width] there.
/// </summary>
internal static class FeatureOrder
{
    /// <summary>For each value of a model the pieces of which its features are in a row; null where they have PyTorch's order.</summary>
    /// <exception cref="ArgumentException">
    /// A sum or a product joins features of different orders, a picture is made of features that are another picture there, or groups of features
    /// would be others.
    /// </exception>
    public static IReadOnlyList<(int Pixels, int Channels)>?[] Of<T>(Model<T> model)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var orders = new IReadOnlyList<(int Pixels, int Channels)>?[model.Layers.Count + 1];
        for (int index = 0; index < model.Layers.Count; index++)
        {
            BuiltLayer<T> layer = model.Layers[index];
            IReadOnlyList<(int Pixels, int Channels)>?[] inputs = [.. model.Topology.Inputs(index).ToArray().Select(value => orders[value])];
            if (layer.OutputShape.Rank != 1)
            {
                if (layer.Specification is Reshape)
                    CheckReshape(layer, inputs[0]);
                continue;
            }

            orders[index + 1] = layer.Specification switch
            {
                Flatten or Reshape => InRow(layer.InputShape) ?? inputs[0],
                GroupNormalization { Groups: not 1 } when inputs[0]?.Any(piece => piece is { Pixels: > 1, Channels: > 1 }) == true =>
                    throw new ArgumentException(
                        $"{layer.Specification.TypeName} '{layer.Name}': expected one group, received several of features that were flattened from a "
                        + "picture, whose order in PyTorch is another one, so that groups there are others"),
                { KeepsOrder: true } => inputs[0],
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

    // PyTorch's view keeps the order of elements there, as Reshape does here: that is the same if the old shape and the new have one order.
    private static void CheckReshape<T>(BuiltLayer<T> layer, IReadOnlyList<(int Pixels, int Channels)>? order)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!Common([Known(InRow(layer.InputShape) ?? order), Known(InRow(layer.OutputShape))]))
        {
            throw new ArgumentException(
                $"{layer.Specification.TypeName} '{layer.Name}': expected pixels that keep their channels, as elements of pictures are in another order in "
                + $"PyTorch, received {layer.InputShape} to be reshaped to {layer.OutputShape}");
        }
    }

    // What a picture's elements are in a row.
    private static IReadOnlyList<(int Pixels, int Channels)>? InRow(Shape shape) => shape.Rank == 3 ? [(shape[0] * shape[1], shape[2])] : null;

    // One pixel, or one channel, has but one order.
    private static IReadOnlyList<(int Pixels, int Channels)>? Known(IReadOnlyList<(int Pixels, int Channels)>? order) =>
        order is null || order.All(piece => piece.Pixels == 1 || piece.Channels == 1) ? null : order;

    private static bool Common(IReadOnlyList<(int Pixels, int Channels)>?[] orders) =>
        orders.All(order => order is null ? orders[0] is null : orders[0] is { } first && order.SequenceEqual(first));
}
