namespace NanoConv.Kernels;

/// <summary>The numbers of one step of gradient descent.</summary>
/// <param name="Rate">The learning rate.</param>
/// <param name="Momentum">The share of the velocity that is kept.</param>
/// <param name="Decay">So many times the weights are added to the gradient.</param>
/// <param name="Nesterov">Whether to look ahead.</param>
/// <param name="OfGradients">Whether velocities are sums of gradients, PyTorch's; otherwise sums of steps, Keras's.</param>
/// <typeparam name="T">The element type.</typeparam>
public readonly record struct MomentumStep<T>(T Rate, T Momentum, T Decay, bool Nesterov, bool OfGradients);
