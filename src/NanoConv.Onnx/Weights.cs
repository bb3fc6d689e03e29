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
    /// A dense kernel [height·width·channels, units] whose rows are in the order of a picture (height, width, channels), with
    /// the rows in that of (channels, height, width).
    /// </summary>
    public static float[] RowsOfNchw(float[] kernel, Shape picture, int units)
    {
        (int pixels, int channels) = (picture[0] * picture[1], picture[2]);
        float[] result = new float[kernel.Length];
        for (int pixel = 0; pixel < pixels; pixel++)
            for (int channel = 0; channel < channels; channel++)
                kernel.AsSpan(((pixel * channels) + channel) * units, units).CopyTo(result.AsSpan(((channel * pixels) + pixel) * units));
        return result;
    }
}
