using NanoConv.Losses;

namespace NanoConv.Cifar.Reports;

/// <summary>What a panel of learning curves shows.</summary>
internal enum CurveQuantity
{
    /// <summary>Accuracy in percent.</summary>
    Accuracy,

    /// <summary>Loss with penalties.</summary>
    Loss,
}
