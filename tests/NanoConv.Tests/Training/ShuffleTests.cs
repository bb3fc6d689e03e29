using NanoConv.Kernels;

namespace NanoConv.Tests.Training;

/// <summary>Orders are random, and known beforehand.</summary>
public sealed class ShuffleTests
{
    /// <summary>The order of epoch 3 does not need epochs 1 and 2.</summary>
    [Fact]
    public void An_epochs_order_follows_from_seed_and_epoch_alone()
    {
        const int Examples = 17, Seed = 8;
        RecordingDataset<float> data = new(Examples);
        Model<float> model = new Sequential(new Flatten(), new Dense(3, Activation.Softmax)).Build<float>(data.InputShape);
        model.Fit(data, new FitOptions { Epochs = 3, BatchSize = 5, Seed = Seed, Threads = 1 });
        int[][] epochs = [.. data.Visited.Chunk(Examples)];
        for (int epoch = 1; epoch <= 3; epoch++)
        {
            int[] order = [.. Enumerable.Range(0, Examples)];
            CounterRandom.Shuffle(order, CounterRandom.Key(RandomDomain.Shuffle, Seed, epoch));
            Assert.Equal(order, epochs[epoch - 1]);
        }
    }

    /// <summary>Each of the 24 orders of four, in 24,000 shuffles: 1000 times, give or take five standard deviations.</summary>
    [Fact]
    public void All_orders_are_equally_likely()
    {
        Dictionary<string, int> counts = [];
        for (int i = 0; i < 24_000; i++)
        {
            int[] order = [0, 1, 2, 3];
            CounterRandom.Shuffle(order, CounterRandom.Key(RandomDomain.Shuffle, 1, i));
            string name = string.Concat(order);
            counts[name] = counts.GetValueOrDefault(name) + 1;
        }

        Assert.Equal(24, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 1000 - 155, 1000 + 155));
    }
}
