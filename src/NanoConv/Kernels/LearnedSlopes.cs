using System.Numerics;
using NanoConv.Tensors;

namespace NanoConv.Kernels;

/// <summary>
/// Slopes below 0 that are learned, a[i]: which elements of an example go by which. Any axes may share them: the slopes' shape is the example's with 1
/// in the place of each axis that does.
/// </summary>
/// <remarks>
/// From the last axis on, an example is blocks of [repeats, A, span]: each of A slopes in a row goes for a span of elements in a row, and all come again
/// for each repeat. A picture that shares height and width is one block of span 1; one that shares all axes is a single span.
/// </remarks>
internal sealed class LearnedSlopes
{
    private readonly int span;
    private readonly int count;
    private readonly int block;
    private readonly Lazy<int[]> starts;

    /// <summary>Works out the blocks.</summary>
    /// <param name="example">An example's shape.</param>
    /// <param name="slopes">As many axes, each of the same length or 1.</param>
    public LearnedSlopes(Shape example, Shape slopes)
    {
        int axis = example.Rank;
        span = Together(static (_, slope) => slope == 1);
        count = Together(static (element, slope) => element == slope);
        block = span * count * Together(static (_, slope) => slope == 1);
        starts = new Lazy<int[]>(() => Starts(example, slopes, axis)); // when it is needed: a file's shape may be any

        // The length of as many axes, going on outwards, as the condition holds for.
        int Together(Func<int, int, bool> holds)
        {
            int length = 1;
            for (; axis > 0 && holds(example[axis - 1], slopes[axis - 1]); axis--)
                length *= example[axis - 1];
            return length;
        }
    }

    private int[] Starts(Shape example, Shape slopes, int axes)
    {
        int[] places = new int[example.Elements / block];
        for (int i = 0; i < places.Length; i++)
        {
            (int rest, int stride) = (i, count);
            for (int outer = axes - 1; outer >= 0; outer--)
            {
                places[i] += rest % example[outer] % slopes[outer] * stride; // a shared axis has one slope, of index 0
                (rest, stride) = (rest / example[outer], stride * slopes[outer]);
            }
        }

        return places;
    }

    /// <summary>y = factor · f′(x), f′ being 1 where x is positive and its slope elsewhere: f(x) where the factors are x, dx where they are dy.</summary>
    /// <param name="y">Overwritten: whole examples; may be the factors or x.</param>
    /// <param name="factors">As many elements.</param>
    /// <param name="x">As many.</param>
    /// <param name="slopes">The slopes.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public void Multiply<T>(Span<T> y, ReadOnlySpan<T> factors, ReadOnlySpan<T> x, ReadOnlySpan<T> slopes)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int start = 0; start < x.Length; start += block)
        {
            ReadOnlySpan<T> a = slopes.Slice(StartOf(start), count), factor = factors.Slice(start, block), at = x.Slice(start, block);
            if (span == 1)
                MultiplyColumns(y.Slice(start, block), factor, at, a);
            else
                MultiplySpans(y.Slice(start, block), factor, at, a);
        }
    }

    /// <summary>da[i] += Σ dy·x over all x that are not positive and go by slope i.</summary>
    /// <param name="gradient">Accumulated into: one for each slope.</param>
    /// <param name="dy">Whole examples.</param>
    /// <param name="x">As many elements.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public void AddGradient<T>(Span<T> gradient, ReadOnlySpan<T> dy, ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int start = 0; start < x.Length; start += block)
        {
            Span<T> da = gradient.Slice(StartOf(start), count);
            if (span == 1)
                AddColumns(da, dy.Slice(start, block), x.Slice(start, block));
            else
                AddSpans(da, dy.Slice(start, block), x.Slice(start, block));
        }
    }

    // The first slope of the block that begins with an element.
    private int StartOf(int element) => starts.Value[element / block % starts.Value.Length];

    // One vector of slopes goes down the repeats at a time.
    private static void MultiplyColumns<T>(Span<T> y, ReadOnlySpan<T> factors, ReadOnlySpan<T> x, ReadOnlySpan<T> slopes)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int count = slopes.Length, c = 0;
        for (; c <= count - Vector<T>.Count; c += Vector<T>.Count)
        {
            Vector<T> slope = new(slopes[c..]);
            for (int i = c; i < x.Length; i += count)
                Bent(new Vector<T>(factors[i..]), new Vector<T>(x[i..]), slope).CopyTo(y[i..]);
        }

        for (; c < count; c++)
        {
            for (int i = c; i < x.Length; i += count)
                y[i] = x[i] > T.Zero ? factors[i] : factors[i] * slopes[c];
        }
    }

    private void MultiplySpans<T>(Span<T> y, ReadOnlySpan<T> factors, ReadOnlySpan<T> x, ReadOnlySpan<T> slopes)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int start = 0, s = 0; start < x.Length; start += span, s = (s + 1) % count)
        {
            Vector<T> slope = new(slopes[s]);
            int i = start, end = start + span;
            for (; i <= end - Vector<T>.Count; i += Vector<T>.Count)
                Bent(new Vector<T>(factors[i..]), new Vector<T>(x[i..]), slope).CopyTo(y[i..]);
            for (; i < end; i++)
                y[i] = x[i] > T.Zero ? factors[i] : factors[i] * slopes[s];
        }
    }

    private static void AddColumns<T>(Span<T> gradient, ReadOnlySpan<T> dy, ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int count = gradient.Length, c = 0;
        for (; c <= count - Vector<T>.Count; c += Vector<T>.Count)
        {
            Vector<T> sum = Vector<T>.Zero;
            for (int i = c; i < x.Length; i += count)
                sum += Share(new Vector<T>(dy[i..]), new Vector<T>(x[i..]));
            (new Vector<T>(gradient[c..]) + sum).CopyTo(gradient[c..]);
        }

        for (; c < count; c++)
        {
            T sum = T.Zero;
            for (int i = c; i < x.Length; i += count)
                sum += Share(dy[i], x[i]);
            gradient[c] += sum;
        }
    }

    private void AddSpans<T>(Span<T> gradient, ReadOnlySpan<T> dy, ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int start = 0, s = 0; start < x.Length; start += span, s = (s + 1) % count)
        {
            Vector<T> sums = Vector<T>.Zero;
            int i = start, end = start + span;
            for (; i <= end - Vector<T>.Count; i += Vector<T>.Count)
                sums += Share(new Vector<T>(dy[i..]), new Vector<T>(x[i..]));
            T sum = Vector.Sum(sums);
            for (; i < end; i++)
                sum += Share(dy[i], x[i]);
            gradient[s] += sum;
        }
    }

    private static Vector<T> Bent<T>(Vector<T> factor, Vector<T> x, Vector<T> slope)
        where T : unmanaged, IFloatingPointIeee754<T> => Vector.ConditionalSelect(Vector.GreaterThan(x, Vector<T>.Zero), factor, factor * slope);

    // An element's share in its slope's gradient.
    private static Vector<T> Share<T>(Vector<T> dy, Vector<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Vector.ConditionalSelect(Vector.GreaterThan(x, Vector<T>.Zero), Vector<T>.Zero, dy * x);

    private static T Share<T>(T dy, T x)
        where T : unmanaged, IFloatingPointIeee754<T> => x > T.Zero ? T.Zero : dy * x;
}
