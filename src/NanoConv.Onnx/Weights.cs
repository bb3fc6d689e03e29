using System.Numerics;
using System.Numerics.Tensors;
using NanoConv.Layers;
using NanoConv.Tensors;

namespace NanoConv.Onnx;

/// <summary>Parameters in the orders that ONNX's operators have them in.</summary>
internal static class Weights
{
    /// <summary>A parameter's elements as floats.</summary>
    /// <exception cref="ArgumentException">One is finite, but not as a float.</exception>
    public static float[] ToFloat<T>(Parameter<T> parameter)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        float[] floats = new float[parameter.Shape.Elements];
        TensorPrimitives.ConvertTruncating(parameter.Value, floats);
        for (int i = 0; i < floats.Length; i++)
        {
            if (float.IsInfinity(floats[i]) && T.IsFinite(parameter.Value[i]))
                throw new ArgumentException($"'{parameter.Name}': expected elements that fit into a float, received {parameter.Value[i]}");
        }

        return floats;
    }

    /// <summary>A convolution's kernel [kh, kw, channels, filters] as [filters, channels, kh, kw].</summary>
    public static float[] OutputsFirst(float[] kernel, in WindowGeometry window, int filters)
    {
        int pixels = window.KernelHeight * window.KernelWidth, channels = window.Channels;
        float[] result = new float[kernel.Length];
        for (int pixel = 0; pixel < pixels; pixel++)
            for (int channel = 0; channel < channels; channel++)
                for (int filter = 0; filter < filters; filter++)
                    result[(((filter * channels) + channel) * pixels) + pixel] = kernel[(((pixel * channels) + channel) * filters) + filter];
        return result;
    }

    /// <summary>A dense kernel [inputs, units] as [units, inputs].</summary>
    public static float[] Transposed(float[] kernel, int units)
    {
        int inputs = kernel.Length / units;
        float[] result = new float[kernel.Length];
        for (int input = 0; input < inputs; input++)
            for (int unit = 0; unit < units; unit++)
                result[(unit * inputs) + input] = kernel[(input * units) + unit];
        return result;
    }

    /// <summary>
    /// A dense kernel [features, units] whose rows are in the model's order, that of each picture being (height, width, channels), with
    /// the rows in the order of the features as they lie: those of pictures as (channels, height, width).
    /// </summary>
    /// <param name="kernel">The kernel; with one unit, any vector of the features.</param>
    /// <param name="pieces">See <see cref="OrderState.Flattened"/>; together as many features.</param>
    /// <param name="units">The length of a row.</param>
    public static float[] RowsAsTheyLie(float[] kernel, IReadOnlyList<Shape> pieces, int units)
    {
        float[] result = new float[kernel.Length];
        int start = 0;
        foreach (Shape piece in pieces)
        {
            (int pixels, int channels) = piece.Rank == 3 ? (piece[0] * piece[1], piece[2]) : (1, piece.Elements);
            for (int pixel = 0; pixel < pixels; pixel++)
                for (int channel = 0; channel < channels; channel++)
                    kernel.AsSpan((start + (pixel * channels) + channel) * units, units).CopyTo(result.AsSpan((start + (channel * pixels) + pixel) * units));
            start += piece.Elements;
        }

        return result;
    }
}
