namespace NanoConv.Training;

/// <summary>Which of two epochs is the better one, by one quantity and Keras's rule.</summary>
/// <param name="Monitor">The quantity.</param>
/// <param name="MinDelta">By how much more than this a better one has to differ; at least 0.</param>
internal readonly record struct EpochComparison(EpochQuantity Monitor, double MinDelta = 0)
{
    /// <summary>As Keras calls the quantity.</summary>
    public string Name => Monitor switch
    {
        EpochQuantity.ValidationLoss => "val_loss",
        EpochQuantity.ValidationAccuracy => "val_accuracy",
        EpochQuantity.Loss => "loss",
        _ => "accuracy",
    };

    private bool IsOfValidation => Monitor is EpochQuantity.ValidationLoss or EpochQuantity.ValidationAccuracy;

    private bool IsGreaterBetter => Monitor is EpochQuantity.ValidationAccuracy or EpochQuantity.Accuracy;

    /// <summary>The quantity of an epoch.</summary>
    /// <exception cref="ArgumentException">The epoch has none.</exception>
    public double Of(EpochRecord epoch)
    {
        double? value = Monitor switch
        {
            EpochQuantity.ValidationLoss => epoch.ValidationLoss,
            EpochQuantity.ValidationAccuracy => epoch.ValidationAccuracy,
            EpochQuantity.Loss => epoch.Loss,
            _ => epoch.Accuracy,
        };
        return value ?? throw new ArgumentException($"expected an epoch with {Name}, received epoch {epoch.Epoch} without");
    }

    /// <summary>Whether a value is better than another by more than <see cref="MinDelta"/>, subtracted first, as Keras does.</summary>
    public bool IsBetter(double value, double other) => IsGreaterBetter ? value - MinDelta > other : value + MinDelta < other;

    /// <summary>Refuses a fit that will never know the quantity; Keras warns, and its callback does nothing.</summary>
    /// <param name="owner">The callback.</param>
    /// <param name="state">The fit's.</param>
    /// <exception cref="ArgumentException">There is no validation, or no accuracy.</exception>
    public void Check(string owner, TrainingState state)
    {
        if (IsOfValidation && state.ValidationExamples == 0)
        {
            throw new ArgumentException(
                $"{owner} monitors {Name}: expected examples for validation (ValidationSplit, or Fit with a validation set), received none; "
                + $"without, monitor {Name["val_".Length..]}");
        }

        if (IsGreaterBetter && !state.HasAccuracy)
            throw new ArgumentException($"{owner} monitors {Name}: expected a loss that counts right answers, received one that does not; monitor a loss");
    }

    /// <summary>Refuses what is no quantity, or no difference.</summary>
    /// <param name="owner">The callback.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is none.</exception>
    public EpochComparison Checked(string owner)
    {
        if (!Enum.IsDefined(Monitor))
            throw new ArgumentOutOfRangeException("monitor", $"{owner}: expected a quantity of an epoch to monitor, received {Monitor}");
        if (!(MinDelta >= 0 && double.IsFinite(MinDelta)))
            throw new ArgumentOutOfRangeException("minDelta", $"{owner}: expected a finite minDelta of at least 0, received {MinDelta}");
        return this;
    }
}
