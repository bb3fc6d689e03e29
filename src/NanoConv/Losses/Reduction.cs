namespace NanoConv.Losses;

/// <summary>What becomes of the losses of a batch's examples, each times its weight.</summary>
public enum Reduction
{
    /// <summary>Keras's <c>sum_over_batch_size</c>: their sum by their number, whatever they weigh.</summary>
    SumOverBatchSize,

    /// <summary>Keras's <c>sum</c>: a step is the larger the more examples it has.</summary>
    Sum,
}
