using System.Numerics;

namespace NanoConv.Tests.Graphs;

/// <summary>When weights are folded, what memory that takes, and that nobody meets them half done.</summary>
[Collection(nameof(Training.AllocationTests))]
public sealed class FoldingTests
{
    private static readonly Shape Picture = (8, 8, 4);

    private static Model<float> Residual(SizeLimits? limits = null)
    {
        Node input = Network.Input(Picture), x = input.Then(new Conv2D(8, 3, padding: Padding.Same, useBias: false), new BatchNormalization(), Activation.ReLU);
        Node sum = Node.Add(x.Then(new Conv2D(8, 3, padding: Padding.Same), new BatchNormalization()), x);
        Node y = sum.Then(Activation.SiLU, new MaxPooling2D(2), new Dropout(0.2));
        Network network = new(input, y.Then(new Flatten(), new Dense(8), new BatchNormalization(), Activation.ReLU, new Dense(3, Activation.Softmax)));
        return network.Build<float>(Picture, seed: 3, given: null, limits);
    }

    /// <summary>A warm one; folding anew, after a change, takes some passing memory.</summary>
    [Fact]
    public void A_steady_compiled_prediction_allocates_nothing()
    {
        Model<float> model = Residual();
        float[] inputs = Numbers.Reals<float>(10 * Picture.Elements, seed: 1), outputs = new float[30];
        long allocated = 0;
        for (int call = 0; call < 120; call++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            model.Predict(inputs, outputs, threads: 1);
            if (call >= 100)
                allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    /// <summary>Folding would allocate: so it is not done at each step, whether or not the model has predicted before.</summary>
    [Fact]
    public void Steps_of_training_fold_nothing()
    {
        Model<float> model = Residual();
        Tensor<float> inputs = new(Picture.Batch(80), Numbers.Reals<float>(80 * Picture.Elements, seed: 1));
        model.Predict(inputs);
        List<long> steps = [];
        long last = 0;
        OnStep meter = new(_ =>
        {
            steps.Add(GC.GetAllocatedBytesForCurrentThread() - last);
            last = GC.GetAllocatedBytesForCurrentThread();
        });
        model.Fit(inputs, new int[80], new FitOptions { BatchSize = 2, Epochs = 1, Threads = 1, Callbacks = [meter] });
        Assert.Equal(40, steps.Count);
        Assert.True(steps[20..].All(bytes => bytes < model.Plan().FoldedBytes / 4), string.Join(' ', steps));
    }

    /// <summary>The plans of prediction and of a fit with validation are what is then held, folded weights and all.</summary>
    [Fact]
    public void Folded_weights_and_compiled_buffers_are_in_the_plan_of_memory()
    {
        foreach (SizeLimits limits in (SizeLimits[])[SizeLimits.Default, new SizeLimits(LargeModel: -1, Light: 0, LightShare: int.MaxValue)])
        {
            Model<float> model = Residual(limits);
            FitOptions options = new() { BatchSize = 10, Threads = 1 };
            long bare = sizeof(float) * NumberArrays<float>.Elements(model);
            MemoryPlan with = model.PlanMemory(options with { ValidationSplit = 0.5 }, 40), without = model.PlanMemory(options, 20);
            NetworkPlan plan = model.Plan();
            Assert.Equal(bare, sizeof(float) * NumberArrays<float>.Elements(model)); // nothing is made for a plan
            model.Predict(new float[Picture.Elements], new float[3], threads: 1);
            long held = (sizeof(float) * NumberArrays<float>.Elements(model)) - bare;
            Assert.True(plan.FoldedBytes > 0);
            Assert.Equal(plan.ThreadBytes + plan.FoldedBytes, held);
            Assert.Equal(held, with.Total - without.Total);
            Assert.Equal(plan.FoldedBytes, with.PackedKernels - without.PackedKernels);
            Assert.Equal(plan.SlotBytes.Sum(), model.PredictionBytes);
        }
    }

    /// <summary>Edits go to and fro between two states, and each prediction on other threads is that of one of them, all of it.</summary>
    [Fact]
    public void Predictions_while_weights_change_are_those_of_one_state()
    {
        Model<float> model = Residual();
        float[] inputs = Numbers.Reals<float>(12 * Picture.Elements, seed: 1), first = model.Weights.ToArray();
        float[] second = [.. first.Select(weight => (weight * 0.5f) + 0.25f)];
        float[][] expected = [Predict(first), Predict(second)];
        Assert.NotEqual(expected[0], expected[1]);
        Exception?[] failures = new Exception?[3];
        bool[][] met = [new bool[2], new bool[2], new bool[2]];
        using CancellationTokenSource done = new();
        Thread[] readers = [.. Enumerable.Range(0, 3).Select(reader => new Thread(() => failures[reader] = Record.Exception(() =>
        {
            float[] outputs = new float[36];
            while (!done.IsCancellationRequested)
            {
                model.Predict(inputs, outputs, threads: 1 + (reader % 2));
                int state = Array.FindIndex(expected, one => one.SequenceEqual(outputs));
                Assert.True(state >= 0, "outputs of no state at all");
                met[reader][state] = true;
            }
        })))];
        foreach (Thread reader in readers)
            reader.Start();
        for (int change = 0; change < 400; change++)
        {
            model.Edit((change % 2 == 0 ? first : second).CopyTo);
            if (change % 8 == 0)
                Thread.Sleep(1);
        }

        done.Cancel();
        foreach (Thread reader in readers)
            reader.Join();
        Assert.All(failures, Assert.Null);
        Assert.Contains(met, both => both.All(found => found));

        float[] Predict(float[] weights)
        {
            model.Edit(weights.CopyTo);
            float[] outputs = new float[36];
            model.Predict(inputs, outputs, threads: 1);
            return outputs;
        }
    }

    /// <summary>A saved model and one whose weights are loaded fold the same.</summary>
    [Fact]
    public void A_loaded_model_predicts_with_the_same_bits()
    {
        Model<float> model = Residual(), other = Residual();
        CompilationCase.Draw(model, seed: 5);
        float[] inputs = Numbers.Reals<float>(6 * Picture.Elements, seed: 1), expected = new float[18], found = new float[18];
        model.Predict(inputs, expected);
        other.Predict(inputs, found);
        Assert.NotEqual(expected, found);
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.safetensors");
        try
        {
            model.Save(path);
            other.LoadWeights(path);
            other.Predict(inputs, found);
            Expect.SameBits<float>("loaded weights", expected, found);
            Model.Load<float>(path).Predict(inputs, found);
            Expect.SameBits<float>("loaded model", expected, found);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
