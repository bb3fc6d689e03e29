namespace NanoConv.Cifar;

/// <summary>
/// A mistake of the user's, or of the machine's, told in one line: the file or option, what was expected and
/// what was found.
/// </summary>
/// <param name="message">The line.</param>
/// <param name="inner">What went wrong underneath.</param>
public sealed class UserErrorException(string message, Exception? inner = null) : Exception(message, inner);
