namespace NanoConv.Training;

/// <summary>
/// A callback that remembers something from one call to the next, which is therefore kept in checkpoints. A fit that is
/// resumed calls OnTrainBegin, then <see cref="Restore"/>, and then whatever the fit would have called next.
/// </summary>
public interface IResumable
{
    /// <summary>Keeps what is remembered.</summary>
    /// <param name="memory">Where to: a part of a checkpoint, empty.</param>
    void Save(SavedState memory);

    /// <summary>Takes up what was kept.</summary>
    /// <param name="memory">What <see cref="Save"/> has kept.</param>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    void Restore(SavedState memory);
}
