using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using NanoConv.Kernels;

namespace NanoConv.Tests.Kernels;

/// <summary>What is random for different purposes is independent, whatever seed, layer and step they have in common.</summary>
public sealed class RandomDomainTests : PropertySuite
{
    /// <summary>
    /// Of n pairs of independent coins about n/2 agree. A dropout of rate 0.5 keeps element 2i + 1 if draw i of its stream is
    /// at least a half, and a uniform weight i is positive for the same reason, so that one stream for both shows in all pairs.
    /// </summary>
    [Fact]
    public void A_mask_of_the_first_layer_tells_nothing_of_any_layers_first_weights() => ForAll(Places, static c =>
    {
        (int seed, int step) = c;
        const int Width = 16, Deep = 4, Elements = 2 * Width * Width;
        Layer[] dense = [.. Enumerable.Range(0, Deep).Select(_ => new Dense(Width))];
        Model<double> model = new Sequential([new Dropout(0.5), .. dense]).Build<double>(Elements, seed);
        double[] mask = Mask(model, seed, step);
        for (int layer = 1; layer <= Deep; layer++)
        {
            double[] kernel = model.Layers[layer].Parameters[0].Value[..(Width * Width)].ToArray();
            int agreeing = kernel.Where((weight, i) => (weight > 0) == (mask[(2 * i) + 1] > 0)).Count();
            int half = kernel.Length / 2, allowed = 7 * Width / 2; // seven standard deviations, √n / 2 each
            Assert.InRange(agreeing, half - allowed, half + allowed);
        }
    });

    /// <summary>Not the keys alone: a key a few steps further on in another's sequence would share all the rest of it.</summary>
    [Fact]
    public void No_two_uses_seeds_or_places_share_a_number() => ForAll(Places, static c =>
    {
        const int Seeds = 3, Streams = 6, Numbers = 8;
        IEnumerable<ulong> numbers =
            from domain in Enum.GetValues<RandomDomain>()
            from seed in Enumerable.Range(c.Seed, Seeds)
            from key in Enumerable.Range(-1, Streams).SelectMany(first => (ulong[])
            [
                CounterRandom.Key(domain, seed, first),
                .. Enumerable.Range(c.Step - 2, Streams).Select(second => CounterRandom.Key(domain, seed, first, second)),
            ])
            from counter in Enumerable.Range(0, Numbers)
            select CounterRandom.Bits(key, counter);
        ulong[] all = [.. numbers];
        Assert.Equal(Enum.GetValues<RandomDomain>().Length * Seeds * Streams * (1 + Streams) * Numbers, all.Length);
        Assert.Equal(all.Length, all.Distinct().Count());
    });

    /// <summary>The order of the examples is <see cref="Training.ShuffleTests"/>' matter.</summary>
    [Fact]
    public void First_weights_and_masks_are_what_their_domains_give() => ForAll(Places, static c =>
    {
        (int seed, int step) = c;
        Model<double> model = new Sequential(new Dropout(0.3), new Dense(5)).Build<double>(6, seed);
        double[] kernel = new double[6 * 5];
        new GlorotUniform().Fill<double>(kernel, 6, 5, CounterRandom.Key(RandomDomain.InitialWeights, seed, 1, 0));
        Expect.SameBits<double>("kernel", kernel, model.Layers[1].Parameters[0].Value);

        double[] mask = new double[6];
        CounterRandom.DropoutMask<double>(mask, CounterRandom.Key(RandomDomain.Dropout, seed, step, 0), first: 0, rate: 0.3);
        Expect.SameBits<double>("mask", mask, Mask(model, seed, step));
    });

    [Fact]
    public void The_gradient_check_draws_from_its_domain()
    {
        const int Seed = 9, Elements = 12;
        Seen seen = new();
        GradientCheck.Run(new Sequential(seen).Build<double>(Elements / 2), examples: 2, Seed);
        ulong key = CounterRandom.Key(RandomDomain.GradientCheck, Seed, 2);
        double[] inputs = [.. Enumerable.Range(0, Elements).Select(i => (2 * CounterRandom.Uniform(key, i)) - 1)];
        Assert.Contains(seen.Inputs, input => input.SequenceEqual(inputs));
    }

    private static Arbitrary<(int Seed, int Step)> Places => Gen.Zip(Gen.Choose(-1000, 1000), Gen.Choose(1, 6)).ToArbitrary();

    /// <summary>What the first layer, a dropout, makes of ones in a step.</summary>
    private static double[] Mask(Model<double> model, int seed, int step)
    {
        Tensor<double> ones = new(model.InputShape.Batch(1));
        ones.AsSpan().Fill(1);
        Workspace<double> workspace = new(model, 1, training: true);
        workspace.Load(new TensorDataset<double>(ones, [0], 1), [], 0, 1);
        workspace.Configure(training: true, wantsLogits: false, seed, step, firstExample: 0);
        workspace.Forward();
        return workspace.Activation(1).ToArray();
    }

    /// <summary>The identity, which remembers what it was given.</summary>
    private sealed class Seen() : Layer(name: null)
    {
        public List<double[]> Inputs { get; } = [];

        public override string Kind => "seen";

        public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder) => new Built<T>(builder, Inputs);

        private sealed class Built<T>(LayerBuilder<T> builder, List<double[]> inputs) : BuiltLayer<T>(builder, builder.InputShape)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
            {
                inputs.Add([.. x.ToArray().Select(double.CreateChecked)]);
                x.CopyTo(y);
            }

            public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
            {
                if (!dx.IsEmpty)
                    dy.CopyTo(dx);
            }
        }
    }
}
