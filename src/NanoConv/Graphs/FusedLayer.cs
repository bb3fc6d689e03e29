using System.Numerics;
using System.Numerics.Tensors;
using NanoConv.Layers;
using NanoConv.Tensors;

namespace NanoConv.Graphs;

/// <summary>
/// A layer in prediction with what follows it, done on its output right behind it, while that is in the cache: further values are added,
/// activations applied. What they would have made takes no memory of its own.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
internal sealed class FusedLayer<T> : BuiltLayer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly BuiltLayer<T> layer;
    private readonly PostOperation[] operations;

    /// <summary>Puts operations behind a layer.</summary>
    /// <param name="layer">One that says <see cref="BuiltLayer{T}.TakesPostOperations"/>.</param>
    /// <param name="operations">In their order. Those that add read the inputs behind the layer's own, in order.</param>
    public FusedLayer(BuiltLayer<T> layer, IReadOnlyList<PostOperation> operations)
        : base(layer, [.. operations.Where(operation => operation.IsAddition).Select(_ => layer.OutputShape)])
    {
        (this.layer, this.operations) = (layer, [.. operations]);
    }

    public override IReadOnlyList<KeptBuffer> Kept => layer.Kept;

    public override string Algorithm => layer.Algorithm;

    public override int ScratchElements => layer.ScratchElements;

    public override long ForwardFlops => layer.ForwardFlops;

    internal override PixelView? HaloedInput => layer.HaloedInput;

    internal override bool CanWriteInHalo => layer.CanWriteInHalo;

    internal override bool FoldsWeights => layer.FoldsWeights;

    internal override long PackedElements => layer.PackedElements;

    public override void Prepare() => layer.Prepare();

    public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
    {
        layer.Forward(pass, x, y);
        ReadOnlySpan<PostOperation> following = pass.WantsLogits ? operations.AsSpan()[..^1] : operations; // a last softmax or sigmoid is left to the loss
        bool isPlain = IsPlain(pass);
        (int rows, int length) = isPlain ? (1, y.Length) : (pass.Count * OutputShape[0], OutputShape[1] * OutputShape[2]);
        for (int row = 0; row < rows; row++)
        {
            Span<T> part = y.Slice(isPlain ? 0 : At(pass.OutputView, row), length);
            int input = layer.InputShapes.Count;
            foreach (PostOperation operation in following)
            {
                if (operation.Activation is { } activation)
                    activation.Forward<T>(part, part, OutputShape[^1]);
                else
                    TensorPrimitives.Add(part, pass.Input(input).Slice(isPlain ? 0 : At(pass.InputViewOf(input), row), length), part);
                input += operation.IsAddition ? 1 : 0;
            }
        }
    }

    public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx) =>
        throw new NotSupportedException($"'{Name}' is compiled for prediction");

    internal override bool ReadsAnywhere(int input) => input >= layer.InputShapes.Count;

    // Whether all pixels lie side by side, so that there is one long row.
    private bool IsPlain(LayerPass<T> pass)
    {
        for (int input = layer.InputShapes.Count; input < InputShapes.Count; input++)
        {
            if (pass.InputViewOf(input) is not null)
                return false;
        }

        return pass.OutputView is null;
    }

    // Where a row of pixels of all pictures begins.
    private int At(PixelView? view, int row) =>
        view is { } pixels ? pixels.AtRow(row, OutputShape[0]) : row * OutputShape[1] * OutputShape[2];
}
