using System.Numerics;

namespace NanoConv.Tests.Golden;

/// <summary>Weights after each of twenty steps on given gradients, from 1 down to 1e-10, where ε rules: PyTorch's.</summary>
public abstract class OptimizerGoldenTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly GoldenFile File = GoldenFile.Optimizers;

    public static TheoryData<string> Cases => File.Cases("sgd", "adam", "adam_epsilon_hat");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_step_is_PyTorchs(string name)
    {
        T[] weights = File.Values<T>("optimizer/start");
        T[] gradients = File.Values<T>("optimizer/gradients");
        double[] golden = File.Values<double>($"{name}/weights");
        OptimizerState<T> state = Optimizer(name).Start<T>(weights.Length);
        int steps = gradients.Length / weights.Length;
        for (int step = 0; step < steps; step++)
        {
            state.BeginStep();
            int row = step * weights.Length;
            state.Update(0, weights, gradients.AsSpan(row, weights.Length));
            GoldenFile.Check<T>($"{name}, step {step + 1}", golden.AsSpan(row, weights.Length), weights);
        }

        Assert.Equal(20, steps);
    }

    /// <summary>In float, 1 − 0.999f is 1.3e-5 off 0.001: enough to part from PyTorch visibly within ten steps of training.</summary>
    [Fact]
    public void Adams_decays_are_rounded_after_they_are_subtracted_from_one()
    {
        OptimizerState<T> state = new Adam().Start<T>(1);
        state.BeginStep();
        state.Update(0, new T[1], [T.One]);
        Assert.Equal([T.CreateChecked(1 - 0.9), T.CreateChecked(1 - 0.999)], state.Tensors.Select(tensor => tensor.Values[0]));
    }

    private static Optimizer Optimizer(string name)
    {
        double[] h = File.Values<double>($"{name}/hyperparameters");
        return name.StartsWith("sgd/", StringComparison.Ordinal)
            ? new SGD(h[0], h[1], nesterov: h[2] == 1)
            : new Adam(h[0], h[1], h[2], h[3], epsilonHat: name.StartsWith("adam_epsilon_hat/", StringComparison.Ordinal));
    }
}

public sealed class OptimizerGoldenFloatTests : OptimizerGoldenTests<float>;

public sealed class OptimizerGoldenDoubleTests : OptimizerGoldenTests<double>;
