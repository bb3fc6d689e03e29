using System.Numerics;

namespace NanoConv.Tests.Layers;

/// <summary>Dropout as a layer: when it drops, what, and that the backward pass takes the same mask.</summary>
public abstract class DropoutTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Elements = 7;

    private static readonly Model<T> TheModel = new Sequential(new Flatten(), new Dropout(0.4)).Build<T>(Elements);

    [Fact]
    public void Prediction_changes_nothing() => ForAll(Generators.Lengths, static c =>
    {
        T[] x = Numbers.Reals<T>(c.Length * Elements, c.Seed);
        Expect.SameBits("y", x, TheModel.Predict(new Tensor<T>((c.Length, Elements), x)).AsSpan());
    });

    [Fact]
    public void Backward_takes_the_mask_of_forward() => ForAll(Generators.Lengths, static c =>
    {
        Workspace<T> workspace = Forward(c.Length, seed: c.Seed, step: 3, first: 0, out T[] output);
        T[] ones = new T[output.Length];
        Array.Fill(ones, T.One);
        T[] dx = workspace.Backward(ones, [], needsInputGradient: true).ToArray();
        Expect.SameBits("dx", output, dx); // the input was all ones, so both are the mask
    });

    [Fact]
    public void The_expectation_stays()
    {
        Forward(10_000, seed: 1, step: 1, first: 0, out T[] output);
        Assert.Equal(1, output.Average(double.CreateChecked), 0.02);
        Assert.Equal(0.4, output.Count(value => value == T.Zero) / (double)output.Length, 0.02);
    }

    [Fact]
    public void The_mask_does_not_depend_on_how_the_batch_is_cut() => ForAll(Generators.Lengths, static c =>
    {
        Forward(c.Length, c.Seed, step: 2, first: 0, out T[] whole);
        int cut = c.Seed % c.Length;
        Forward(c.Length - cut, c.Seed, step: 2, first: cut, out T[] rest);
        Expect.SameBits<T>("y", whole.AsSpan(cut * Elements), rest);
    });

    [Fact]
    public void Every_step_every_seed_and_every_layer_has_its_own_mask()
    {
        Forward(100, seed: 1, step: 1, first: 0, out T[] mask);
        Forward(100, seed: 1, step: 1, first: 0, out T[] again);
        Forward(100, seed: 1, step: 2, first: 0, out T[] nextStep);
        Forward(100, seed: 2, step: 1, first: 0, out T[] nextSeed);
        Assert.Equal(mask, again);
        Assert.NotEqual(mask, nextStep);
        Assert.NotEqual(mask, nextSeed);

        Model<T> two = new Sequential(new Dropout(0.4), new Dropout(0.4)).Build<T>(1000);
        Workspace<T> workspace = Forward(two, 1, seed: 1, step: 1, first: 0);
        T[] first = workspace.Activation(1).ToArray(), second = workspace.Activation(2).ToArray();
        int keptTwice = second.Count(value => value != T.Zero);
        Assert.InRange(keptTwice, 300, 420); // 0.6² of them, if the masks are independent
        Assert.InRange(first.Count(value => value != T.Zero), 520, 680);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.0)]
    [InlineData(double.NaN)]
    public void A_rate_outside_its_range_is_refused(double rate) =>
        Expect.Throws<ArgumentOutOfRangeException>(() => _ = new Dropout(rate), "Dropout", "[0, 1)");

    private static Workspace<T> Forward(int count, int seed, int step, int first, out T[] output)
    {
        Workspace<T> workspace = Forward(TheModel, count, seed, step, first);
        output = workspace.Activation(2).ToArray();
        return workspace;
    }

    // Ones through the network, in training.
    private static Workspace<T> Forward(Model<T> model, int count, int seed, int step, int first)
    {
        Tensor<T> ones = new(model.InputShape.Batch(count));
        ones.AsSpan().Fill(T.One);
        Workspace<T> workspace = new(model, count, training: true);
        workspace.Load(new TensorInputs<T>(ones), [], 0, count);
        workspace.Configure(training: true, wantsLogits: false, seed, step, first);
        workspace.Forward();
        return workspace;
    }
}

public sealed class DropoutFloatTests : DropoutTests<float>;

public sealed class DropoutDoubleTests : DropoutTests<double>;
