namespace NanoConv.Models;

/// <summary>A tensor that an import left out, as it was told to; or a batch normalisation's number of batches, which predicts nothing.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="DataType">Its type as the format spells it, as <c>I64</c>.</param>
/// <param name="Pattern">The first of the patterns that its name fits; of a number of batches <c>*.num_batches_tracked</c>.</param>
public sealed record IgnoredTensor(string Name, string DataType, string Pattern);
