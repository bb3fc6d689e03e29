using System.Numerics;
using System.Numerics.Tensors;
using NanoConv.Kernels;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>What preprocessing layers have in common: y = (x − centre) · scale + shift, by numbers that are settings and no weights.</summary>
/// <remarks>
/// They are saved with the network, so that a model takes pixels and knows what is done with them first. Behind a convolution or a dense
/// layer, prediction makes them part of its weights; before one they stay, as zeros of its padding are no pixels.
/// </remarks>
public abstract class ConstantAffine : Layer
{
    // So many numbers in a row are worth a vector's while: of colours there are three, fewer than it holds, so several pixels are taken as one.
    private const int LongEnough = 256;

    private protected ConstantAffine(string? name)
        : base(name)
    {
    }

    internal override bool KeepsOrder => true;

    /// <summary>The numbers for inputs of a shape: for its last axes, row-major, as many as they have elements; the last one at least.</summary>
    /// <param name="inputShape">One example's.</param>
    /// <exception cref="ArgumentException">The shape does not suit the layer.</exception>
    public (double[] Centre, double[] Scale, double[] Shift) Constants(Shape inputShape)
    {
        _ = Count(inputShape, Error);
        return Make(inputShape);
    }

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return new Built<T>(builder, this, Count(builder.InputShape, builder.Error));
    }

    /// <summary>How many numbers there are for a shape, which is checked: before there is any memory for them.</summary>
    private protected abstract int Count(Shape inputShape, Func<string, ArgumentException> error);

    /// <summary>The numbers for a shape that was checked.</summary>
    private protected abstract (double[] Centre, double[] Scale, double[] Shift) Make(Shape inputShape);

    /// <summary>An error about the layer before it is built.</summary>
    private protected ArgumentException Error(string message) => new($"{TypeName}{(Name is null ? "" : $" '{Name}'")}: {message}");

    /// <summary>The length of the last axis; 1 for a single number.</summary>
    private protected static int LastAxis(Shape shape) => shape.Rank == 0 ? 1 : shape[^1];

    private sealed class Built<T>(LayerBuilder<T> builder, ConstantAffine specification, int count) : BuiltLayer<T>(builder, builder.InputShape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly int length = count * Math.Clamp(LongEnough / count, 1, builder.InputShape.Elements / count);
        private Tables<T>? tables;

        internal override long PackedElements => (3L * length) + count;

        internal override (ReadOnlyMemory<T> Scale, ReadOnlyMemory<T> Shift)? ScaleAndShift =>
            IsForChannels ? (Numbers.Scale.AsMemory(0, count), Numbers.ChannelShift) : null;

        internal override bool TakesPostOperations => true;

        private bool IsForChannels => count == LastAxis(InputShape);

        // Made when they are first needed, for a file may claim more channels than it has bytes. Threads that come together make the same.
        private Tables<T> Numbers => tables ??= new Tables<T>(specification.Make(InputShape), length);

        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
        {
            Tables<T> numbers = Numbers;
            for (int start = 0; start < x.Length; start += length)
            {
                int end = Math.Min(length, x.Length - start);
                ChannelSums.Standardize(
                    y.Slice(start, end), x.Slice(start, end), numbers.Centre.AsSpan(0, end), numbers.Scale.AsSpan(0, end), numbers.Shift.AsSpan(0, end));
            }
        }

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            T[] scale = Numbers.Scale;
            for (int start = 0; start < dx.Length; start += length)
            {
                int end = Math.Min(length, dx.Length - start);
                TensorPrimitives.Multiply(dy.Slice(start, end), scale.AsSpan(0, end), dx.Slice(start, end));
            }
        }
    }

    /// <summary>The numbers again and again, as far as a row is long; and what is added where the centre is part of it.</summary>
    private sealed class Tables<T>((double[] Centre, double[] Scale, double[] Shift) of, int length)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public T[] Centre { get; } = Repeated(of.Centre, length);

        public T[] Scale { get; } = Repeated(of.Scale, length);

        public T[] Shift { get; } = Repeated(of.Shift, length);

        public T[] ChannelShift { get; } = [.. of.Shift.Select((value, c) => T.CreateChecked(value - (of.Centre[c] * of.Scale[c])))];

        private static T[] Repeated(double[] numbers, int length)
        {
            T[] repeated = new T[length];
            for (int i = 0; i < length; i++)
                repeated[i] = T.CreateChecked(numbers[i % numbers.Length]);
            return repeated;
        }
    }
}
