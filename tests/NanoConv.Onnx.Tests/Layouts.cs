namespace NanoConv.Onnx.Tests;

/// <summary>Batches of pictures in both orders.</summary>
internal static class Layouts
{
    /// <summary>The axes of a batch as an exported network takes it.</summary>
    public static long[] Axes(OnnxLayout layout, Shape example, int count) => layout == OnnxLayout.Nhwc
        ? [count, .. example.Axes.ToArray().Select(axis => (long)axis)]
        : [count, example[2], example[0], example[1]];

    /// <summary>A batch [count, height, width, channels] in the order wanted.</summary>
    public static TElement[] Order<TElement>(TElement[] batch, OnnxLayout layout, Shape example)
    {
        if (layout == OnnxLayout.Nhwc)
            return batch;
        (int pixels, int channels) = (example[0] * example[1], example[2]);
        TElement[] result = new TElement[batch.Length];
        for (int i = 0; i < batch.Length; i++)
        {
            (int image, int rest) = Math.DivRem(i, pixels * channels);
            (int pixel, int channel) = Math.DivRem(rest, channels);
            result[(((image * channels) + channel) * pixels) + pixel] = batch[i];
        }

        return result;
    }
}
