using System.Numerics;
using System.Numerics.Tensors;
using NanoConv.Graphs;
using NanoConv.Kernels;
using NanoConv.Layers;
using NanoConv.Optimizers;

namespace NanoConv.Training;

/// <summary>
/// Cuts gradients, or scales them down. A norm is that of the whole gradient, of which a thread has a part at a time: so all parts are
/// measured first, and their sums added in the order of the parts, which follow from model and batch alone.
/// </summary>
/// <remarks>In a large model a kernel's part is worked out twice, once to measure it and once for the step: nowhere is it kept.</remarks>
/// <typeparam name="T">The number type.</typeparam>
internal sealed class GradientClipping<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Optimizer limits;
    private readonly Piece[] pieces;
    private readonly int[] firstPieces;
    private readonly Norm[] norms;

    private GradientClipping(Optimizer limits, IReadOnlyList<Parameter<T>> parameters, GradientPart<T>[] parts)
    {
        this.limits = limits;
        (norms, firstPieces) = (new Norm[limits.ClipNorm is null ? 1 : parameters.Count], new int[parts.Length + 1]);
        List<Piece> all = [];
        for (int i = 0; i < parts.Length; i++)
        {
            (int first, int end) = (parts[i].First, parts[i].First + parts[i].Length);
            foreach ((int index, Parameter<T> parameter) in parameters.Index())
            {
                (int start, int stop) = (Math.Max(first, parameter.Offset), Math.Min(end, parameter.Offset + parameter.Shape.Elements));
                if (start < stop)
                    all.Add(new Piece(limits.ClipNorm is null ? 0 : index, start - first, stop - start, 0));
            }

            firstPieces[i + 1] = all.Count;
        }

        pieces = [.. all];
    }

    /// <summary>Whether every part is to be measured before any is clipped.</summary>
    public bool MeasuresNorms => limits.ClipValue is null;

    /// <summary>The clipping that an optimizer asks for; null for none.</summary>
    public static GradientClipping<T>? Of(Optimizer optimizer, IReadOnlyList<Parameter<T>> parameters, GradientPart<T>[] parts) =>
        optimizer is { ClipValue: null, ClipNorm: null, GlobalClipNorm: null } ? null : new(optimizer, parameters, parts);

    /// <summary>Measures a part, on any thread.</summary>
    public void Measure(int part, ReadOnlySpan<T> gradient)
    {
        for (int i = firstPieces[part]; i < firstPieces[part + 1]; i++)
            pieces[i] = pieces[i] with { Squares = SquareSum.Of(gradient.Slice(pieces[i].Start, pieces[i].Length)) };
    }

    /// <summary>Adds up what was measured.</summary>
    public void Combine()
    {
        Array.Clear(norms);
        foreach (Piece piece in pieces)
            norms[piece.Norm] = new Norm(norms[piece.Norm].Squares + piece.Squares, T.One);
        double limit = limits.ClipNorm ?? limits.GlobalClipNorm!.Value;
        for (int i = 0; i < norms.Length; i++)
            norms[i] = norms[i] with { Scale = T.CreateChecked(limit / Math.Max(Math.Sqrt(norms[i].Squares), limit)) };
    }

    /// <summary>Clips a part, on any thread.</summary>
    public void Clip(int part, Span<T> gradient)
    {
        if (limits.ClipValue is { } most)
        {
            TensorPrimitives.Clamp(gradient, T.CreateChecked(-most), T.CreateChecked(most), gradient);
            return;
        }

        for (int i = firstPieces[part]; i < firstPieces[part + 1]; i++)
        {
            Span<T> piece = gradient.Slice(pieces[i].Start, pieces[i].Length);
            T scale = norms[pieces[i].Norm].Scale;
            if (scale != T.One)
                TensorPrimitives.Multiply(piece, scale, piece);
        }
    }

    /// <summary>What a part has of a parameter.</summary>
    /// <param name="Norm">The norm that it belongs to.</param>
    /// <param name="Start">Its first element's place in the part.</param>
    /// <param name="Length">Elements.</param>
    /// <param name="Squares">The sum of their squares.</param>
    private readonly record struct Piece(int Norm, int Start, int Length, double Squares);

    /// <summary>A norm's square, and what gradients are multiplied with for it.</summary>
    private readonly record struct Norm(double Squares, T Scale);
}
