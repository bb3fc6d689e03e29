namespace NanoConv.Tests.Training;

/// <summary>What is large, and what a large model takes.</summary>
public sealed class SizeLimitsTests
{
    /// <summary>In rounds of lanes there is room for the examples of each, whatever the batch comes to at an epoch's end.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void There_is_room_for_each_round_of_every_batch(long activationShare)
    {
        SizeLimits limits = new(LargeModel: -1, Light: 0, LightShare: int.MaxValue, ActivationShare: activationShare);
        Model<float> model = new Sequential(new Dense(3, Activation.Softmax)).Build<float>(2, 0, null, limits);
        for (int batch = 1; batch <= 300; batch++)
        {
            GradientPlan<float> plan = new(model, batch);
            Assert.InRange(plan.Rounds, 1, plan.Lanes);
            Assert.InRange(plan.RoundExamples, 1, batch);
            for (int count = 1; count <= batch; count++)
            {
                int lanes = GradientPlan<float>.LaneCount(count), rounds = Math.Min(plan.Rounds, lanes);
                for (int round = 0; round < rounds; round++)
                {
                    int first = count * (lanes * round / rounds) / lanes, end = count * (lanes * (round + 1) / rounds) / lanes;
                    Assert.True(end - first <= plan.RoundExamples, $"batch {batch}, {count} left: {end - first} of {plan.RoundExamples}");
                }
            }
        }
    }

    [Fact]
    public void Of_a_large_model_the_smallest_layers_stay_as_they_are_in_a_small_one()
    {
        SizeLimits limits = new(LargeModel: 1000, Light: 60, LightShare: 10);
        Sequential network = new(new Dense(9), new Dense(50), new Dense(30), new Dense(3, Activation.Softmax)); // 90, 500, 1530, 93
        Assert.Equal([false, true, true, false], Build(network, limits)); // 2213 / 10 = 221 holds 90 + 93
        Assert.Equal([true, true, true, true], Build(network, limits with { LightShare = 100 }));
        Assert.Equal([false, true, true, true], Build(network, limits with { LightShare = 100, Light = 90 }));
        Assert.Equal([false, false, false, false], Build(network, limits with { LargeModel = 2213 }));

        static bool[] Build(Sequential network, SizeLimits limits) =>
            [.. network.Build<float>(9, 0, null, limits).Layers.Select(layer => layer.IsLean)];
    }

    /// <summary>The paper's networks, and ones ten times as large, are not large.</summary>
    [Fact]
    public void Nothing_changes_for_networks_of_a_million_parameters()
    {
        Model<float> model = new Sequential(
            new Conv2D(128, 3), new Conv2D(256, 3), new Flatten(), new Dense(10, Activation.Softmax)).Build<float>((12, 12, 128));
        Assert.InRange(model.ParameterCount, 500_000, 2_000_000);
        Assert.All(model.Layers, layer => Assert.False(layer.IsLean));
    }

    /// <summary>94 MB of weights: all that is not activations is at most five times that, on any number of threads.</summary>
    [Fact]
    public void A_large_model_takes_at_most_five_times_its_weights()
    {
        Model<float> model = new Sequential(
            new Conv2D(64, 3, padding: Padding.Same, activation: Activation.ReLU),
            new Conv2D(64, 3, padding: Padding.Same, activation: Activation.ReLU),
            new MaxPooling2D(2),
            new Conv2D(128, 3, padding: Padding.Same, activation: Activation.ReLU),
            new MaxPooling2D(2),
            new Conv2D(256, 3, padding: Padding.Same, activation: Activation.ReLU),
            new Flatten(),
            new Dense(1300, Activation.ReLU),
            new Dense(1300, Activation.ReLU),
            new Dense(10, Activation.Softmax)).Build<float>((32, 32, 3));
        Assert.InRange(model.ParameterCount * 4L, 90_000_000, 100_000_000);
        foreach (int threads in (int[])[1, 2, 16, 64])
        {
            MemoryPlan plan = model.PlanMemory(new FitOptions { BatchSize = 128, Threads = threads });
            Assert.InRange(plan.Total - plan.Activations, 3 * plan.Weights, 5 * plan.Weights);
            Assert.Equal(plan.Total, plan.Weights + plan.PackedKernels + plan.Optimizer + plan.Gradients + plan.Activations);
        }
    }

    [Fact]
    public void A_plan_can_be_read()
    {
        MemoryPlan plan = new()
        {
            Weights = 94_000_000,
            PackedKernels = 1,
            Optimizer = 188_000_000,
            Gradients = 4_500_000,
            Activations = 40_000_000,
            Threads = 1,
        };
        Assert.Equal("326.5 MB on 1 thread: weights 94.0, packed 0.0, optimizer 188.0, gradients 4.5, activations 40.0", plan.ToString());
        Assert.StartsWith("326.5 MB on 3 threads: ", (plan with { Threads = 3 }).ToString(), StringComparison.Ordinal);
    }
}
