namespace NanoConv.Graphs;

/// <content>The network as it predicts: compiled once, its weights folded again whenever they have changed.</content>
public sealed partial class Model<T>
{
    private readonly Lock folding = new();
    private long foldedVersion = -1;

    /// <summary>
    /// How the model runs its network: which steps there are, by which algorithms, where their outputs lie and what memory that takes. For
    /// prediction it is compiled: batch normalisations are folded into the convolutions and dense layers before them, additions and
    /// activations are done right behind the layer that they follow, what changes nothing is left out.
    /// </summary>
    /// <remarks>
    /// Predict, Evaluate and <see cref="Outputs"/> of no layer by name go by the prediction's, whose outputs are those of the network as it is
    /// written up to rounding; training and the outputs of layers by name go by the training's.
    /// </remarks>
    /// <param name="compilation">For prediction or for training.</param>
    /// <returns>The steps; as text, a table.</returns>
    public NetworkPlan Plan(Compilation compilation = Compilation.Prediction) => NetworkPlan.Of(this, compilation);

    /// <summary>Buffers for the network as it predicts. To be called while the weights are being read: they are folded here if they have changed.</summary>
    internal Workspace<T> RentWorkspace()
    {
        FoldChanges();
        return idleWorkspaces.Take() ?? new Workspace<T>(PredictionGraph, Inference.ShardSize, PredictionPlan);
    }

    // Whoever comes first folds, and the others wait. The weights are the same for all of them, as nobody can change them meanwhile.
    private void FoldChanges()
    {
        if (Volatile.Read(ref foldedVersion) == Access.Version)
            return;
        lock (folding)
        {
            if (foldedVersion == Access.Version)
                return;
            PredictionGraph.Fold();
            Volatile.Write(ref foldedVersion, Access.Version);
        }
    }
}
