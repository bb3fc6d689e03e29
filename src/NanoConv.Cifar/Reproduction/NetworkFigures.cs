using NanoConv.Cifar.Networks;

namespace NanoConv.Cifar.Reproduction;

/// <summary>The numbers of a network.</summary>
/// <param name="Name">The network.</param>
/// <param name="Parameters">Trainable numbers.</param>
/// <param name="ForwardFlops">Multiplications and additions of one image, forward.</param>
/// <param name="TrainingFlops">The same in training.</param>
/// <param name="Layers">Layer by layer.</param>
public sealed record NetworkFigures(
    string Name, int Parameters, long ForwardFlops, long TrainingFlops, IReadOnlyList<LayerFigures> Layers)
{
    /// <summary>Of the paper's networks.</summary>
    public static IReadOnlyList<NetworkFigures> All() =>
    [
        .. CifarNetwork.Names.Select(name => (name, CifarNetwork.Create(name, l1: 0).Build<float>(CifarNetwork.InputShape, seed: 0)))
            .Select(network => new NetworkFigures(
                network.name, network.Item2.ParameterCount, network.Item2.ForwardFlops, network.Item2.TrainingFlops,
                [.. network.Item2.Layers.Select(LayerFigures.Of)])),
    ];
}
