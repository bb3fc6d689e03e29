using System.Numerics;

namespace NanoConv.Losses;

/// <summary>How a network's outputs are taken for answers, where it is judged by a loss.</summary>
internal readonly struct Answers
{
    private readonly AccuracyKind kind;
    private readonly bool areLogits;
    private readonly int outputs;

    /// <summary>Those of a loss.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="outputs">The network's outputs.</param>
    public Answers(Loss loss, int outputs) => (kind, areLogits, this.outputs) = (loss.AccuracyKind, loss.TakesLogits, outputs);

    /// <summary>The classes, one of which every example is of; 0 if there are none.</summary>
    public int Classes => kind switch
    {
        AccuracyKind.Categorical when outputs > 1 => outputs,
        AccuracyKind.Binary when outputs == 1 => 2,
        _ => 0,
    };

    /// <summary>Answers that an example asks for; 0 if none is right or wrong.</summary>
    public int OfExample => kind == AccuracyKind.Binary ? outputs : Classes > 0 ? 1 : 0;

    /// <summary>The share of some examples' answers that are right; NaN if there are none.</summary>
    public double Share(long right, int examples) => OfExample == 0 ? double.NaN : (double)right / ((long)examples * OfExample);

    /// <summary>The class that a target says; −1 if a number is NaN, 0 where there are no classes.</summary>
    public int ClassOf<T>(ReadOnlySpan<T> target)
        where T : unmanaged, IFloatingPointIeee754<T> => Find(target, T.CreateTruncating(0.5));

    /// <summary>What a network says of an example, beside what its target says.</summary>
    /// <param name="loss">The example's loss times its weight.</param>
    /// <param name="target">Its target.</param>
    /// <param name="output">The network's output, or its logits if the loss takes these.</param>
    public ExampleScore Score<T>(double loss, ReadOnlySpan<T> target, ReadOnlySpan<T> output)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int actual = ClassOf(target), predicted = Find(output, Threshold<T>());
        int right = kind == AccuracyKind.Binary ? CountRight(target, output)
            : OfExample > 0 && actual == predicted ? 1
            : 0;
        return new ExampleScore(loss, actual, predicted, right);
    }

    /// <summary>The first of the greatest; −1 where a number is none: NaN is neither greater nor smaller, and 0 would be a guess.</summary>
    public static int ArgMax<T>(ReadOnlySpan<T> row)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int best = 0;
        for (int c = 0; c < row.Length; c++)
        {
            if (T.IsNaN(row[c]))
                return -1;
            if (row[c] > row[best])
                best = c;
        }

        return best;
    }

    // A logit is above 0 where its sigmoid is above ½.
    private T Threshold<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => areLogits ? T.Zero : T.CreateTruncating(0.5);

    private int Find<T>(ReadOnlySpan<T> row, T threshold)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int greatest = ArgMax(row);
        return greatest < 0 || Classes == outputs ? greatest
            : Classes == 2 && row[0] > threshold ? 1
            : 0;
    }

    private int CountRight<T>(ReadOnlySpan<T> target, ReadOnlySpan<T> output)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T threshold = Threshold<T>(), half = T.CreateTruncating(0.5);
        int right = 0;
        for (int i = 0; i < output.Length; i++)
            right += (output[i] > threshold) == (target[i] > half) ? 1 : 0;
        return right;
    }
}
