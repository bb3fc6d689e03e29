namespace NanoConv.Cifar.Reproduction;

/// <summary>What a model takes a test image for.</summary>
/// <param name="Image">The image's index.</param>
/// <param name="Truth">Its class.</param>
/// <param name="Probabilities">One a class.</param>
public sealed record Prediction(int Image, int Truth, float[] Probabilities)
{
    /// <summary>As many are shown of a run's surest, right and wrong.</summary>
    public const int Shown = 5;

    /// <summary>The classes, the most probable first.</summary>
    public IReadOnlyList<int> Ranking { get; } =
        [.. Enumerable.Range(0, Probabilities.Length).OrderByDescending(c => Probabilities[c])];

    /// <summary>The class with the highest probability.</summary>
    public int Predicted => Ranking[0];

    /// <summary>How sure the model is of it.</summary>
    public float Confidence => Probabilities[Predicted];
}
