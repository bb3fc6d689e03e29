namespace NanoConv.Training;

/// <summary>
/// The loss of a step, or of the validation part after an epoch's last step, became NaN or infinite. A step that shows
/// it has not changed the weights; they are as the step before has left them, which may be where the fault lies.
/// </summary>
public sealed class NonFiniteLossException : ArithmeticException
{
    internal NonFiniteLossException(int epoch, int step, double loss, string where)
        : base($"the loss became {loss} in epoch {epoch}, step {step}: {where}") =>
        (Epoch, Step, Where) = (epoch, step, where);

    /// <summary>The epoch, from 1.</summary>
    public int Epoch { get; }

    /// <summary>The step in the epoch, from 1.</summary>
    public int Step { get; }

    /// <summary>The first layer whose output is not finite, or what else is the cause.</summary>
    public string Where { get; }
}
