namespace NanoConv.Tests.Training;

/// <summary>A model that answers with NaN: what Evaluate makes of it, and where it comes from.</summary>
public sealed class NonFiniteOutputTests
{
    /// <summary>As many right as by chance would look like an answer: class 0 is half of all.</summary>
    [Fact]
    public void Loss_and_accuracy_of_NaN_are_NaN()
    {
        Model<float> model = Dense();
        model.Edit(weights => weights[0] = float.NaN);
        Evaluation evaluation = model.Evaluate(Inputs(1), [0, 0, 1, 2]);
        Assert.Equal((double.NaN, double.NaN), (evaluation.Loss, evaluation.Accuracy));
        Assert.Equal(0, evaluation.Confusion!.Total);
        Assert.All(model.Predict(Inputs(1)).AsSpan().ToArray(), value => Assert.Equal(float.NaN, value));
    }

    [Fact]
    public void One_example_whose_output_is_NaN_is_enough_and_the_others_are_counted()
    {
        Tensor<float> inputs = Inputs(0);
        inputs.AsSpan()[2] = float.NaN; // of example 1
        Evaluation evaluation = Dense().Evaluate(inputs, [0, 0, 0, 0]);
        Assert.Equal(double.NaN, evaluation.Accuracy);
        Assert.Equal(3, evaluation.Confusion!.Total);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void NaN_among_numbers_is_not_passed_over(int place)
    {
        float[] output = [1, 2, 3];
        output[place] = float.NaN;
        Model<float> identity = new Sequential(new ActivationLayer(Activation.Linear)).Build<float>(3);
        Evaluation evaluation = identity.Evaluate(new TensorDataset<float>(new Tensor<float>((1, 3), output), [2], 3), new OwnNothing());
        Assert.Equal((double.NaN, 0), (evaluation.Accuracy, evaluation.Confusion!.Total));
    }

    /// <summary>Where the greatest is beyond doubt it is the class, infinite or not.</summary>
    [Fact]
    public void Infinity_is_a_greatest_output_like_any_other()
    {
        Tensor<float> outputs = new((2, 2), [1, float.PositiveInfinity, 1, float.NegativeInfinity]);
        Model<float> identity = new Sequential(new ActivationLayer(Activation.ReLU)).Build<float>(2);
        Evaluation evaluation = identity.Evaluate(new TensorDataset<float>(outputs, [1, 0], 2), new OwnNothing());
        Assert.Equal((0, 1), (evaluation.Loss, evaluation.Accuracy));
    }

    [Fact]
    public void The_first_weight_that_is_no_number_is_named_else_the_first_layer()
    {
        Model<double> model = new Sequential(new Dense(3), new Dense(2), new Dense(2, Activation.Softmax)).Build<double>(2);
        Assert.Null(model.FindNonFiniteWeight());
        TensorDataset<double> data = new(new Tensor<double>((2, 2), [1, 2, 3, 4]), [0, 1], 2);
        Assert.Equal("all layers' outputs are finite, the penalties or the loss itself overflowed", model.DescribeNonFinite(data));
        model.Edit("dense_1/kernel", kernel => kernel.Fill(1e300));
        model.Edit("dense_2/kernel", kernel => kernel.Fill(1e300));
        Assert.Equal("the first layer whose output is not finite is 'dense_2'", model.DescribeNonFinite(data, threads: 1));
        model.Edit("dense_3/kernel", kernel => kernel[1] = double.NaN);
        model.Edit("dense_2/bias", bias => bias[1] = double.NegativeInfinity);
        Assert.Equal(("dense_2/bias", double.NegativeInfinity), (model.FindNonFiniteWeight()!.Value.Parameter.Name, model.FindNonFiniteWeight()!.Value.Value));
        Assert.Equal("the weights 'dense_2/bias' hold -Infinity", model.DescribeNonFinite(data));
    }

    /// <summary>A loss that looks away keeps a fit from noticing by its value alone.</summary>
    [Fact]
    public void A_fit_whose_validation_predicts_NaN_ends()
    {
        Tensor<float> inputs = Inputs(0);
        inputs.AsSpan()[^1] = float.NaN;
        NonFiniteLossException exception = Assert.Throws<NonFiniteLossException>(() => Dense().Fit(
            inputs, [0, 1, 0, 1], new FitOptions { ValidationSplit = 0.25, Loss = new OwnNothing() }));
        Assert.Equal("the input is not finite", exception.Where);
    }

    private static Model<float> Dense() => new Sequential(new Dense(3, Activation.Softmax)).Build<float>(2);

    private static Tensor<float> Inputs(float value)
    {
        Tensor<float> inputs = new((4, 2));
        inputs.AsSpan().Fill(value);
        return inputs;
    }

    private sealed class OwnNothing : Loss
    {
        public override bool TakesLogits => false;

        public override T Evaluate<T>(Span<T> gradient, ReadOnlySpan<T> output, ReadOnlySpan<T> target, T scale)
        {
            gradient.Clear();
            return T.Zero;
        }
    }
}
