namespace NanoConv.Tensors;

/// <summary>
/// A window that slides over a picture in steps, as convolution and pooling use it; validated once, and the one place
/// where output sizes and paddings are worked out.
/// </summary>
/// <remarks>Window (oh, ow) covers input rows oh·StrideHeight − PaddingTop + r, r = 0 … KernelHeight−1; columns alike.</remarks>
public readonly record struct WindowGeometry
{
    /// <summary>Works out a sliding window's geometry.</summary>
    /// <param name="input">The picture: (height, width, channels).</param>
    /// <param name="kernel">The window's size.</param>
    /// <param name="strides">The step from window to window; may be larger than the window.</param>
    /// <param name="padding">How far windows may reach over the border.</param>
    /// <exception cref="ArgumentException">
    /// The input is not (height, width, channels), a size or stride is below 1, or not one window fits.
    /// </exception>
    public WindowGeometry(Shape input, Size2D kernel, Size2D strides, Padding padding)
    {
        if (input.Rank != 3)
            throw new ArgumentException($"expected an input of shape (height, width, channels), received {input}", nameof(input));
        if (kernel.Height < 1 || kernel.Width < 1)
            throw new ArgumentException($"expected a kernel of at least 1×1, received {kernel}", nameof(kernel));
        if (strides.Height < 1 || strides.Width < 1)
            throw new ArgumentException($"expected strides of at least 1×1, received {strides}", nameof(strides));

        (InputHeight, InputWidth, Channels) = (input[0], input[1], input[2]);
        (KernelHeight, KernelWidth) = (kernel.Height, kernel.Width);
        (StrideHeight, StrideWidth) = (strides.Height, strides.Width);
        (OutputHeight, PaddingTop) = Axis(InputHeight, KernelHeight, StrideHeight, padding.IsSame, padding.Top, padding.Bottom);
        (OutputWidth, PaddingLeft) = Axis(InputWidth, KernelWidth, StrideWidth, padding.IsSame, padding.Left, padding.Right);
        if (OutputHeight < 1 || OutputWidth < 1)
        {
            throw new ArgumentException(
                $"expected an input that a {kernel} window fits into, received {InputHeight}×{InputWidth} with padding {padding}", nameof(input));
        }

        Int128 padded = (Int128)Extent(OutputHeight, StrideHeight, KernelHeight) * Extent(OutputWidth, StrideWidth, KernelWidth) * Channels;
        if (padded > int.MaxValue)
            throw new ArgumentException($"expected a padded input of at most {int.MaxValue} elements, received {padded}", nameof(input));
    }

    /// <summary>Rows of the picture.</summary>
    public int InputHeight { get; }

    /// <summary>Columns of the picture.</summary>
    public int InputWidth { get; }

    /// <summary>Channels of the picture.</summary>
    public int Channels { get; }

    /// <summary>Rows of the window.</summary>
    public int KernelHeight { get; }

    /// <summary>Columns of the window.</summary>
    public int KernelWidth { get; }

    /// <summary>Rows from one window to the next below.</summary>
    public int StrideHeight { get; }

    /// <summary>Columns from one window to the next to the right.</summary>
    public int StrideWidth { get; }

    /// <summary>Rows by which the first window starts above the picture.</summary>
    public int PaddingTop { get; }

    /// <summary>Columns by which the first window starts to the left of the picture.</summary>
    public int PaddingLeft { get; }

    /// <summary>Windows from top to bottom.</summary>
    public int OutputHeight { get; }

    /// <summary>Windows from left to right.</summary>
    public int OutputWidth { get; }

    /// <summary>Rows that all windows together cover: the padded picture's height.</summary>
    public int PaddedHeight => ((OutputHeight - 1) * StrideHeight) + KernelHeight;

    /// <summary>Columns that all windows together cover: the padded picture's width.</summary>
    public int PaddedWidth => ((OutputWidth - 1) * StrideWidth) + KernelWidth;

    /// <summary>Whether the windows cover anything but the picture itself.</summary>
    public bool NeedsPadding => PaddedHeight != InputHeight || PaddedWidth != InputWidth || PaddingTop != 0 || PaddingLeft != 0;

    /// <summary>Where the picture's pixels lie in the padded picture; null if that is the picture itself, or windows do not reach all of it.</summary>
    internal PixelView? Interior
    {
        get
        {
            bool fits = PaddedHeight >= PaddingTop + InputHeight && PaddedWidth >= PaddingLeft + InputWidth;
            int row = PaddedWidth * Channels;
            return NeedsPadding && fits ? new PixelView((PaddingTop * row) + (PaddingLeft * Channels), PaddedElements, row, Channels) : null;
        }
    }

    /// <summary>Elements of one picture.</summary>
    public int InputElements => InputHeight * InputWidth * Channels;

    /// <summary>Elements of one padded picture.</summary>
    public int PaddedElements => PaddedHeight * PaddedWidth * Channels;

    /// <summary>Windows of one picture.</summary>
    public int OutputPixels => OutputHeight * OutputWidth;

    private static (int Output, int Before) Axis(int input, int kernel, int stride, bool same, int before, int after)
    {
        if (!same)
        {
            long room = (long)input + before + after - kernel;
            return (room < 0 ? 0 : (int)Math.Min(int.MaxValue, (room / stride) + 1), before);
        }

        int output = ((input - 1) / stride) + 1;
        long total = Math.Max(0, Extent(output, stride, kernel) - input);
        return (output, (int)(total / 2));
    }

    // What all windows together cover.
    private static long Extent(int output, int stride, int kernel) => ((output - 1L) * stride) + kernel;
}
