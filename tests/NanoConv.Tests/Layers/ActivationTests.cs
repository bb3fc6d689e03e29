using System.Numerics;

namespace NanoConv.Tests.Layers;

/// <summary>Activations as layers of their own and as arguments, against what the functions are.</summary>
public abstract class ActivationTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly double Tolerance = typeof(T) == typeof(float) ? 1e-5 : 1e-13;

    /// <summary>Forward and backward could agree on a wrong axis; the definition does not.</summary>
    [Fact]
    public void Softmax_is_taken_over_the_channels_of_each_pixel() => ForAll(Generators.Matrices, static c =>
    {
        const int Examples = 2;
        Shape picture = (c.Rows, 3, c.Columns);
        Shape batch = picture.Batch(Examples);
        Tensor<T> x = new(batch, Numbers.Reals<T>(batch.Elements, c.Seed, limit: 3));

        // A 1×1 convolution whose kernel is the identity passes its input on.
        Model<T> layer = new Sequential(new ActivationLayer(Activation.Softmax)).Build<T>(picture);
        Model<T> argument = new Sequential(new Conv2D(c.Columns, 1, activation: Activation.Softmax)).Build<T>(picture);
        argument.Edit(weights =>
        {
            weights.Clear();
            for (int channel = 0; channel < c.Columns; channel++)
                weights[(channel * c.Columns) + channel] = T.One;
        });

        T[] expected = new T[batch.Elements];
        for (int pixel = 0; pixel < expected.Length; pixel += c.Columns)
        {
            ReadOnlySpan<T> channels = x.AsSpan().Slice(pixel, c.Columns);
            T sum = T.Zero;
            foreach (T value in channels)
                sum += T.Exp(value);
            for (int channel = 0; channel < c.Columns; channel++)
                expected[pixel + channel] = T.Exp(channels[channel]) / sum;
        }

        Expect.Close<T>("y of the layer", expected, layer.Predict(x, threads: 1).AsSpan(), Tolerance);
        Expect.Close<T>("y of the convolution", expected, argument.Predict(x, threads: 1).AsSpan(), Tolerance);
    }, share: 0.3);
}

public sealed class ActivationFloatTests : ActivationTests<float>;

public sealed class ActivationDoubleTests : ActivationTests<double>;
