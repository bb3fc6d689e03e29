using NanoConv.Tensors;

namespace NanoConv.Proof;

/// <summary>How far a backward pass is from the derivatives that differences give, and where it is furthest.</summary>
/// <param name="WorstRelativeError">
/// The greatest |analytic − numeric| / max(|analytic|, |numeric|, floor), below 1e-6 for a right backward pass. The floor,
/// a thousandth of the tensor's greatest derivative and at least 2e-5, is where differences lose their digits. NaN if a
/// number was not finite, no element could be checked, or there is a <see cref="Mistake"/>: <c>WorstRelativeError &lt; 1e-6</c> is
/// then false.
/// </param>
/// <param name="Tensor">The tensor where it is: a parameter's name, as <c>conv2d_1/kernel</c>, or <c>input</c>.</param>
/// <param name="Index">The element of that tensor, row-major.</param>
/// <param name="Analytic">What the backward pass says of it.</param>
/// <param name="Numeric">What the differences say of it.</param>
/// <param name="Checked">Elements compared.</param>
/// <param name="Skipped">Elements left out because the function has a kink there, such as ReLU's at 0.</param>
public sealed record GradientCheckResult(
    double WorstRelativeError, string Tensor, int Index, double Analytic, double Numeric, int Checked, int Skipped)
{
    /// <summary>
    /// What is wrong with the forward pass itself, naming the layer: an output that depends on the examples that pass together, or
    /// a failure outside training; null if nothing was found.
    /// </summary>
    public string? Mistake { get; init; }

    /// <summary>The result as a sentence.</summary>
    public override string ToString() => (Mistake is null ? string.Empty : $"{Mistake}; ")
        + $"worst relative error {WorstRelativeError:0.##e+0} at {Tensor}[{Index}]: backward {Analytic:R}, differences {Numeric:R}; "
        + $"{Checked} elements checked, {Skipped} skipped at kinks";
}
