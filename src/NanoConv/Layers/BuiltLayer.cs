using System.Numerics;
using NanoConv.Kernels;
using NanoConv.Layers.Activations;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>
/// A layer that knows its shapes and has its parameters: forward beside backward, on a few examples at a time. It
/// keeps nothing between calls itself, so that many workers can use it at once; what its backward pass needs it
/// declares in <see cref="Kept"/> and finds in the <see cref="LayerPass{T}"/> of the worker.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public abstract class BuiltLayer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Takes what the builder knows.</summary>
    /// <param name="builder">The builder, with all parameters made.</param>
    /// <param name="outputShape">The shape of one example's output.</param>
    protected BuiltLayer(LayerBuilder<T> builder, Shape outputShape)
    {
        Specification = builder.Layer;
        Name = builder.Name;
        InputShapes = [.. builder.InputShapes];
        OutputShape = outputShape;
        Parameters = [.. builder.Parameters];
    }

    /// <summary>A written layer as a step of prediction, which may read further values behind its own.</summary>
    private protected BuiltLayer(BuiltLayer<T> written, IEnumerable<Shape> furtherInputs)
    {
        (Specification, Name, OutputShape, Parameters) = (written.Specification, written.Name, written.OutputShape, written.Parameters);
        InputShapes = [.. written.InputShapes, .. furtherInputs];
    }

    /// <summary>What the layer was built from.</summary>
    public Layer Specification { get; }

    /// <summary>The layer's name, unique in the model.</summary>
    public string Name { get; }

    /// <summary>The shape of one example's input; of a layer that joins several, the first one's.</summary>
    public Shape InputShape => InputShapes[0];

    /// <summary>The shapes of all inputs, one but for layers that join several.</summary>
    public IReadOnlyList<Shape> InputShapes { get; }

    /// <summary>The shape of one example's output.</summary>
    public Shape OutputShape { get; }

    /// <summary>The tensors: weights, and state that the layer itself changes.</summary>
    public IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <summary>
    /// What the layer keeps from forward for backward, for each example. A convolution's padded input takes no memory of its own where a
    /// convolution before it has written it.
    /// </summary>
    public virtual IReadOnlyList<KeptBuffer> Kept => [];

    /// <summary>
    /// Where in a halo of zeros the layer wants the pixels of its input, Image being the size of a picture with its halo; null if they
    /// are to lie side by side. Whether they do lie there, as the layer before can write there, <see cref="LayerPass{T}.InputView"/> says.
    /// </summary>
    internal virtual PixelView? HaloedInput => null;

    /// <summary>Whether the layer can write its output where <see cref="LayerPass{T}.OutputView"/> says.</summary>
    internal virtual bool CanWriteInHalo => false;

    /// <summary>Whether it takes one of its inputs wherever the pixels lie, as <see cref="LayerPass{T}.InputViewOf"/> says.</summary>
    internal virtual bool ReadsAnywhere(int input) => false;

    /// <summary>Whether prediction goes without the layer, as it only hands its input on, the elements in their order.</summary>
    internal virtual bool IsIdentity => false;

    /// <summary>
    /// Of a layer that in prediction makes y = x · scale + shift for each channel of the last axis: these, [channels], as
    /// <see cref="Prepare"/> has left them.
    /// </summary>
    internal virtual (ReadOnlyMemory<T> Scale, ReadOnlyMemory<T> Shift)? ScaleAndShift => null;

    /// <summary>Of a layer that multiplies by a kernel: the activation that it applies to the product.</summary>
    internal virtual Activation? ProductActivation => null;

    /// <summary>Whether in prediction others may change its output in place, once it has written it.</summary>
    internal virtual bool TakesPostOperations => false;

    /// <summary>Whether it has weights of its own, folded of several layers' parameters, which <see cref="Prepare"/> makes.</summary>
    internal virtual bool FoldsWeights => false;

    /// <summary>
    /// Of a layer that multiplies by a kernel: the same for prediction, with another activation and, unless <paramref name="fold"/> is null,
    /// weights of its own.
    /// </summary>
    internal virtual BuiltLayer<T> ForPrediction(Activation activation, WeightFold<T>? fold) => throw new NotSupportedException($"'{Name}' has no product");

    /// <summary>
    /// Whether, in a large model, the layer can leave the gradient of its first parameter to <see cref="KernelProduct"/>, which is taken for a
    /// whole batch at the step's end, and do without a packed kernel for its input's gradient.
    /// </summary>
    internal virtual bool CanBeLean => false;

    /// <summary>Whether it does; the model chooses, by its size.</summary>
    internal virtual bool IsLean { get; set; }

    /// <summary>Of a layer that can be lean: the place in <see cref="Kept"/> of the gradient that its kernel's gradient is the product of.</summary>
    internal virtual int KeptGradient => -1;

    /// <summary>The place in <see cref="Kept"/> of the input that it is the product of; −1 for the input as it comes.</summary>
    internal virtual int KeptInput => -1;

    /// <summary>Elements that are made of the parameters and held beside them.</summary>
    internal virtual long PackedElements => 0;

    /// <summary>The product of some examples whose gradient is that of the kernel.</summary>
    internal virtual StridedProduct KernelProduct(int examples) => throw new NotSupportedException($"'{Name}' has no such product");

    /// <summary>The name of the algorithm that the layer was given or has chosen for its sums; empty where there is nothing to choose.</summary>
    public virtual string Algorithm => string.Empty;

    /// <summary>
    /// Elements of scratch that the layer needs within one call of Forward or Backward; all layers of a worker share it, so
    /// nothing in it lasts.
    /// </summary>
    public virtual int ScratchElements => 0;

    /// <summary>Multiplications and additions of one example's forward pass, as far as products go, by their definition: a kernel may take fewer.</summary>
    public virtual long ForwardFlops => 0;

    /// <summary>
    /// Whether the output is one softmax, which the layer leaves out, forward and backward, when
    /// <see cref="LayerPass{T}.WantsLogits"/> says so. Cross-entropy of logits stays finite where that of rounded
    /// probabilities does not.
    /// </summary>
    public virtual bool EndsInSoftmax => false;

    /// <summary>The same of a sigmoid of each output, which binary cross-entropy takes over.</summary>
    public virtual bool EndsInSigmoid => false;

    /// <summary>Whether training changes its weights and its state; <see cref="Graphs.Model{T}.Freeze"/> says otherwise.</summary>
    public bool IsTrainable { get; internal set; } = true;

    /// <summary>
    /// Of a layer that in training looks at a whole batch: elements of what it sums up over it, twice, forward and backward. 0 for layers
    /// that look at each example alone.
    /// </summary>
    /// <remarks>
    /// A step then goes: <see cref="GatherForward"/> for each few examples; <see cref="CombineForward"/> once; Forward, which finds the
    /// result in <see cref="LayerPass{T}.Statistics"/>; in the backward pass <see cref="GatherBackward"/>, <see cref="CombineBackward"/> and
    /// Backward; <see cref="EndStep"/>. In prediction, and where the layer is frozen, Forward and Backward alone, without statistics.
    /// </remarks>
    public virtual int BatchElements => 0;

    /// <summary>The share of some examples in the batch's statistics.</summary>
    /// <param name="pass">The worker's state.</param>
    /// <param name="x">The examples' inputs.</param>
    /// <param name="share">Overwritten: <see cref="BatchElements"/>.</param>
    public virtual void GatherForward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> share) => throw new NotSupportedException($"'{Name}' has no statistics");

    /// <summary>The batch's statistics; by default the sum of all shares, in their order.</summary>
    /// <param name="shares">One after another.</param>
    /// <param name="total">Overwritten: <see cref="BatchElements"/>.</param>
    public virtual void CombineForward(ReadOnlySpan<T> shares, Span<T> total) => Sum(shares, total);

    /// <summary>The share of some examples in what Backward needs of the batch; weights' gradients may be added here.</summary>
    /// <param name="pass">The state that forward has left.</param>
    /// <param name="x">The inputs that forward was given.</param>
    /// <param name="y">The outputs that forward made.</param>
    /// <param name="dy">The gradient of y.</param>
    /// <param name="share">Overwritten: <see cref="BatchElements"/>.</param>
    public virtual void GatherBackward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> share) =>
        throw new NotSupportedException($"'{Name}' has no statistics");

    /// <summary>What Backward needs of the batch; by default the sum of all shares, in their order.</summary>
    /// <param name="shares">One after another.</param>
    /// <param name="total">Overwritten: <see cref="BatchElements"/>.</param>
    public virtual void CombineBackward(ReadOnlySpan<T> shares, Span<T> total) => Sum(shares, total);

    /// <summary>Changes the layer's state at a training step's end, when nobody reads it.</summary>
    /// <param name="statistics">Those of the batch, forward.</param>
    public virtual void EndStep(ReadOnlySpan<T> statistics)
    {
    }

    /// <summary>Called when the parameters have changed, before the next forward pass; here weights are packed.</summary>
    public virtual void Prepare()
    {
    }

    /// <summary>y = f(x) for <see cref="LayerPass{T}.Count"/> examples.</summary>
    /// <param name="pass">The worker's state: number of examples, mode, kept buffers.</param>
    /// <param name="x">Inputs [count, input shape]; those of a convolution may lie in its halo. Further ones are <see cref="LayerPass{T}.Input"/>.</param>
    /// <param name="y">Overwritten: outputs [count, output shape]; those of a convolution may lie in the halo of the next one.</param>
    public abstract void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y);

    /// <summary>
    /// dx = (∂f/∂x)ᵀ·dy, and for each parameter, accumulated into <see cref="LayerPass{T}.Gradient"/>, (∂f/∂w)ᵀ·dy.
    /// </summary>
    /// <param name="pass">The state that forward has left.</param>
    /// <param name="x">The inputs that forward was given.</param>
    /// <param name="y">The outputs that forward made.</param>
    /// <param name="dy">The gradient of y; may be overwritten.</param>
    /// <param name="dx">
    /// Overwritten: the gradient of x; empty if nobody needs it. Those of further inputs are <see cref="LayerPass{T}.InputGradient"/>.
    /// </param>
    public abstract void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx);

    private void Sum(ReadOnlySpan<T> shares, Span<T> total)
    {
        total.Clear();
        for (int start = 0; start < shares.Length; start += BatchElements)
            System.Numerics.Tensors.TensorPrimitives.Add(total, shares.Slice(start, BatchElements), total);
    }
}
