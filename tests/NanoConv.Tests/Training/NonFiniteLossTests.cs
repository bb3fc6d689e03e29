namespace NanoConv.Tests.Training;

/// <summary>A loss that is no number ends training at once, says where, and leaves the weights as they were.</summary>
public sealed class NonFiniteLossTests
{
    [Fact]
    public void An_input_that_is_not_finite_is_named_with_epoch_and_step()
    {
        Model<float> model = FitTests<float>.Model();
        float[] beforeStep3 = [];
        OnStep remember = new(state => beforeStep3 = state.Step == 2 ? model.Weights.ToArray() : beforeStep3);
        FitOptions options = new() { BatchSize = 3, Shuffle = false, Callbacks = [remember] };
        NonFiniteLossException exception = Assert.Throws<NonFiniteLossException>(
            () => model.Fit(new RecordingDataset<float>(10) { Poisoned = 7 }, options));
        Assert.Equal((1, 3, "the input is not finite"), (exception.Epoch, exception.Step, exception.Where));
        Assert.Contains("epoch 1, step 3", exception.Message, StringComparison.Ordinal);
        Expect.SameBits<float>("weights", beforeStep3, model.Weights);
    }

    [Theory]
    [InlineData("conv2d_1")]
    [InlineData("conv2d_2")]
    [InlineData("dense_1")]
    public void The_first_layer_whose_output_is_not_finite_is_named(string layer)
    {
        Model<double> model = new Sequential(
            new Conv2D(3, 3, padding: Padding.Same, activation: Activation.ReLU),
            new Conv2D(3, 3, activation: Activation.ReLU),
            new MaxPooling2D(2),
            new Flatten(),
            new Dense(3, Activation.Softmax)).Build<double>((4, 6, 2));
        model.Edit($"{layer}/bias", bias => bias[1] = double.NaN);
        double[] before = model.Weights.ToArray();
        NonFiniteLossException exception = Assert.Throws<NonFiniteLossException>(() => model.Fit(new RecordingDataset<double>(20)));
        Assert.Contains($"'{layer}'", exception.Where, StringComparison.Ordinal);
        Expect.SameBits<double>("weights", before, model.Weights);
    }

    [Fact]
    public void It_may_happen_in_a_later_epoch()
    {
        Model<double> model = FitTests<double>.Model();
        FitOptions options = new() { Epochs = 3, BatchSize = 4, Callbacks = [new OnStep(state => Break(state.Epoch == 2 && state.Step == 1))] };
        void Break(bool now)
        {
            if (!now)
                return;
            model.Edit(weights => weights[0] = double.PositiveInfinity);
        }

        NonFiniteLossException exception = Assert.Throws<NonFiniteLossException>(() => model.Fit(new RecordingDataset<double>(12), options));
        Assert.Equal((2, 2), (exception.Epoch, exception.Step));
    }

    [Fact]
    public void Weights_that_the_last_step_spoils_are_noticed()
    {
        Model<float> model = FitTests<float>.Model();
        FitOptions options = new() { BatchSize = 20, Optimizer = new SGD(1e38), ValidationSplit = 0.5 };
        NonFiniteLossException exception = Assert.Throws<NonFiniteLossException>(() => model.Fit(new RecordingDataset<float>(20), options));
        Assert.Equal((1, 1), (exception.Epoch, exception.Step));
        model = FitTests<float>.Model();
        options = options with { ValidationSplit = 0, Optimizer = new SGD(double.MaxValue) };
        Assert.Throws<NonFiniteLossException>(() => model.Fit(new RecordingDataset<float>(20), options));
    }

    [Fact]
    public void Penalties_that_overflow_are_told_from_outputs_that_do()
    {
        Model<float> model = FitTests<float>.Model(new L1(double.MaxValue / 2));
        NonFiniteLossException exception = Assert.Throws<NonFiniteLossException>(() => model.Fit(new RecordingDataset<float>(4)));
        Assert.Contains("penalties", exception.Where, StringComparison.Ordinal);
    }
}
