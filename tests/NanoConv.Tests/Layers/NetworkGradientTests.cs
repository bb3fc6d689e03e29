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
        workspace.Load(Data<double>(network, 3), [], 0, 3, withTargets: false);
        workspace.Configure(training: true, wantsLogits: false, network.Seed, step: 1, firstExample: 0);
        double[] cotangent = Numbers.Reals<double>(workspace.Forward().Length, network.Seed);
        double[] with = new double[model.ParameterCount], without = new double[model.ParameterCount];
        Assert.Equal(3 * model.InputShape.Elements, workspace.Backward((double[])cotangent.Clone(), with, 0, needsInputGradient: true).Length);
        Assert.Equal(0, workspace.Backward((double[])cotangent.Clone(), without, 0, needsInputGradient: false).Length);
        Expect.SameBits<double>("gradient", with, without);
    });

    private static void AssertSlope(Model<double> model, TensorDataset<double> data, double[] weights, double[] gradient)
    {
        const double H = 1e-5;
        double scale = gradient.Max(Math.Abs);
        int kinks = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            double At(double weight)
            {
                weights.CopyTo(model.Weights);
                model.Weights[i] = weight;
                model.ParametersChanged();
                return model.Evaluate(data, threads: 1).Loss;
            }

            double up = At(weights[i] + H), down = At(weights[i] - H), here = At(weights[i]), slope = (up - down) / (2 * H);
            if (Math.Abs(up + down - (2 * here)) > 1e-3 * H * scale)
                kinks++;
            else
                Assert.True(Math.Abs(slope - gradient[i]) < 1e-5 * scale, $"weight {i}: expected {slope:R}, received {gradient[i]:R}");
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
