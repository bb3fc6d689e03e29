using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Networks;
using NanoConv.Graphs;

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
    public static IReadOnlyList<NetworkFigures> All() => [.. CifarNetwork.Names.Select(Of)];

    /// <summary>A network as the paper's experiments have it, with fresh weights.</summary>
    /// <param name="name">Its name.</param>
    public static Model<float> Build(string name) =>
        CifarNetwork.Create(name, new RunSettings().L1).Build<float>(CifarNetwork.InputShape);

    private static NetworkFigures Of(string name)
    {
        Model<float> model = Build(name);
        return new(name, model.ParameterCount, model.ForwardFlops, model.TrainingFlops, [.. model.Layers.Select(LayerFigures.Of)]);
    }
}
