using NanoConv.Graphs;

namespace NanoConv.Cifar.Experiments;

/// <summary>The model that a run has left.</summary>
/// <param name="File">The file with its weights, beside run.json.</param>
/// <param name="Epoch">The epoch whose end it is; null when not one epoch was finished.</param>
/// <param name="Parameters">Its trainable numbers.</param>
/// <param name="ForwardFlops">Multiplications and additions of one image forward.</param>
/// <param name="TrainingFlops">Multiplications and additions of one image in training.</param>
/// <param name="Algorithms">By the name of each convolution's layer, the algorithm that worked it out. Missing in old files.</param>
public sealed record RunModel(
    string File, int? Epoch, int Parameters, long ForwardFlops, long TrainingFlops, IReadOnlyDictionary<string, string>? Algorithms = null)
{
    /// <summary>What a run leaves of a model.</summary>
    /// <param name="file">The file with its weights.</param>
    /// <param name="epoch">The epoch whose end it is; null when not one epoch was finished.</param>
    /// <param name="model">The model.</param>
    internal static RunModel Of(string file, int? epoch, Model<float> model) => new(
        file,
        epoch,
        model.ParameterCount,
        model.ForwardFlops,
        model.TrainingFlops,
        new OrderedDictionary<string, string>(
            model.Layers.Where(layer => layer.Algorithm.Length > 0).Select(layer => KeyValuePair.Create(layer.Name, layer.Algorithm))));
}
