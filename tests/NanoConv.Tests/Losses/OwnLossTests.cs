namespace NanoConv.Tests.Losses;

/// <summary>A loss that the library does not have: it is given the network's outputs, softmax and all.</summary>
public sealed class OwnLossTests
{
    private const double Rate = 0.1;

    /// <summary>Smooth ones: a network of biases of zero has outputs at the kinks of others.</summary>
    public static TheoryData<Activation> Ends { get; } = [Activation.Linear, Activation.Softmax, Activation.GELU, Activation.Tanh];

    /// <summary>One step of gradient descent is w −= rate · (L(w + h) − L(w − h)) / 2h, L being Evaluate.</summary>
    [Theory]
    [MemberData(nameof(Ends))]
    public void A_step_goes_down_the_slope_of_what_Evaluate_tells(Activation activation)
    {
        const int Examples = 11;
        Sequential network = new(new Dense(4, Activation.ReLU), new Dense(3, activation, kernelRegularizer: new L2(0.01)));
        Model<double> model = network.Build<double>(5, seed: 6);
        TensorDataset<double> data = new(
            new Tensor<double>((Examples, 5), Numbers.Reals<double>(Examples * 5, seed: 1)),
            new Tensor<double>((Examples, 3), Numbers.Reals<double>(Examples * 3, seed: 2)));
        SquaredError loss = new();
        double[] expected = model.Weights.ToArray();
        for (int i = 0; i < expected.Length; i++)
        {
            const double H = 1e-5;
            double weight = expected[i];
            double slope = (At(weight + H) - At(weight - H)) / (2 * H);
            At(weight);
            expected[i] -= Rate * slope;

            double At(double value)
            {
                model.Edit(weights => weights[i] = value);
                return model.Evaluate(data, loss, threads: 1).Loss;
            }
        }

        model.Fit(data, new FitOptions { Loss = loss, Optimizer = new SGD(Rate), BatchSize = Examples });
        Expect.Close("weights", expected, model.Weights, 1e-8);
    }

    /// <summary>Σ (y − t)².</summary>
    private sealed class SquaredError : Loss
    {
        public override bool TakesLogits => false;

        public override T Evaluate<T>(Span<T> gradient, ReadOnlySpan<T> output, ReadOnlySpan<T> target, T scale)
        {
            T sum = T.Zero;
            for (int i = 0; i < output.Length; i++)
            {
                T difference = output[i] - target[i];
                sum += difference * difference;
                gradient[i] = scale * (difference + difference);
            }

            return sum;
        }
    }
}
