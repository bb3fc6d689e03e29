using NanoConv.Kernels;
using NanoConv.Tensors;

namespace NanoConv.Layers.Augmentation;

/// <summary>What a layer draws for one example in one epoch: a function of seed, layer, epoch and the example's place in the data set.</summary>
/// <param name="Seed">Training's seed.</param>
/// <param name="Layer">The layer's place in the network.</param>
/// <param name="Epoch">From 1; 0 for what lasts over all epochs.</param>
/// <param name="Example">The example's place.</param>
internal readonly record struct Draws(int Seed, int Layer, int Epoch, int Example)
{
    private const int MostDraws = 8;

    /// <summary>What is drawn once, for all epochs.</summary>
    public Draws Lasting => this with { Epoch = 0 };

    /// <summary>A number of a range.</summary>
    /// <param name="range">The range.</param>
    /// <param name="which">Which of the layer's draws, from 0 to 7.</param>
    public double Between(FactorRange range, int which) => range.Lower + ((range.Upper - range.Lower) * CounterRandom.Uniform(Key, Place(which)));

    /// <summary>A whole number from 0 to below a bound.</summary>
    /// <param name="bound">The bound.</param>
    /// <param name="which">Which of the layer's draws, from 0 to 7.</param>
    public int Below(int bound, int which) => CounterRandom.Below(Key, Place(which), bound);

    private ulong Key => CounterRandom.Key(RandomDomain.Augmentation, Seed, Layer, Epoch);

    private long Place(int which) => ((long)Example * MostDraws) + which;
}
