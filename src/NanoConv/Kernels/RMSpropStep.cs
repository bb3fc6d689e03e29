namespace NanoConv.Kernels;

/// <summary>The numbers of one of RMSprop's steps.</summary>
/// <param name="Rate">The learning rate.</param>
/// <param name="Decay">1 − ρ.</param>
/// <param name="Momentum">The share of the last step that is kept.</param>
/// <param name="Epsilon">ε, added under the root.</param>
/// <typeparam name="T">The element type.</typeparam>
public readonly record struct RMSpropStep<T>(T Rate, T Decay, T Momentum, T Epsilon);
