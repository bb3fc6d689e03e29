namespace NanoConv.Fuzz;

/// <summary>Makes another input of one, a little or thoroughly wrong; the same one for the same random numbers.</summary>
/// <param name="input">The input; not changed.</param>
/// <param name="corpus">All inputs that are known, for what takes a piece of another.</param>
/// <param name="random">Decides everything.</param>
public delegate byte[] Mutator(byte[] input, IReadOnlyList<byte[]> corpus, Random random);
