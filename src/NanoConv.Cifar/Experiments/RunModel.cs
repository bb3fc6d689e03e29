namespace NanoConv.Cifar.Experiments;

/// <summary>The model that a run has left.</summary>
/// <param name="File">The file with its weights, beside run.json.</param>
/// <param name="Epoch">The epoch whose end it is; null when not one epoch was finished.</param>
/// <param name="Parameters">Its trainable numbers.</param>
/// <param name="ForwardFlops">Multiplications and additions of one image forward.</param>
/// <param name="TrainingFlops">Multiplications and additions of one image in training.</param>
public sealed record RunModel(string File, int? Epoch, int Parameters, long ForwardFlops, long TrainingFlops);
