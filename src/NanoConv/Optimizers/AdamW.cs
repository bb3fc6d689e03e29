using NanoConv.Descriptions;
using NanoConv.Schedules;

namespace NanoConv.Optimizers;

/// <summary>
/// Adam with weight decay that is decoupled from the gradient (Loshchilov and Hutter, 2019, "Decoupled Weight Decay Regularization"):
/// before each step w −= rate·decay·w, which no mean of gradients sees.
/// </summary>
/// <remarks>The defaults are Keras's; PyTorch's decay is 0.01. ε stands where <see cref="Adam"/>'s does.</remarks>
/// <param name="learningRate">The size of a step; by default 0.001.</param>
/// <param name="weightDecay">The decay, at least 0: so many times the rate is the share of the weights that goes at each step.</param>
/// <param name="beta1">Decay of the gradient's mean, in [0, 1).</param>
/// <param name="beta2">Decay of the squared gradient's mean, in [0, 1).</param>
/// <param name="epsilon">ε, above 0.</param>
/// <param name="epsilonHat">Whether ε is added before the correction, as Keras's code does.</param>
/// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
public sealed class AdamW(
    Schedule? learningRate = null, double weightDecay = 0.004, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7, bool epsilonHat = false)
    : Adam(learningRate, beta1, beta2, epsilon, epsilonHat, weightDecay), IDescribed<AdamW>
{
    /// <inheritdoc/>
    public static new AdamW FromConfig(ConfigReader config) => new(
        config.Schedule("learning_rate"),
        config.Real("weight_decay", otherwise: 0),
        config.Real("beta_1"),
        config.Real("beta_2"),
        config.Real("epsilon"),
        config.Flag("epsilon_hat"));
}
