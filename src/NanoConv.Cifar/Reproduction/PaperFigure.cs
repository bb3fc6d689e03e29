using NanoConv.Cifar.Experiments;

namespace NanoConv.Cifar.Reproduction;

/// <summary>A number that the paper gives for a run, and where ours stands in the run's record.</summary>
/// <param name="Quantity">What it is.</param>
/// <param name="Value">The paper's: an accuracy from 0 to 1, seconds on the author's machine, or a count.</param>
/// <param name="Epoch">The epoch, for <see cref="PaperQuantity.ValidationAccuracy"/>.</param>
public sealed record PaperFigure(PaperQuantity Quantity, double Value, int? Epoch = null)
{
    /// <summary>In words: "accuracy on test".</summary>
    public string Name => Quantity switch
    {
        PaperQuantity.TestAccuracy => "accuracy on test",
        PaperQuantity.TrainAccuracy => "accuracy on train",
        PaperQuantity.TrainingCurve => "accuracy in training, last epoch",
        PaperQuantity.ValidationAccuracy => $"validation accuracy at epoch {Epoch}",
        PaperQuantity.BaselineAccuracy => "accuracy of the baseline on test",
        PaperQuantity.Parameters => "parameters",
        _ => "seconds to fit",
    };

    /// <summary>The same number of a run of ours; null if the run does not have it.</summary>
    /// <param name="run">A completed run.</param>
    public double? Of(RunRecord run) => Quantity switch
    {
        PaperQuantity.TestAccuracy => run.Results?.Test.Accuracy,
        PaperQuantity.TrainAccuracy => run.Results?.Train.Accuracy,
        PaperQuantity.TrainingCurve => run.History[^1].Accuracy,
        PaperQuantity.ValidationAccuracy => run.History.FirstOrDefault(epoch => epoch.Epoch == Epoch)?.ValidationAccuracy,
        PaperQuantity.BaselineAccuracy => run.Results?.Baseline.TestAccuracy,
        PaperQuantity.Parameters => run.Model.Parameters,
        _ => run.Timings.FitSeconds,
    };
}
