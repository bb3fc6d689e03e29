namespace NanoConv.Bench;

/// <summary>One kind of work in a chain of settings; each is compared with the one before, which ran right beside it.</summary>
/// <param name="work">The name of the work.</param>
/// <param name="links">How each compares with the one before, in words, and a short measurement of its speed.</param>
internal sealed class RatioChain(string work, params (string Compared, Func<double> Speed)[] links)
{
    private readonly List<double>[] ratios = [.. links.Select(_ => new List<double>())];

    /// <summary>Measures every link once.</summary>
    /// <param name="backwards">From the last to the first; for every other round, so that no neighbour is always first.</param>
    /// <param name="counts">Whether the round is more than warming up.</param>
    public void Run(bool backwards, bool counts)
    {
        double[] speeds = new double[links.Length];
        for (int i = 0; i < links.Length; i++)
        {
            int link = backwards ? links.Length - 1 - i : i;
            speeds[link] = links[link].Speed();
        }

        for (int link = 1; counts && link < links.Length; link++)
            ratios[link].Add(speeds[link] / speeds[link - 1]);
    }

    /// <summary>What the rounds came to.</summary>
    public IEnumerable<Ratio> Ratios => Enumerable.Range(1, links.Length - 1).Select(link => new Ratio(
        work,
        links[link].Compared,
        Stopwatches.Quantile(ratios[link], 0.25),
        Stopwatches.Median(ratios[link]),
        Stopwatches.Quantile(ratios[link], 0.75)));
}
