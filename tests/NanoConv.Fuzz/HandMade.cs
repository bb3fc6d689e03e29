namespace NanoConv.Fuzz;

/// <summary>A hostile input that a person thought of.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Content">The file's content.</param>
public sealed record HandMade(string Name, byte[] Content);
