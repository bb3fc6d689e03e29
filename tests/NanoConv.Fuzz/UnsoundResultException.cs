namespace NanoConv.Fuzz;

/// <summary>A reader accepted an input and made something of it that is not sound.</summary>
/// <param name="message">What was expected and what was found.</param>
public sealed class UnsoundResultException(string message) : Exception(message);
