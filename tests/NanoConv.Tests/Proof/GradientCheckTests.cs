using System.Numerics;

namespace NanoConv.Tests.Proof;

/// <summary>The prover, proved: right layers pass, each planted mistake is caught and named.</summary>
public sealed class GradientCheckTests
{
    /// <summary>What can be wrong with a layer of one's own.</summary>
    public enum Mistake
    {
        None,
        InputGradientHasTheWrongSign,
        InputGradientIsAdded,
        InputGradientLacksOneElement,
        ParameterGradientIsOverwritten,
        ParameterGradientIsSlightlyOff,
        ParameterGradientForgetsOneExample,
        OutputIsAdded,
        KeptBufferIsNotCleared,
        KeptBufferIsTakenForTheShard,
        ParameterGradientNeedsTheInputs,
    }

    /// <summary>What can be wrong with the gradient of a softmax or of a bias, and hide.</summary>
    public enum Hiding
    {
        None,
        SoftmaxLacksItsSecondTerm,
        InputGradientHasTheBias,
    }

    /// <summary>What can be wrong with a layer whose gradients are right.</summary>
    public enum InUse
    {
        None,
        NormalisesOverTheExamples,
        NormalisesOverTheExamplesInPrediction,
        KeepsForTrainingOnly,
    }

    [Fact]
    public void A_right_layer_passes()
    {
        GradientCheckResult result = GradientCheck.Run(new Scale(Mistake.None), (6, 5, 3));
        Assert.True(result.WorstRelativeError < 1e-6, result.ToString());
        Assert.Equal((3 + 180, 0), (result.Checked, result.Skipped));
    }

    [Theory]
    [InlineData(Mistake.InputGradientHasTheWrongSign, "input")]
    [InlineData(Mistake.InputGradientIsAdded, "input")]
    [InlineData(Mistake.InputGradientLacksOneElement, "input")]
    [InlineData(Mistake.ParameterGradientIsOverwritten, "scale_1/factor")]
    [InlineData(Mistake.ParameterGradientIsSlightlyOff, "scale_1/factor")]
    [InlineData(Mistake.ParameterGradientForgetsOneExample, "scale_1/factor")]
    [InlineData(Mistake.OutputIsAdded, "scale_1/factor")]
    [InlineData(Mistake.KeptBufferIsNotCleared, "scale_1/factor")]
    [InlineData(Mistake.KeptBufferIsTakenForTheShard, "scale_1/factor")]
    [InlineData(Mistake.ParameterGradientNeedsTheInputs, "scale_1/factor")]
    public void Every_planted_mistake_is_caught_and_named(Mistake mistake, string tensor)
    {
        GradientCheckResult result = GradientCheck.Run(new Scale(mistake), (6, 5, 3));
        Assert.False(result.WorstRelativeError < 1e-6, result.ToString());
        Assert.Equal(tensor, result.Tensor);
    }

    /// <summary>What slopes do not show: both layers' gradients are right for the examples that pass together in training.</summary>
    [Theory]
    [InlineData(InUse.NormalisesOverTheExamples, "depends on the examples that pass together")]
    [InlineData(InUse.NormalisesOverTheExamplesInPrediction, "depends on the examples that pass together in prediction")]
    [InlineData(InUse.KeepsForTrainingOnly, "kept buffer 'inputs' (Kept(0)) was declared TrainingOnly")]
    public void Mistakes_that_show_in_use_alone_are_named(InUse mistake, string named)
    {
        foreach (int examples in (int[])[1, 2, 3])
        {
            GradientCheckResult result = GradientCheck.Run(new Halving(mistake), (2, 3), examples);
            Assert.True(double.IsNaN(result.WorstRelativeError), result.ToString());
            Assert.Contains("'halving_1'", result.Mistake, StringComparison.Ordinal);
            Assert.Contains(named, result.Mistake, StringComparison.Ordinal);
            Assert.StartsWith(result.Mistake!, result.ToString(), StringComparison.Ordinal);
        }
    }

    /// <summary>The check moves weights: what others had folded of them meanwhile would be wrong for good if it were not made anew.</summary>
    [Fact]
    public void A_check_counts_as_a_change_of_the_weights()
    {
        Model<double> model = new Sequential(new Dense(3), new BatchNormalization()).Build<double>(2);
        long before = model.Access.Version;
        GradientCheck.Run(model);
        Assert.NotEqual(before, model.Access.Version);
    }

    [Fact]
    public void A_layer_without_them_has_no_mistake()
    {
        GradientCheckResult result = GradientCheck.Run(new Halving(InUse.None), (2, 3));
        Assert.Null(result.Mistake);
        Assert.True(result.WorstRelativeError < 1e-6, result.ToString());
    }

    [Fact]
    public void Prediction_with_a_buffer_for_training_alone_says_which()
    {
        Model<double> model = new Sequential(new Dense(3), new Halving(InUse.KeepsForTrainingOnly)).Build<double>(2);
        Expect.Throws<InvalidOperationException>(
            () => model.Predict(new Tensor<double>((1, 2))), "Halving 'halving_1'", "'inputs'", "TrainingOnly: false", "pass.Training");
    }

    /// <summary>
    /// Both hide from a check with fewer ideas: the first from a cotangent of ones, as softmax's outputs sum to 1 and
    /// the second term is then all there is; the second from a bias that is still zero.
    /// </summary>
    [Theory]
    [InlineData(Hiding.None, true)]
    [InlineData(Hiding.SoftmaxLacksItsSecondTerm, false)]
    [InlineData(Hiding.InputGradientHasTheBias, false)]
    public void Mistakes_that_hide_are_found(Hiding mistake, bool passes)
    {
        GradientCheckResult result = GradientCheck.Run(new ShiftedSoftmax(mistake), (3, 4));
        Assert.Equal(passes, result.WorstRelativeError < 1e-6);
        Assert.True(result.Skipped < result.Checked / 10, result.ToString());
    }

    [Fact]
    public void A_missing_element_is_named_with_both_values()
    {
        GradientCheckResult result = GradientCheck.Run(new Scale(Mistake.InputGradientLacksOneElement), (2, 2, 3), examples: 1);
        Assert.Equal(("input", 7, 0.0, 1.0), (result.Tensor, result.Index, result.Analytic, result.WorstRelativeError));
        Assert.NotEqual(0, result.Numeric);
        Assert.Contains("input[7]", result.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Inputs exactly at ReLU's kink, and closer to it than the step: neither slope is right there.</summary>
    [Fact]
    public void Kinks_are_skipped_and_counted()
    {
        Model<double> model = new Sequential(new ActivationLayer(Activation.ReLU)).Build<double>(8);
        double[] inputs = [0, 1e-7, -1e-7, 3e-5, 5e-5, -9e-5, 0.5, -0.5];
        GradientCheckResult result = GradientCheck.Run(model, new Tensor<double>((1, 8), inputs));
        Assert.Equal((2, 6), (result.Checked, result.Skipped));
        Assert.True(result.WorstRelativeError < 1e-6, result.ToString());
    }

    [Fact]
    public void Where_nothing_could_be_checked_nothing_is_proved()
    {
        Model<double> model = new Sequential(new ActivationLayer(Activation.ReLU)).Build<double>(3);
        GradientCheckResult result = GradientCheck.Run(model, new Tensor<double>((1, 3)));
        Assert.Equal((0, 3), (result.Checked, result.Skipped));
        Assert.False(result.WorstRelativeError < 1e-6);
    }

    [Fact]
    public void The_weights_stay_as_they_were()
    {
        Model<double> model = new Sequential(new Conv2D(3, 2), new Flatten(), new Dense(2)).Build<double>((4, 4, 2), seed: 4);
        double[] before = model.Weights.ToArray();
        Tensor<double> inputs = new((1, 4, 4, 2), Numbers.Reals<double>(32, 1));
        double[] outputs = model.Predict(inputs).AsSpan().ToArray();
        GradientCheck.Run(model);
        Expect.SameBits<double>("weights", before, model.Weights);
        Expect.SameBits<double>("outputs", outputs, model.Predict(inputs).AsSpan());
    }

    [Fact]
    public void One_seed_gives_one_result_and_another_seed_another()
    {
        GradientCheckResult first = GradientCheck.Run(new Dense(3, Activation.Softmax), 4, seed: 1);
        Assert.Equal(first, GradientCheck.Run(new Dense(3, Activation.Softmax), 4, seed: 1));
        Assert.NotEqual(first, GradientCheck.Run(new Dense(3, Activation.Softmax), 4, seed: 2));
    }

    [Fact]
    public void Inputs_of_another_shape_are_refused()
    {
        Model<double> model = new Sequential(new Dense(2)).Build<double>(3);
        Expect.Throws<ArgumentException>(() => GradientCheck.Run(model, new Tensor<double>((2, 4))), "(3,)", "(2, 4)");
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientCheck.Run(model, examples: 0));
    }

    /// <summary>y = x · factor, channel by channel, as a user might write it.</summary>
    private sealed class Scale(Mistake mistake) : Layer(null)
    {
        public override string Kind => "scale";

        public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
        {
            int channels = builder.InputShape[^1];
            builder.AddParameter("factor", channels, new GlorotUniform(), 1, 1);
            return new Built<T>(builder, mistake);
        }

        private sealed class Built<T>(LayerBuilder<T> builder, Mistake mistake) : BuiltLayer<T>(builder, builder.InputShape)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            public override IReadOnlyList<KeptBuffer> Kept { get; } = [new("products", builder.InputShape.Elements)];

            public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
            {
                ReadOnlySpan<T> factor = Parameters[0].Value;
                for (int i = 0; i < x.Length; i++)
                    y[i] = (x[i] * factor[i % factor.Length]) + (mistake == Mistake.OutputIsAdded ? y[i] : T.Zero);
            }

            public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
            {
                ReadOnlySpan<T> factor = Parameters[0].Value;
                Span<T> dFactor = pass.Gradient(0);
                if (mistake == Mistake.ParameterGradientIsOverwritten)
                    dFactor.Clear();
                T share = T.CreateChecked(mistake == Mistake.ParameterGradientIsSlightlyOff ? 1.00001 : 1);
                Span<T> products = pass.Kept(0);
                for (int i = 0; i < x.Length; i++)
                    products[i] = (mistake == Mistake.KeptBufferIsNotCleared ? products[i] : T.Zero) + (share * dy[i] * x[i]);
                int seen = mistake switch
                {
                    Mistake.ParameterGradientForgetsOneExample => x.Length / 2,
                    Mistake.KeptBufferIsTakenForTheShard => products.Length,
                    Mistake.ParameterGradientNeedsTheInputs => dx.Length,
                    _ => x.Length,
                };
                for (int i = 0; i < seen; i++)
                    dFactor[i % factor.Length] += products[i];
                for (int i = 0; i < dx.Length; i++)
                {
                    T gradient = dy[i] * factor[i % factor.Length];
                    dx[i] = mistake switch
                    {
                        Mistake.InputGradientHasTheWrongSign => -gradient,
                        Mistake.InputGradientIsAdded => dx[i] + gradient,
                        Mistake.InputGradientLacksOneElement when i == 7 => T.Zero,
                        _ => gradient,
                    };
                }
            }
        }
    }

    /// <summary>y = softmax(x + b) over the last axis, b one number, as a user might write it.</summary>
    private sealed class ShiftedSoftmax(Hiding mistake) : Layer(null)
    {
        public override string Kind => "shifted_softmax";

        public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
        {
            builder.AddParameter("bias", builder.InputShape[^1], new Zeros(), 1, 1);
            return new Built<T>(builder, mistake);
        }

        private sealed class Built<T>(LayerBuilder<T> builder, Hiding mistake) : BuiltLayer<T>(builder, builder.InputShape)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
            {
                int classes = InputShape[^1];
                ReadOnlySpan<T> bias = Parameters[0].Value;
                for (int i = 0; i < x.Length; i++)
                    y[i] = x[i] + bias[i % classes];
                NanoConv.Kernels.SoftmaxRows.Forward(y, y, classes);
            }

            public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
            {
                int classes = InputShape[^1];
                ReadOnlySpan<T> bias = Parameters[0].Value;
                T[] dz = new T[x.Length];
                NanoConv.Kernels.SoftmaxRows.InputGradient(dz, y, dy, classes);
                if (mistake == Hiding.SoftmaxLacksItsSecondTerm)
                {
                    for (int i = 0; i < dz.Length; i++)
                        dz[i] = y[i] * dy[i];
                }

                for (int i = 0; i < dz.Length; i++)
                    pass.Gradient(0)[i % classes] += dz[i];
                for (int i = 0; i < dx.Length; i++)
                    dx[i] = dz[i] + (mistake == Hiding.InputGradientHasTheBias ? bias[i % classes] : T.Zero);
            }
        }
    }

    /// <summary>y = x / 2, less the mean of what passes together where the mistake is that, as a user might write it.</summary>
    private sealed class Halving(InUse mistake) : Layer(null)
    {
        public override string Kind => "halving";

        public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder) => new Built<T>(builder, mistake);

        private sealed class Built<T>(LayerBuilder<T> builder, InUse mistake) : BuiltLayer<T>(builder, builder.InputShape)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            public override IReadOnlyList<KeptBuffer> Kept { get; } =
                [new("inputs", builder.InputShape.Elements, TrainingOnly: mistake == InUse.KeepsForTrainingOnly)];

            public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
            {
                Span<T> kept = pass.Kept(0);
                x.CopyTo(kept);
                T mean = Centres(pass.Training) ? Mean(x) : T.Zero;
                for (int i = 0; i < x.Length; i++)
                    y[i] = (kept[i] - mean) / T.CreateChecked(2);
            }

            public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
            {
                T mean = Centres(pass.Training) ? Mean(dy) : T.Zero;
                for (int i = 0; i < dx.Length; i++)
                    dx[i] = (dy[i] - mean) / T.CreateChecked(2);
            }

            private bool Centres(bool training) => mistake == InUse.NormalisesOverTheExamples
                || (mistake == InUse.NormalisesOverTheExamplesInPrediction && !training);

            private static T Mean(ReadOnlySpan<T> values)
            {
                T sum = T.Zero;
                foreach (T value in values)
                    sum += value;
                return sum / T.CreateChecked(values.Length);
            }
        }
    }
}
