namespace NanoConv.Bench;

/// <summary>How much faster one thing is than another that ran next to it in time; over all rounds.</summary>
/// <param name="Work">What ran: training, inference, or a bare loop of multiply-adds.</param>
/// <param name="Compared">Which two settings of it, the numerator first.</param>
internal sealed record Ratio(string Work, string Compared, double LowerQuartile, double Median, double UpperQuartile);
