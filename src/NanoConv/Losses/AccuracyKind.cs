namespace NanoConv.Losses;

/// <summary>What is counted as right where a network is judged by a loss: what Keras calls its accuracy.</summary>
public enum AccuracyKind
{
    /// <summary>An example whose greatest output is the target's greatest, as Keras's <c>categorical_accuracy</c>. Of a single output there is none.</summary>
    Categorical,

    /// <summary>
    /// An output that is above ½ where the target is and nowhere else, as Keras's <c>binary_accuracy</c>; of logits, one above 0. Each output of
    /// each example counts.
    /// </summary>
    Binary,

    /// <summary>Nothing: outputs are quantities, and only the loss says how near they are.</summary>
    None,
}
