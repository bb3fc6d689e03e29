namespace NanoConv.Bench;

/// <summary>What one thread reads from one place, beside what it could multiply and add meanwhile.</summary>
/// <param name="Place">A cache level or the memory.</param>
/// <param name="BytesPerFlop">Bytes read in the time of one FLOP at the machine's peak; times the peak it is a rate.</param>
internal sealed record Bandwidth(string Place, double BytesPerFlop)
{
    /// <summary>FLOP/byte from which on the multiply-adds are what limits.</summary>
    public double Ridge => 1 / BytesPerFlop;
}
