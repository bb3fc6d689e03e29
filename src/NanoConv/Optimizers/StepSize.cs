namespace NanoConv.Optimizers;

/// <summary>How far a step of some parameters goes.</summary>
/// <param name="Rate">The learning rate of this step and of these parameters.</param>
/// <param name="Decay">Their weight decay.</param>
/// <typeparam name="T">The number type.</typeparam>
public readonly record struct StepSize<T>(T Rate, T Decay);
