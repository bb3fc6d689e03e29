namespace NanoConv.Tests.Training;

/// <summary>Predict into the caller's memory: the same bits as ever, and nothing beyond what it was given.</summary>
public sealed class SpanPredictionTests
{
    private const int Classes = 4;
    private static readonly Shape Picture = (8, 8, 3);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 0)]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    [InlineData(23, 0)]
    [InlineData(23, 3)]
    [InlineData(23, 16)]
    public void Outputs_are_those_of_a_data_set_on_any_number_of_threads(int examples, int threads)
    {
        Model<float> model = Model();
        Tensor<float> inputs = new(Picture.Batch(examples), Numbers.Reals<float>(examples * Picture.Elements, seed: examples, limit: 1));
        float[] expected = model.Predict(new TensorDataset<float>(inputs, new int[examples], Classes), threads: 1).AsSpan().ToArray();

        // Within a larger array, so that what is written beside it would be seen.
        float[] memory = new float[(examples * Classes) + 20];
        Array.Fill(memory, 7);
        for (int round = 0; round < 3; round++)
            model.Predict(inputs.AsSpan(), memory.AsSpan()[10..^10], threads);
        Expect.SameBits<float>("outputs", expected, memory.AsSpan()[10..^10]);
        Assert.Equal(Enumerable.Repeat(7f, 20), [.. memory[..10], .. memory[^10..]]);
        Expect.SameBits<float>("tensor", expected, model.Predict(inputs, threads).AsSpan());
    }

    [Fact]
    public void Many_threads_at_once_get_their_own_outputs()
    {
        Model<float> model = Model();
        float[][] inputs = [.. Enumerable.Range(0, 6).Select(i => Numbers.Reals<float>((i + 1) * 3 * Picture.Elements, seed: i, limit: 1))];
        float[][] expected = [.. inputs.Select(x => Predict(x, threads: 1))];
        Exception?[] failures = new Exception?[inputs.Length];
        Thread[] callers = [.. inputs.Select((x, i) => new Thread(() => failures[i] = Record.Exception(() =>
        {
            for (int round = 0; round < 20; round++)
                Expect.SameBits<float>($"caller {i}", expected[i], Predict(x, threads: round % 4));
        })))];
        foreach (Thread caller in callers)
            caller.Start();
        foreach (Thread caller in callers)
            caller.Join();
        Assert.All(failures, Assert.Null);

        float[] Predict(float[] x, int threads)
        {
            float[] y = new float[x.Length / Picture.Elements * Classes];
            model.Predict(x, y, threads);
            return y;
        }
    }

    [Theory]
    [InlineData(0, 0, "expected inputs of shape (8, 8, 3)", "a multiple of 192 elements, received 0")]
    [InlineData(191, 4, "expected inputs of shape (8, 8, 3)", "a multiple of 192 elements, received 191")]
    [InlineData(385, 8, "expected inputs of shape (8, 8, 3)", "a multiple of 192 elements, received 385")]
    [InlineData(384, 7, "expected room for 2 outputs of shape (4,)", "8 elements, received 7")]
    [InlineData(384, 9, "expected room for 2 outputs of shape (4,)", "8 elements, received 9")]
    public void Other_sizes_are_refused_with_what_was_expected(int inputs, int outputs, string expected, string received) =>
        Expect.Throws<ArgumentException>(() => Model().Predict(new float[inputs], new float[outputs]), expected, received);

    [Fact]
    public void Outputs_over_the_inputs_are_refused()
    {
        float[] memory = new float[196];
        Expect.Throws<ArgumentException>(() => Model().Predict(memory.AsSpan(0, 192), memory.AsSpan(191, 4)), "apart from the inputs", "overlap");
        Model().Predict(memory.AsSpan(0, 192), memory.AsSpan(192, 4));
    }

    [Fact]
    public void A_negative_number_of_threads_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Model().Predict(new float[192], new float[4], threads: -1));

    /// <summary>Data that predict with the model itself, on a helper's thread, while an edit waits: neither waits for the other.</summary>
    [Fact]
    public void Data_may_ask_the_model_that_computes_on_it()
    {
        Model<float> model = Model();
        Thread edit = new(() => model.Edit(weights => weights.Clear()));
        float[] outputs = model.Predict(new AskingDataset(model, edit), threads: 3).AsSpan().ToArray();
        edit.Join();
        Assert.Equal(outputs[..4], outputs[^4..]);
    }

    private static Model<float> Model() => new Sequential(
        new Conv2D(4, 3, padding: Padding.Same, activation: Activation.ReLU),
        new Flatten(),
        new Dense(Classes, Activation.Softmax)).Build<float>(Picture, seed: 1);

    private sealed class AskingDataset(Model<float> model, Thread edit) : IDataset<float>
    {
        private int asked;

        public int Count => 24;

        public int Classes => SpanPredictionTests.Classes;

        public Shape InputShape => Picture;

        public void CopyInput(int index, Span<float> destination)
        {
            if (Interlocked.Increment(ref asked) == 1)
                edit.Start();
            SpinWait.SpinUntil(() => (edit.ThreadState & ThreadState.WaitSleepJoin) != 0);
            destination.Fill(0.5f);
            model.Predict(destination, new float[SpanPredictionTests.Classes], threads: 2);
        }

        public void CopyTarget(int index, Span<float> destination) => destination.Clear();
    }
}
