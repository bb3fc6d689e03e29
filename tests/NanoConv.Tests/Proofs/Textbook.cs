using System.Numerics;
using NanoConv.Convolutions;
using NanoConv.Kernels;
using NanoConv.Kernels.Reference;

namespace NanoConv.Tests;

/// <summary>What a layer makes of its input, by the naive kernels.</summary>
internal static class Textbook
{
    /// <summary>The output of some examples; null for layers that have no numbers of their own.</summary>
    public static T[]? Forward<T>(BuiltLayer<T> layer, int examples, ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] y = new T[examples * layer.OutputShape.Elements];
        switch (layer.Specification)
        {
            case Conv2D convolution:
                WindowGeometry window = new(layer.InputShape, convolution.KernelSize, convolution.Strides, convolution.Padding);
                NaiveConvolution.Forward(
                    new ConvolutionGeometry(window, convolution.Filters), examples, y, x, layer.Parameters[0].Value, Bias(layer));
                return Activated(y, convolution.Activation, convolution.Filters);
            case MaxPooling2D pooling:
                NaiveMaxPooling.Forward(new WindowGeometry(layer.InputShape, pooling.PoolSize, pooling.Strides, pooling.Padding), examples, y, x);
                return y;
            case AveragePooling2D pooling:
                NaiveAveragePooling.Forward(new WindowGeometry(layer.InputShape, pooling.PoolSize, pooling.Strides, pooling.Padding), examples, y, x);
                return y;
            case GlobalMaxPooling2D:
                NaiveMaxPooling.Forward(new WindowGeometry(layer.InputShape, (layer.InputShape[0], layer.InputShape[1]), 1, Padding.Valid), examples, y, x);
                return y;
            case UpSampling2D sampling:
                NaiveUpSampling.Forward(layer.InputShape, sampling.Size, sampling.Interpolation, examples, y, x);
                return y;
            case ZeroPadding2D padding:
                BorderCase border = new(layer.InputShape, padding.Padding, examples, Seed: 0);
                for (int i = 0; i < x.Length; i++)
                    y[border.Place(i)] = x[i];
                return y;
            case GlobalAveragePooling2D:
                int pixels = layer.InputShape[0] * layer.InputShape[1], channels = layer.InputShape[2];
                double[] sums = new double[y.Length];
                for (int i = 0; i < x.Length; i++)
                    sums[(i / (pixels * channels) * channels) + (i % channels)] += double.CreateChecked(x[i]);
                return [.. sums.Select(sum => T.CreateChecked(sum / pixels))];
            case Dense dense:
                StridedProduct product = StridedProduct.Dense(examples, layer.InputShape.Elements, dense.Units);
                NaiveMatrixProduct.Multiply(product, y, x, layer.Parameters[0].Value, Bias(layer));
                return Activated(y, dense.Activation, dense.Units);
            default:
                return null;
        }
    }

    private static ReadOnlySpan<T> Bias<T>(BuiltLayer<T> layer)
        where T : unmanaged, IFloatingPointIeee754<T> => layer.Parameters.Count > 1 ? layer.Parameters[1].Value : [];

    private static T[] Activated<T>(T[] y, Activation activation, int channels)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        [.. KnownActivations.Forward(activation, [.. y.Select(double.CreateChecked)], channels).Select(T.CreateTruncating)];
}
