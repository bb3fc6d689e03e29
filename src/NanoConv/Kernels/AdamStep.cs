namespace NanoConv.Kernels;

/// <summary>The numbers of one of Adam's steps.</summary>
/// <param name="Rate">The learning rate.</param>
/// <param name="Decay1">1 − β₁, which float could not take from a rounded β₁ without losing digits.</param>
/// <param name="Decay2">1 − β₂, likewise.</param>
/// <param name="Correction1">1 / (1 − β₁ᵗ).</param>
/// <param name="Correction2">1 / (1 − β₂ᵗ).</param>
/// <param name="Epsilon">ε, added to the root.</param>
/// <typeparam name="T">The element type.</typeparam>
public readonly record struct AdamStep<T>(T Rate, T Decay1, T Decay2, T Correction1, T Correction2, T Epsilon);
