namespace NanoConv.Models;

/// <summary>What a tensor of another framework is to its layer. Keras 3's own files number the first four.</summary>
internal enum SourceRole
{
    /// <summary>A kernel, a normalisation's γ, or a PReLU's slopes.</summary>
    Weight,

    /// <summary>A bias, or a normalisation's β.</summary>
    Bias,

    /// <summary>A normalisation's moving mean.</summary>
    Mean,

    /// <summary>Its moving variance.</summary>
    Variance,

    /// <summary>PyTorch's number of batches that a normalisation has seen, which it computes nothing with.</summary>
    Counter,
}
