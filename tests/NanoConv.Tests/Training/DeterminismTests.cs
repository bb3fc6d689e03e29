using System.Numerics;

namespace NanoConv.Tests.Training;

/// <summary>Rung 6: one seed gives the same bits, whatever the number of threads and however the work is cut
/// (but for gradients by Winograd's algorithm, see <see cref="Layers.WinogradLayerTests"/>).</summary>
public abstract class DeterminismTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Batches of one lane, of several, and of more than the most lanes, with a smaller last one.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(40)]
    [InlineData(150)]
    public void Training_gives_the_same_bits_on_any_number_of_threads_and_again(int batch)
    {
        (T[] weights, (double, double, double?)[] trace) = Train(batch, threads: 1, seed: 4);
        foreach (int threads in (int[])[1, 2, 3])
        {
            (T[] sameWeights, (double, double, double?)[] sameTrace) = Train(batch, threads, seed: 4);
            Expect.SameBits<T>($"weights on {threads} threads", weights, sameWeights);
            Assert.Equal(trace, sameTrace);
        }
    }

    [Fact]
    public void Another_seed_gives_other_weights() => Assert.NotEqual(Train(20, 1, seed: 4).Weights, Train(20, 1, seed: 5).Weights);

    /// <summary>From equal weights, in the data's order: only dropout is left to differ.</summary>
    [Fact]
    public void Another_seed_of_the_fit_drops_other_elements()
    {
        T[] Weights(int fitSeed)
        {
            Model<T> model = new Sequential(new Flatten(), new Dropout(0.5), new Dense(3, Activation.Softmax)).Build<T>((4, 6, 2), seed: 1);
            model.Fit(new RecordingDataset<T>(20), new FitOptions { Seed = fitSeed, Shuffle = false, BatchSize = 7 });
            return model.Weights.ToArray();
        }

        Assert.Equal(Weights(1), Weights(1));
        Assert.NotEqual(Weights(1), Weights(2));
    }

    [Fact]
    public void An_example_is_predicted_with_the_same_bits_alone_among_others_and_on_any_threads() => ForAll(Generators.Networks, static network =>
    {
        Model<T> model = network.Build<T>();
        const int Examples = 19;
        Shape shape = model.InputShape.Batch(Examples);
        Tensor<T> inputs = new(shape, Numbers.Reals<T>(shape.Elements, network.Seed));
        Tensor<T> together = model.Predict(inputs, threads: 1);
        Expect.SameBits<T>("y", together.AsSpan(), model.Predict(inputs, threads: 3).AsSpan());
        (int length, int outputs) = (model.InputShape.Elements, model.OutputShape.Elements);
        foreach (int i in (int[])[0, 7, 8, 18])
        {
            Tensor<T> one = new(model.InputShape.Batch(1), inputs.AsSpan().Slice(i * length, length).ToArray());
            Expect.SameBits<T>($"y of example {i}", together.AsSpan().Slice(i * outputs, outputs), model.Predict(one, threads: 1).AsSpan());
        }
    }, share: 0.3);

    /// <summary>
    /// A lane's examples may pass in one shard or in many: each sum goes on where the last shard left it. Winograd's algorithm sums the pictures
    /// of a call otherwise, so there not to the last bit.
    /// </summary>
    [Fact]
    public void Gradients_are_the_same_however_examples_are_cut_into_shards() => ForAll(Generators.Networks, static network =>
    {
        const int Examples = 7;
        Model<T> model = network.Build<T>();
        TensorDataset<T> data = Layers.NetworkGradientTests.Data<T>(network, Examples);
        T[] cotangent = Numbers.Reals<T>(Examples * model.OutputShape.Elements, network.Seed);
        T[] whole = Gradient(model, data, cotangent, shard: 7, network.Seed);
        bool isWinograd = model.Layers.Any(layer => layer.Algorithm.StartsWith("Winograd", StringComparison.Ordinal));
        T scale = whole.Select(T.Abs).DefaultIfEmpty(T.One).Max();
        foreach (int shard in (int[])[1, 3])
        {
            T[] cut = Gradient(model, data, cotangent, shard, network.Seed);
            if (isWinograd)
                Expect.Close<T>($"gradient by shards of {shard}", Scaled(whole, scale), Scaled(cut, scale), typeof(T) == typeof(float) ? 1e-5 : 1e-13);
            else
                Expect.SameBits<T>($"gradient by shards of {shard}", whole, cut);
        }
    }, share: 0.3);

    /// <summary>Fit's lanes and shards against one shard of the whole batch; dropout tells an example by its place in it.</summary>
    [Fact]
    public void A_step_of_fit_is_the_gradient_of_its_batch_as_a_whole()
    {
        const int Examples = 26, Seed = 3;
        Model<T> Fresh() => new Sequential(new Flatten(), new Dropout(0.5), new Dense(3, Activation.Softmax)).Build<T>((4, 6, 2), Seed);
        RecordingDataset<T> data = new(Examples);
        Model<T> trained = Fresh(), model = Fresh();
        trained.Fit(data, new FitOptions { BatchSize = Examples, Optimizer = new SGD(1), Seed = Seed, Shuffle = false, Threads = 2 });

        Workspace<T> whole = new(model, Examples, training: true);
        whole.Load(data, [], 0, Examples);
        whole.LoadTargets(data, [], 0, Examples);
        whole.Configure(training: true, wantsLogits: true, Seed, step: 1, firstExample: 0);
        whole.Forward();
        whole.Score(new CategoricalCrossentropy(), T.One / T.CreateChecked(Examples), new ExampleScore[Examples]);
        T[] gradient = new T[model.ParameterCount];
        whole.Backward(gradient, model.TrainedValues(), 0, model.Layers.Count);
        T[] expected = [.. model.Weights.ToArray().Zip(gradient, (weight, slope) => weight - slope)];
        Expect.Close<T>("weights", expected, trained.Weights, typeof(T) == typeof(float) ? 1e-5 : 1e-13);
    }

    private static T[] Scaled(T[] numbers, T scale) => [.. numbers.Select(number => number / scale)];

    private static T[] Gradient(Model<T> model, TensorDataset<T> data, T[] cotangent, int shard, int seed)
    {
        T[] gradient = new T[model.ParameterCount];
        Workspace<T> workspace = new(model, shard, training: true);
        int outputs = model.OutputShape.Elements;
        for (int first = 0; first < data.Count; first += shard)
        {
            int count = Math.Min(shard, data.Count - first);
            workspace.Load(data, [], first, count);
            workspace.Configure(training: true, wantsLogits: false, seed, step: 1, first);
            workspace.Forward();
            workspace.Backward(cotangent.AsSpan(first * outputs, count * outputs).ToArray(), gradient, needsInputGradient: false);
        }

        return gradient;
    }

    private static (T[] Weights, (double, double, double?)[] Trace) Train(int batch, int threads, int seed)
    {
        Model<T> model = new Sequential(
            new Conv2D(6, 3, padding: Padding.Same, activation: Activation.ReLU, kernelRegularizer: new L2(0.01)),
            new MaxPooling2D(2),
            new Dropout(0.25),
            new Flatten(),
            new Dense(30, Activation.ReLU),
            new Dense(3, Activation.Softmax, kernelRegularizer: new L1(0.001))).Build<T>((4, 6, 2), seed);
        FitOptions options = new() { Epochs = 2, BatchSize = batch, ValidationSplit = 0.1, Seed = seed, Threads = threads };
        History history = model.Fit(new RecordingDataset<T>(190), options);
        return (model.Weights.ToArray(), [.. history.Epochs.Select(epoch => (epoch.Loss, epoch.Accuracy, epoch.ValidationLoss))]);
    }
}

public sealed class DeterminismFloatTests : DeterminismTests<float>;

public sealed class DeterminismDoubleTests : DeterminismTests<double>;
