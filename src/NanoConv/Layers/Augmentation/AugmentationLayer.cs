using System.Numerics;
using NanoConv.Tensors;

namespace NanoConv.Layers.Augmentation;

/// <summary>
/// A layer that in training changes each picture in a way of its own, and in prediction takes them as they are. What it draws it draws
/// again in the backward pass, so that it keeps nothing.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
internal abstract class AugmentationLayer<T> : BuiltLayer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Fixes the layer to pictures of one shape.</summary>
    protected AugmentationLayer(LayerBuilder<T> builder, Shape outputShape)
        : base(builder, outputShape)
    {
    }

    internal override bool IsIdentity => InputShape == OutputShape;

    public sealed override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
    {
        for (int i = 0; i < pass.Count; i++)
        {
            ReadOnlySpan<T> picture = x.Slice(i * InputShape.Elements, InputShape.Elements);
            Span<T> augmented = y.Slice(i * OutputShape.Elements, OutputShape.Elements);
            if (pass.Training)
                Augment(DrawsOf(pass, i), picture, augmented);
            else
                Predict(picture, augmented);
        }
    }

    public sealed override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
    {
        if (dx.IsEmpty)
            return;
        for (int i = 0; i < pass.Count; i++)
        {
            ReadOnlySpan<T> picture = x.Slice(i * InputShape.Elements, InputShape.Elements);
            ReadOnlySpan<T> gradient = dy.Slice(i * OutputShape.Elements, OutputShape.Elements);
            Span<T> ofPicture = dx.Slice(i * InputShape.Elements, InputShape.Elements);
            if (pass.Training)
                InputGradient(DrawsOf(pass, i), picture, gradient, ofPicture);
            else
                PredictionGradient(gradient, ofPicture);
        }
    }

    /// <summary>One picture as training sees it.</summary>
    protected abstract void Augment(Draws draws, ReadOnlySpan<T> x, Span<T> y);

    /// <summary>The gradient of the picture, of the same draws.</summary>
    protected abstract void InputGradient(Draws draws, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dx);

    /// <summary>One picture as prediction sees it.</summary>
    protected virtual void Predict(ReadOnlySpan<T> x, Span<T> y) => x.CopyTo(y);

    /// <summary>The gradient of the picture in prediction.</summary>
    protected virtual void PredictionGradient(ReadOnlySpan<T> dy, Span<T> dx) => dy.CopyTo(dx);

    /// <summary>A setting as a number of this type.</summary>
    /// <exception cref="ArgumentException">It is finite, but not there.</exception>
    protected static T Finite(LayerBuilder<T> builder, double value)
    {
        T number = T.CreateChecked(value);
        return T.IsFinite(number)
            ? number
            : throw builder.Error(FormattableString.Invariant($"expected a number that a {typeof(T).Name} has, received {value}"));
    }

    private static Draws DrawsOf(LayerPass<T> pass, int example) => new(pass.Seed, pass.LayerIndex, pass.Epoch, pass.Example(example));
}
