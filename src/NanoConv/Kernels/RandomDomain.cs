namespace NanoConv.Kernels;

/// <summary>
/// What random numbers are for: a part of every <see cref="CounterRandom.Key"/>, so that two uses never share a stream,
/// whatever seeds, layers and steps they have in common. A new use gets a new member; the numbers decide what a seed gives.
/// </summary>
public enum RandomDomain
{
    /// <summary>First weights; streams: layer, parameter in the layer.</summary>
    InitialWeights = 1,

    /// <summary>The order of the examples; stream: epoch.</summary>
    Shuffle = 2,

    /// <summary>Dropout's masks; streams: step, layer.</summary>
    Dropout = 3,

    /// <summary>What <see cref="GradientCheck"/> draws; stream: which of its tensors.</summary>
    GradientCheck = 4,

    /// <summary>What is drawn outside the library: layers, initialisers and data sets of one's own. Nothing in it uses this.</summary>
    Own = 5,

    /// <summary>The masks of channels that SpatialDropout2D drops; streams: step, layer.</summary>
    SpatialDropout = 6,

    /// <summary>GaussianNoise's numbers; streams: step, layer.</summary>
    GaussianNoise = 7,

    /// <summary>Augmentation; streams: layer, epoch (0 for what lasts), counter: example.</summary>
    Augmentation = 8,
}
