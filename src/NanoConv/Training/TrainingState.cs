namespace NanoConv;

/// <summary>Where training is. One object for a whole fit, updated in place; copy what is to be kept.</summary>
public sealed class TrainingState
{
    internal TrainingState(int epochs, int examples, int batchSize) =>
        (Epochs, Examples, StepsPerEpoch) = (epochs, examples, (examples + batchSize - 1) / batchSize);

    /// <summary>Epochs of the fit.</summary>
    public int Epochs { get; }

    /// <summary>Examples of an epoch.</summary>
    public int Examples { get; }

    /// <summary>Steps of an epoch.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>The epoch, from 1.</summary>
    public int Epoch { get; internal set; }

    /// <summary>The step in the epoch, from 1.</summary>
    public int Step { get; internal set; }

    /// <summary>Examples that have been used in the epoch.</summary>
    public int ExamplesSeen { get; internal set; }

    /// <summary>Mean loss of the epoch so far, weighted by batch size.</summary>
    public double Loss => ExamplesSeen == 0 ? 0 : LossSum / ExamplesSeen;

    /// <summary>Accuracy of the epoch so far.</summary>
    public double Accuracy => ExamplesSeen == 0 ? 0 : (double)Correct / ExamplesSeen;

    /// <summary>Seconds of the epoch's training part so far.</summary>
    public double TrainingSeconds { get; internal set; }

    /// <summary>Set to end the fit after this epoch.</summary>
    public bool StopTraining { get; set; }

    internal double LossSum { get; set; }

    internal int Correct { get; set; }

    internal void BeginEpoch(int epoch)
    {
        (Epoch, Step, ExamplesSeen, Correct) = (epoch, 0, 0, 0);
        (LossSum, TrainingSeconds) = (0, 0);
    }
}
