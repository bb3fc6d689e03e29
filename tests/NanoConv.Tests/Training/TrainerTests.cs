namespace NanoConv.Tests.Training;

/// <summary>A loop of one's own comes to what Fit comes to, and shows the gradients on the way.</summary>
public sealed class TrainerTests
{
    private const int Examples = 22, Batch = 8;

    private static readonly Tensor<float> Inputs = new((Examples, 6, 6, 2), Numbers.Reals<float>(Examples * 72, seed: 1));
    private static readonly int[] Labels = [.. Enumerable.Range(0, Examples).Select(i => i % 3)];
    private static readonly FitOptions Options = new() { BatchSize = Batch, Shuffle = false, Seed = 4, Threads = 2 };

    [Fact]
    public void Steps_are_those_of_a_fit_bit_for_bit()
    {
        Model<float> fitted = Build(), stepped = Build();
        History history = fitted.Fit(Inputs, Labels, Options with { Epochs = 2 });
        Trainer<float> trainer = new(stepped, Options);
        double loss = 0, accuracy = 0;
        for (int step = 0; step < 6; step++)
        {
            TensorDataset<float> data = new(Inputs, Labels, 3);
            int first = step % 3 * Batch, count = Math.Min(Batch, Examples - first);
            StepResult result = trainer.Step(new DatasetSlice<float>(data, first, count));
            loss += step < 3 ? 0 : result.Loss * count / Examples;
            accuracy += step < 3 ? 0 : result.Accuracy * count / Examples;
        }

        Expect.SameBits<float>("weights", fitted.Weights, stepped.Weights);
        Assert.Equal(6, trainer.Steps);
        Assert.Equal(history.Epochs[1].Loss, loss, 1e-6);
        Assert.Equal(history.Epochs[1].Accuracy, accuracy, 1e-12);
    }

    /// <summary>Whoever goes on behind a batch that failed goes on as if it had never been there.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_step_that_fails_is_none(int before)
    {
        foreach (SGD sgd in (SGD[])
            [
                new(new PiecewiseLinear((0, 0.1), (8, 0.01))) { Lookahead = new Lookahead(3) },
                new(0.1, momentum: 0.9) { MovingAverage = new MovingAverage(0.5) },
            ])
        {
            Model<float> failed = Build(), never = Build();
            Trainer<float> trainer = new(failed, Options with { Optimizer = sgd }), other = new(never, Options with { Optimizer = sgd });
            for (int step = 0; step < 5; step++)
            {
                if (step == before)
                {
                    Assert.Throws<NonFiniteLossException>(() => trainer.Step(new Tensor<float>((1, 6, 6, 2), [.. Enumerable.Repeat(float.NaN, 72)]), [0]));
                    Assert.Equal(step, trainer.Steps);
                }

                Tensor<float> batch = new((3, 6, 6, 2), Inputs.AsSpan().Slice(step * 216, 216).ToArray());
                trainer.Step(batch, Labels.AsSpan(step * 3, 3));
                other.Step(batch, Labels.AsSpan(step * 3, 3));
            }

            trainer.Finish();
            other.Finish();
            Expect.SameBits<float>($"{sgd}", never.Weights, failed.Weights);
        }
    }

    [Fact]
    public void Gradients_are_what_plain_descent_takes_off_the_weights()
    {
        Model<float> model = Build();
        float[] before = model.Weights.ToArray();
        Trainer<float> trainer = new(model, Options with { Optimizer = new SGD(1) });
        trainer.Step(new Tensor<float>((3, 6, 6, 2), Inputs.AsSpan()[..216].ToArray()), Labels.AsSpan(0, 3));
        foreach (Parameter<float> parameter in model.Parameters.Where(parameter => parameter.IsTrainable))
        {
            float[] expected = [.. parameter.Value.ToArray().Select((now, i) => before[parameter.Offset + i] - now)];
            Expect.Close<float>(parameter.Name, expected, trainer.Gradient(parameter).ToArray(), 1e-6);
        }
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Model<float> model = Build(), other = Build();
        Refused(() => _ = new Trainer<float>(model, new FitOptions { ValidationSplit = 0.5 }), "without validation");
        Refused(() => _ = new Trainer<float>(model, new FitOptions { Callbacks = [new KeepBest<float>(model)] }), "callbacks");
        Refused(() => _ = new Trainer<float>(model, new FitOptions { BatchSize = 0 }), "BatchSize");
        Trainer<float> trainer = new(model, Options);
        Expect.Throws<InvalidOperationException>(() => trainer.Gradient(model.Parameters[0]), "before the first one");
        Refused(() => trainer.Step(Inputs, Labels), "expected a batch of 1 to 8 examples, received 22");
        Refused(() => trainer.Step(new Tensor<float>((1, 6, 6, 1)), [0]), "(6, 6, 2)");
        trainer.Step(new Tensor<float>((1, 6, 6, 2)), [0]);
        Refused(() => trainer.Gradient(other.Parameters[0]), "of this model");
        Refused(() => trainer.Gradient(model.Parameters.Single(parameter => parameter.Name.EndsWith("moving_mean", StringComparison.Ordinal))), "moving_mean");

        Model<float> frozen = Build();
        frozen.Freeze(frozen.Layers[0].Name);
        Trainer<float> ofOthers = new(frozen, Options);
        frozen.Unfreeze();
        ofOthers.Step(new Tensor<float>((1, 6, 6, 2)), [0]);
        Refused(() => ofOthers.Gradient(frozen.Parameters[0]), "that this trainer trains"); // it was frozen when the trainer was made

        Model<float> large = Network().Build<float>((6, 6, 2), seed: 2, given: null, AllocationWorker.Large(long.MaxValue));
        Trainer<float> lean = new(large, Options);
        lean.Step(new Tensor<float>((1, 6, 6, 2)), [0]);
        Expect.Throws<InvalidOperationException>(() => lean.Gradient(large.Parameters[0]), "'conv2d_1/kernel'", "large model");

        static void Refused(Action mistake, string part) => Expect.Throws<ArgumentException>(mistake, part);
    }

    private static Model<float> Build() => Network().Build<float>((6, 6, 2), seed: 2);

    private static Sequential Network() => new(
        new Conv2D(4, 3, kernelRegularizer: new L2(0.01)), new BatchNormalization(), new Dropout(0.2), new Flatten(), new Dense(3, Activation.Softmax));
}
