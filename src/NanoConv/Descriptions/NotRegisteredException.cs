namespace NanoConv.Descriptions;

/// <summary>A description names a class that is not registered: it is not malformed for that.</summary>
/// <param name="message">Which.</param>
internal sealed class NotRegisteredException(string message) : FormatException(message);
