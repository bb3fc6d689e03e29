using NanoConv.Kernels;
using NanoConv.Tensors;

namespace NanoConv.Graphs;

/// <summary>How often, and how, each picture is looked at for one prediction: the outputs are the weighted mean of those of all its views.</summary>
/// <remarks>Where the network ends in a softmax, it is the mean of what goes into it, the logits; each view costs as much as a prediction.</remarks>
public sealed class TestTimeAugmentation
{
    private TestTimeAugmentation(string text, IReadOnlyList<View> views) => (Text, Views) = (text, views);

    /// <summary>The picture and its mirror image, left being right, half each.</summary>
    public static TestTimeAugmentation Mirror { get; } = new("mirror", Mirrored([(0, 0.5)]));

    /// <summary>What each prediction is the mean of.</summary>
    internal IReadOnlyList<View> Views { get; }

    /// <summary>The farthest shift, in pixels.</summary>
    internal int Shift => Views.Max(view => Math.Abs(view.First));

    private string Text { get; }

    /// <summary>
    /// The picture, for half of the mean; and shifted up and to the left, and down and to the right, a quarter each; all of them with their mirror
    /// images: six views. The border's rows and columns are mirrored for what comes in (<see cref="FillMode.Reflect"/>).
    /// </summary>
    /// <param name="pixels">By how many pixels, at least 1, and below height and width.</param>
    public static TestTimeAugmentation MirrorAndShift(int pixels = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pixels, 1);
        return new($"mirror, shift by {pixels}", Mirrored([(0, 0.25), (-pixels, 0.125), (pixels, 0.125)]));
    }

    /// <summary>As <c>mirror, shift by 1</c>.</summary>
    public override string ToString() => Text;

    private static View[] Mirrored(ReadOnlySpan<(int First, double Weight)> shifts)
    {
        List<View> views = [];
        foreach ((int first, double weight) in shifts)
            views.AddRange(new View(first, IsMirrored: false, weight), new View(first, IsMirrored: true, weight));
        return [.. views];
    }

    /// <summary>One way to look at a picture.</summary>
    /// <param name="First">Where its first row and column come from; below 0 beyond the border.</param>
    /// <param name="IsMirrored">Whether left becomes right.</param>
    /// <param name="Weight">Its share of the mean.</param>
    internal readonly record struct View(int First, bool IsMirrored, double Weight)
    {
        /// <summary>Where rows come from.</summary>
        public AxisMap Rows(int height) => new(height, First, height, Mode: FillMode.Reflect);

        /// <summary>Where columns come from.</summary>
        public AxisMap Columns(int width) => new(width, First, width, IsMirrored, FillMode.Reflect);
    }
}
