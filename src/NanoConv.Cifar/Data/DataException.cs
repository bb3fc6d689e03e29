namespace NanoConv.Cifar.Data;

/// <summary>
/// The images asked for cannot be had: a missing, damaged or unreadable file, a failed download, a number of
/// images the data does not hold. The message is one line that names the file or option, what was expected and
/// what was found; it is meant to be shown to the user as it is, without a stack trace.
/// </summary>
public sealed class DataException : Exception
{
    /// <summary>Creates the exception; line breaks in the message become spaces.</summary>
    /// <param name="message">One line for the user: the file or option, what was expected, what was found.</param>
    /// <param name="innerException">What the system reported, if anything.</param>
    public DataException(string message, Exception? innerException = null)
        : base(message.ReplaceLineEndings(" "), innerException)
    {
    }
}
