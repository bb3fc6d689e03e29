namespace NanoConv.Descriptions;

/// <summary>Text of a file for a message: in quotation marks, and cut where it would fill a screen.</summary>
internal static class Quoted
{
    /// <summary>The most characters that are shown.</summary>
    public const int Longest = 100;

    /// <summary>As <c>'conv2d_1/kernel'</c>.</summary>
    public static string Of(string text) => text.Length <= Longest ? $"'{text}'" : $"'{text[..Longest]}…'";
}
