using System.Numerics;
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
    // The fewest numbers in a row that are worth a vector's while.
    private const int LongEnough = 64;

    private protected ConstantAffine(string? name)
        : base(name)
    {
    }

    internal override bool KeepsOrder => true;

    /// <summary>The numbers for inputs of a shape: for its last axes, row-major, as many as they have elements; the last one at least.</summary>
    /// <param name="inputShape">One example's.</param>
    /// <exception cref="ArgumentException">The shape does not suit the layer.</exception>
    public (double[] Centre, double[] Scale, double[] Shift) Constants(Shape inputShape) => Constants(inputShape, Error);

    /// <inheritdoc/>
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return new Built<T>(builder, Constants(builder.InputShape, builder.Error));
    }

    /// <summary>The same with errors as they are wanted.</summary>
    private protected abstract (double[] Centre, double[] Scale, double[] Shift) Constants(Shape inputShape, Func<string, ArgumentException> error);

    /// <summary>An error about the layer before it is built.</summary>
    private protected ArgumentException Error(string message) => new($"{TypeName}{(Name is null ? "" : $" '{Name}'")}: {message}");

    /// <summary>The length of the last axis; 1 for a single number.</summary>
    private protected static int LastAxis(Shape shape) => shape.Rank == 0 ? 1 : shape[^1];

    private sealed class Built<T> : BuiltLayer<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly T[] centre;
        private readonly T[] scale;
        private readonly T[] shift;
        private readonly T[]? channelScale;
        private readonly T[]? channelShift;

        public Built(LayerBuilder<T> builder, (double[] Centre, double[] Scale, double[] Shift) of)
            : base(builder, builder.InputShape)
        {
            int times = Times(of.Scale.Length, InputShape.Elements / of.Scale.Length);
            (centre, scale, shift) = (Repeated(of.Centre, times), Repeated(of.Scale, times), Repeated(of.Shift, times));
            if (of.Scale.Length != LastAxis(InputShape))
                return;
            channelScale = Repeated(of.Scale, 1);
            channelShift = Repeated([.. of.Shift.Select((value, c) => value - (of.Centre[c] * of.Scale[c]))], 1);
        }

        public override int ScratchElements => scale.Length;

        internal override long PackedElements => (3 * scale.Length) + (2 * (channelScale?.Length ?? 0));

        internal override (ReadOnlyMemory<T> Scale, ReadOnlyMemory<T> Shift)? ScaleAndShift => channelScale is null ? null : (channelScale, channelShift);

        internal override bool TakesPostOperations => true;

        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y) => ChannelSums.Standardize(y, x, centre, scale, shift);

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            if (dx.IsEmpty)
                return;
            Span<T> zeros = pass.Scratch[..scale.Length];
            zeros.Clear();
            ChannelSums.ScaleAndShift(dx, dy, scale, zeros);
        }

        // Of colours there are three, fewer than a vector holds: several pixels are taken as one.
        private static int Times(int length, int most)
        {
            for (int times = 1; times < most; times++)
            {
                if (most % times == 0 && length * times >= LongEnough)
                    return times;
            }

            return most;
        }

        private static T[] Repeated(double[] numbers, int times)
        {
            T[] repeated = new T[numbers.Length * times];
            for (int i = 0; i < repeated.Length; i++)
                repeated[i] = T.CreateChecked(numbers[i % numbers.Length]);
            return repeated;
        }
    }
}
