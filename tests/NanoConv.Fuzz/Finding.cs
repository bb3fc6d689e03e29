namespace NanoConv.Fuzz;

/// <summary>An input for which a reader broke its promise.</summary>
/// <param name="Kind">Which promise: "exception", "allocation", "hang" or "unsound".</param>
/// <param name="Number">The input's number; with the seed it makes the input again.</param>
/// <param name="Input">The input.</param>
/// <param name="What">What happened, in one line.</param>
/// <param name="Detail">The exception with its stack, if there was one.</param>
public sealed record Finding(string Kind, long Number, byte[] Input, string What, string? Detail = null);
