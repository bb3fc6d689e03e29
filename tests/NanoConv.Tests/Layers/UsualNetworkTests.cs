using System.Numerics;
using NanoConv.Kernels;

namespace NanoConv.Tests.Layers;

/// <summary>Rung 1 for networks as people build them: each layer makes of its input what the textbook does.</summary>
public abstract class UsualNetworkTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Examples = 2;

    private static readonly double Rounding = typeof(T) == typeof(float) ? 1e-4 : 1e-12;

    /// <summary>Layer by layer, so that nothing that one gets wrong can fade in those that follow.</summary>
    [Fact]
    public void Each_layer_of_a_network_makes_what_the_textbook_does() => ForAll(Generators.UsualNetworks, static network =>
    {
        Model<T> model = network.Build<T>();
        Workspace<T> workspace = new(model, Examples, training: true);
        workspace.Fill(T.NaN);
        workspace.Load(NetworkGradientTests.Data<T>(network, Examples), [], 0, Examples);
        workspace.Configure(training: true, wantsLogits: false, network.Seed, step: 1, firstExample: 0);
        workspace.Forward();
        for (int index = 0; index < model.Layers.Count; index++)
        {
            BuiltLayer<T> layer = model.Layers[index];
            if (Textbook.Forward(layer, Examples, SideBySide(model, workspace, index)) is not { } expected)
                continue;
            T scale = expected.Select(T.Abs).Append(T.One).Max();
            T[] actual = SideBySide(model, workspace, index + 1);
            Expect.Close<T>(
                layer.Name, [.. expected.Select(value => value / scale)], [.. actual.Select(value => value / scale)], Rounding);
        }
    }, share: 0.5);

    // An activation without the halo in which it may lie.
    private static T[] SideBySide(Model<T> model, Workspace<T> workspace, int index)
    {
        Shape shape = model.ActivationShape(index);
        ReadOnlySpan<T> activation = workspace.Activation(index);
        if (model.ViewOf(index) is not { } view)
            return activation.ToArray();
        T[] pixels = new T[Examples * shape.Elements];
        int row = shape[1] * shape[2];
        for (int i = 0; i < Examples * shape[0]; i++)
            activation.Slice(view.At(i / shape[0], i % shape[0], 0), row).CopyTo(pixels.AsSpan(i * row));
        return pixels;
    }
}

public sealed class UsualNetworkFloatTests : UsualNetworkTests<float>;

public sealed class UsualNetworkDoubleTests : UsualNetworkTests<double>;

/// <summary>
/// Rung 3 for networks as people build them. They have too many parameters to move each; so all of a tensor are moved at once, along a
/// random direction, and the slope must be ⟨gradient, direction⟩. One wrong element stays visible, as the direction is orthogonal to no mistake.
/// </summary>
/// <remarks>
/// Where a kink lies within the step, another direction and a shorter step are tried, and one that agrees is enough: a mistake has no
/// direction in which it does not show, however short the step. A kink may lie within the shortest, too: there the gradient has to lie between the
/// slopes on either side, which are as one where there is none.
/// </remarks>
public sealed class UsualNetworkGradientTests : PropertySuite
{
    private const int Attempts = 6;
    private const double Tolerance = 1e-7;
    private const double Floor = 1e-9;

    [Fact]
    public void Each_tensor_s_gradient_is_the_slope_along_a_random_direction() => ForAll(Generators.UsualNetworks, static network =>
    {
        const int Examples = 2;
        Model<double> model = network.Build<double>();
        Workspace<double> workspace = new(model, Examples, training: true);
        workspace.Fill(double.NaN);
        workspace.Load(NetworkGradientTests.Data<double>(network, Examples), [], 0, Examples);
        workspace.Configure(training: true, wantsLogits: false, network.Seed, step: 1, firstExample: 0);
        double[] output = workspace.Forward().ToArray(), cotangent = Numbers.Reals<double>(output.Length, network.Seed + 1);
        double[] gradient = new double[model.ParameterCount];
        double[] input = workspace.Backward((double[])cotangent.Clone(), gradient, needsInputGradient: true).ToArray();

        double Change(int firstLayer)
        {
            ReadOnlySpan<double> moved = workspace.Forward(firstLayer);
            double sum = 0;
            for (int i = 0; i < output.Length; i++)
                sum += cotangent[i] * (moved[i] - output[i]);
            return sum;
        }

        AssertSlope("input", input, network.Seed, values => values.CopyTo(workspace.Activation(0)), workspace.Activation(0).ToArray(), () => Change(0));
        for (int index = 0; index < model.Layers.Count; index++)
        {
            int layer = index;
            foreach (Parameter<double> parameter in model.Layers[index].Parameters)
            {
                (int offset, int length) = (parameter.Offset, parameter.Shape.Elements);
                AssertSlope(
                    parameter.Name,
                    gradient[offset..(offset + length)],
                    network.Seed,
                    values => values.CopyTo(parameter.Writable),
                    model.Weights.Slice(offset, length).ToArray(),
                    () =>
                    {
                        model.Layers[layer].Prepare();
                        return Change(layer);
                    });
            }

            // Layers behind must find their inputs as they were.
            workspace.Forward(index);
        }
    }, share: 0.3);

    /// <summary>As for small networks, along random directions: one step of plain descent with rate 1 takes the gradient off the weights.</summary>
    [Fact]
    public void A_training_step_of_a_usual_network_goes_down_the_slope_of_the_loss() => ForAll(Generators.UsualNetworks, static network =>
    {
        const int Examples = 11; // more than a shard, and no multiple of it
        NetworkCase plain = network with { Body = WithoutDropout(network.Body), Tail = WithoutDropout(network.Tail) };
        Model<double> model = plain.Build<double>();
        TensorDataset<double> data = NetworkGradientTests.Data<double>(plain, Examples);
        double[] before = model.Weights.ToArray();
        model.Fit(data, new FitOptions { BatchSize = Examples, Optimizer = new SGD(1), Threads = 1 });
        double[] gradient = [.. before.Zip(model.Weights.ToArray(), static (old, now) => old - now)];
        AssertSlope("weights", gradient, plain.Seed, values => model.Edit(values.CopyTo), before, () => model.Evaluate(data, threads: 1).Loss);
    }, share: 0.1);

    private static void AssertSlope(string name, double[] gradient, int seed, Action<double[]> set, double[] values, Func<double> function)
    {
        string mistake = "";
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            // As long as one element's step, however many there are.
            double[] direction = Numbers.Reals<double>(values.Length, seed + 100 + attempt, limit: 1 / Math.Sqrt(values.Length));
            double h = Math.Pow(2, -13 - (2 * attempt));
            double whole = (At(h) - At(-h)) / (2 * h), half = (At(h / 2) - At(-h / 2)) / h, slope = ((4 * half) - whole) / 3;
            double expected = Numbers.Dot<double>(gradient, direction), scale = gradient.Zip(direction, static (g, d) => Math.Abs(g * d)).Sum();
            double tolerance = (Tolerance * scale) + Floor, right = At(h) / h, left = -At(-h) / h;
            bool isBetween = expected >= Math.Min(left, right) - tolerance && expected <= Math.Max(left, right) + tolerance;
            if (Math.Abs(slope - expected) <= tolerance || (attempt == Attempts - 1 && isBetween))
            {
                At(0);
                return;
            }

            mistake = $"{name}: the slope along a direction is {slope:R}, by the gradient {expected:R}";

            double At(double step)
            {
                set([.. values.Zip(direction, (value, d) => value + (step * d))]);
                return function();
            }
        }

        Assert.Fail(mistake);
    }

    private static Layer[] WithoutDropout(Layer[] layers) => [.. layers.Where(layer => layer is not Dropout)];
}
