namespace NanoConv.Losses;

/// <summary>The activation that a network's output comes from, as far as a loss can take it over.</summary>
public enum NetworkEnd
{
    /// <summary>Neither of the others.</summary>
    Other,

    /// <summary>One softmax over all outputs: the probabilities of classes of which there is one.</summary>
    Softmax,

    /// <summary>A sigmoid of each output: probabilities that have nothing to do with one another.</summary>
    Sigmoid,
}
