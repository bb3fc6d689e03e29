using System.Numerics;

namespace NanoConv.Tests.Layers;

/// <summary>Rung 3 for whole networks of 2–8 generated layers, and the way from the loss to the weights.</summary>
public sealed class NetworkGradientTests : PropertySuite
{
    [Fact]
    public void Every_gradient_of_a_random_network_is_its_slope() => ForAll(Generators.SmallNetworks, static network =>
        LayerGradientTests.AssertProved(seed => GradientCheck.Run((network with { Seed = seed }).Build()!, examples: 2, seed), network.Seed));

    /// <summary>
    /// One step of plain descent with rate 1 takes the gradient off the weights. It must be the slope of the loss that
    /// Evaluate reports, penalties and all: nothing of how training comes to it is looked at.
    /// </summary>
    [Fact]
    public void A_training_step_goes_down_the_slope_of_the_loss_that_Evaluate_reports() => ForAll(Generators.Classifiers, static network =>
    {
        NetworkCase plain = network with { Body = WithoutDropout(network.Body), Tail = WithoutDropout(network.Tail) };
        Model<double> model = plain.Build<double>();
        const int Examples = 11; // more than a shard, and no multiple of it
        TensorDataset<double> data = Data<double>(plain, Examples);
        double[] before = model.Weights.ToArray();
        model.Fit(data, new FitOptions { BatchSize = Examples, Optimizer = new SGD(1), Threads = 1 });
        double[] gradient = [.. before.Zip(model.Weights.ToArray(), (old, now) => old - now)];
        AssertSlope(model, data, before, gradient);
    }, share: 0.2);

    /// <summary>A network's first layer is asked for no input gradient; its parameters' gradients must not care.</summary>
    [Fact]
    public void Gradients_of_parameters_are_the_same_with_and_without_the_inputs_gradient() => ForAll(Generators.Networks, static network =>
    {
        Model<double> model = network.Build()!;
        Workspace<double> workspace = new(model, 3, training: true);
        workspace.Load(Data<double>(network, 3), [], 0, 3);
        workspace.Configure(training: true, wantsLogits: false, network.Seed, step: 1, firstExample: 0);
        double[] cotangent = Numbers.Reals<double>(workspace.Forward().Length, network.Seed);
        double[] with = new double[model.ParameterCount], without = new double[model.ParameterCount];
        Assert.Equal(3 * model.InputShape.Elements, workspace.Backward(cotangent, with, needsInputGradient: true).Length);
        Assert.Equal(0, workspace.Backward(cotangent, without, needsInputGradient: false).Length);
        Expect.SameBits<double>("gradient", with, without);
    });

    /// <summary>
    /// A kink at the rim of the differences' step bends them too little to be seen as one, yet tilts their mean by more than is allowed:
    /// the right gradient passes all the same, as it lies between the one-sided slopes, and one that is a thousandth off does not.
    /// </summary>
    [Theory]
    [InlineData(9.995e-6)] // relu's kink is 9.995e-6 to the left
    [InlineData(-9.995e-6)]
    [InlineData(5e-6)]
    [InlineData(0.0)]
    [InlineData(0.3)]
    public void A_slope_is_judged_rightly_near_a_kink(double weight)
    {
        Model<double> model = new Sequential(new Dense(1, Activation.ReLU, useBias: false), new Dense(2, Activation.Softmax)).Build<double>(1);
        double[] weights = [weight, 0.7, -0.4, 0.1, 0.2]; // relu's weight, softmax's two weights and two biases
        model.Edit(weights.CopyTo);
        TensorDataset<double> data = new(new Tensor<double>((1, 1), [1.0]), [0], 2);

        // z = (0.1 + 0.7 r, 0.2 − 0.4 r) with r = relu(weight), and the gradient of −log softmax(z)₀
        double r = Math.Max(0, weight), p = 1 / (1 + Math.Exp(0.2 - (0.4 * r) - 0.1 - (0.7 * r)));
        double[] gradient = [weight > 0 ? -1.1 * (1 - p) : 0, -(1 - p) * r, (1 - p) * r, -(1 - p), 1 - p];
        AssertSlope(model, data, weights, gradient);
        for (int i = weight == 0 ? 1 : 0; i < gradient.Length; i++)
        {
            double[] wrong = [.. gradient];
            wrong[i] += 1e-3;
            Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertSlope(model, data, weights, wrong));
        }
    }

    // Between the two one-sided slopes, whose interval is narrow where the loss is smooth and holds every subgradient at a kink. A kink
    // within h to one side widens it, kinks to both sides may even move it away: a smaller h leaves them out, while no h brings the
    // slopes to a gradient that is wrong.
    private static void AssertSlope(Model<double> model, TensorDataset<double> data, double[] weights, double[] gradient)
    {
        double scale = gradient.Max(Math.Abs);
        int kinks = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            double At(double weight)
            {
                model.Edit(values =>
                {
                    weights.CopyTo(values);
                    values[i] = weight;
                });
                return model.Evaluate(data, threads: 1).Loss;
            }

            (double Left, double Right) Slopes(double h)
            {
                double here = At(weights[i]);
                return ((here - At(weights[i] - h)) / h, (At(weights[i] + h) - here) / h);
            }

            bool IsBetween((double Left, double Right) slopes) =>
                gradient[i] > Math.Min(slopes.Left, slopes.Right) - (1e-5 * scale)
                && gradient[i] < Math.Max(slopes.Left, slopes.Right) + (1e-5 * scale);

            double h = 1e-5;
            (double Left, double Right) slopes = Slopes(h);
            if (Math.Abs(slopes.Right - slopes.Left) > 1e-3 * scale)
                kinks++;
            while (h > 1e-8 && (Math.Abs(slopes.Right - slopes.Left) > 1e-4 * scale || !IsBetween(slopes)))
                slopes = Slopes(h /= 10);
            Assert.True(
                IsBetween(slopes), $"weight {i}: expected a slope between {slopes.Left:R} and {slopes.Right:R}, received {gradient[i]:R}");
        }

        Assert.True(kinks <= 10 + (weights.Length / 10), $"{kinks} of {weights.Length} weights at kinks");
    }

    internal static TensorDataset<T> Data<T>(NetworkCase network, int examples)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Shape shape = network.InputShape.Batch(examples);
        Random random = new(network.Seed);
        int[] labels = [.. Enumerable.Range(0, examples).Select(_ => random.Next(network.End.Units))];
        return new TensorDataset<T>(new Tensor<T>(shape, Numbers.Reals<T>(shape.Elements, network.Seed)), labels, network.End.Units);
    }

    private static Layer[] WithoutDropout(Layer[] layers) => [.. layers.Where(layer => layer is not Dropout)];
}
