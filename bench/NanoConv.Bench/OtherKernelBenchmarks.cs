using BenchmarkDotNet.Attributes;
using NanoConv.Kernels;

namespace NanoConv.Bench;

/// <summary>The kernels beside convolution, at the sizes of the paper's networks, eight images at a time, on one core.</summary>
public class OtherKernelBenchmarks
{
    private const int Images = 8, Inputs = 2048, Classes = 10;
    private readonly WindowGeometry pooling = new((32, 32, 16), 2, 2, Padding.Valid);
    private readonly float[] picture = Numbers(Images * 32 * 32 * 16), dPicture = new float[Images * 32 * 32 * 16];
    private readonly float[] pooled = new float[Images * 16 * 16 * 16], dPooled = Numbers(Images * 16 * 16 * 16);
    private readonly float[] features = Numbers(Images * Inputs), mask = new float[Images * Inputs], dFeatures = new float[Images * Inputs];
    private readonly float[] logits = new float[Images * Classes], dLogits = Numbers((Images * Classes) + MatrixProduct.OverRead<float>());
    private readonly float[] packed = Numbers(PackedMatrix.Length<float>(Inputs, Classes));
    private readonly float[] packedTransposed = Numbers(PackedMatrix.Length<float>(Classes, Inputs)), dw = new float[Inputs * Classes];

    /// <summary>2×2 max-pooling of 32×32×16.</summary>
    [Benchmark]
    public void MaxPoolingForward() => MaxPooling.Forward<float>(pooling, Images, pooled, picture);

    /// <summary>Its gradient.</summary>
    [Benchmark]
    public void MaxPoolingInputGradient() => MaxPooling.InputGradient<float>(pooling, Images, dPicture, picture, pooled, dPooled);

    /// <summary>2×2 average-pooling of 32×32×16.</summary>
    [Benchmark]
    public void AveragePoolingForward() => AveragePooling.Forward<float>(pooling, Images, pooled, picture);

    /// <summary>Its gradient.</summary>
    [Benchmark]
    public void AveragePoolingInputGradient() => AveragePooling.InputGradient<float>(pooling, Images, dPicture, dPooled);

    /// <summary>2048 → 10.</summary>
    [Benchmark]
    public void DenseForward() => MatrixProduct.Multiply<float>(StridedProduct.Dense(Images, Inputs, Classes), logits, features, packed, []);

    /// <summary>Its kernel's gradient.</summary>
    [Benchmark]
    public void DenseKernelGradient() => MatrixProduct.AccumulateTransposed<float>(StridedProduct.Dense(Images, Inputs, Classes), dw, features, dLogits);

    /// <summary>Its input's gradient.</summary>
    [Benchmark]
    public void DenseInputGradient() => MatrixProduct.Multiply<float>(StridedProduct.Dense(Images, Classes, Inputs), dFeatures, dLogits, packedTransposed, []);

    /// <summary>Dropout's mask for 2048 features.</summary>
    [Benchmark]
    public void DropoutMask() => CounterRandom.DropoutMask<float>(mask, key: 1, first: 0, rate: 0.5);

    /// <summary>Softmax with cross-entropy.</summary>
    [Benchmark]
    public float SoftmaxCrossEntropy()
    {
        float loss = 0;
        for (int i = 0; i < Images; i++)
            loss += SoftmaxRows.CrossEntropy<float>(dLogits.AsSpan(i * Classes, Classes), logits.AsSpan(i * Classes, Classes), features.AsSpan(0, Classes), 1);
        return loss;
    }

    private static float[] Numbers(int count)
    {
        Random random = new(1);
        return [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];
    }
}
