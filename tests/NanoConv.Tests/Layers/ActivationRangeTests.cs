namespace NanoConv.Tests.Layers;

/// <summary>Gradients of activations on large numbers, too, where those of layers do not come: beyond every bound and bend.</summary>
public sealed class ActivationRangeTests : PropertySuite
{
    [Theory]
    [MemberData(nameof(KnownActivations.Theory), MemberType = typeof(KnownActivations))]
    public void Every_gradient_is_its_slope_up_to_8(Activation activation) => ForAll(
        Generators.Matrices,
        c =>
        {
            Model<double> model = new Sequential(activation).Build<double>(c.Columns);
            LayerGradientTests.AssertProved(
                seed => GradientCheck.Run(model, new Tensor<double>((c.Rows, c.Columns), Numbers.Reals<double>(c.Rows * c.Columns, seed, limit: 8)), seed),
                c.Seed);
        },
        share: 0.3);

    /// <summary>What is taken for the slope where there is none.</summary>
    [Fact]
    public void At_their_bends_slopes_are_those_that_are_told()
    {
        Assert.Equal([0, 0, 0, 0], Slopes(Activation.ReLU6, 0, 6, -0.0, 7));
        Assert.Equal([0, 1], Slopes(Activation.HardSiLU, -3, 3));
        Assert.Equal([1.7580993408473769, 1.0507009873554805], Slopes(Activation.SELU, 0, double.Epsilon));
    }

    private static double[] Slopes(Activation activation, params double[] x)
    {
        double[] y = new double[x.Length], dx = new double[x.Length], ones = [.. Enumerable.Repeat(1.0, x.Length)];
        activation.Forward<double>(y, x, 1);
        activation.Gradient<double>(dx, ones, x, y, 1);
        return dx;
    }
}
