namespace NanoConv.Tests.Golden;

/// <summary>
/// The <c>geometry</c> of a golden case: [kernel height, width, stride vertical, horizontal, padding top, bottom, left, right]. Where the case is
/// called "same", the padding is left to the library, and must come out as the file has it.
/// </summary>
internal sealed class GoldenWindow
{
    private readonly int[] numbers;

    public GoldenWindow(GoldenFile file, string name)
    {
        numbers = [.. file.Values<double>($"{name}/geometry").Select(number => (int)number)];
        bool same = name.Contains("/same", StringComparison.Ordinal) || name.EndsWith("_same", StringComparison.Ordinal);
        Padding = same ? Padding.Same : Padding.Explicit(numbers[4], numbers[5], numbers[6], numbers[7]);
        WindowGeometry geometry = Over(file.Shape($"{name}/input"));
        Assert.Equal((numbers[4], numbers[6]), (geometry.PaddingTop, geometry.PaddingLeft));
    }

    public Size2D Kernel => (numbers[0], numbers[1]);

    public Size2D Strides => (numbers[2], numbers[3]);

    public Padding Padding { get; }

    public WindowGeometry Over(Shape batch) => new(new Shape(batch.Axes[1..]), Kernel, Strides, Padding);
}
