namespace NanoConv.Graphs;

/// <summary>The two ways in which a model runs its network; see <see cref="Model{T}.Plan"/>.</summary>
public enum Compilation
{
    /// <summary>As it is written, every value kept for the backward pass.</summary>
    Training,

    /// <summary>
    /// Forward alone: batch normalisations folded into the weights before them, additions and activations done right behind a product,
    /// layers that change nothing left out.
    /// </summary>
    Prediction,
}
