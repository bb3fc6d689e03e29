using System.Numerics;
using NanoConv.Kernels;
using NanoConv.Tensors;

namespace NanoConv.Convolutions;

/// <summary>
/// One way to work out a 2-D convolution (cross-correlation, as every framework has it) of x [n, H, W, C] with w [kh, kw, C, K] and
/// both its gradients: y[i, oh, ow, k] = bias[k] + Σ_{r,s,c} x[i, oh·sh + r − top, ow·sw + s − left, c] · w[r, s, c, k], zero outside x.
/// </summary>
/// <remarks>
/// It is chosen once, by <see cref="For"/>, and knows everything about how this convolution runs: in which layout it wants x and the
/// gradient of y, the panels that it packs out of w, its scratch, its name. After <see cref="Prepare"/> any number of threads may use it.
/// </remarks>
/// <typeparam name="T">The number type.</typeparam>
public abstract class ConvolutionAlgorithm<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected ConvolutionAlgorithm(in ConvolutionGeometry geometry, ConvolutionAlgorithmKind kind)
    {
        (Geometry, Kind) = (geometry, kind);
        WindowGeometry window = geometry.Window;
        Output = PictureLayout.Plain(window.OutputHeight, window.OutputWidth, geometry.Filters);
        Input = window.NeedsPadding
            ? new(window.PaddedElements, window.Interior, IsPlain: false)
            : PictureLayout.Plain(window.InputHeight, window.InputWidth, window.Channels);
        OutputGradient = new(geometry.HaloedOutputElements, ConvolutionProducts.HaloedOutput(geometry), IsPlain: false);
    }

    /// <summary>The convolution.</summary>
    public ConvolutionGeometry Geometry { get; }

    /// <summary>Which algorithm it is.</summary>
    public ConvolutionAlgorithmKind Kind { get; }

    /// <summary>
    /// Its name: <c>naive</c>, <c>naive product</c>, <c>Winograd F(4×4, 3×3)</c>, or <c>direct</c>, which is by register tiles alone;
    /// <c>direct, shared</c> where in all directions the shared tile takes the work or a part of it, whose pixels share what they load, and
    /// <c>direct, shared: y, dw</c> where it does so in these; <c>direct, lean</c> likewise.
    /// </summary>
    public abstract string Name { get; }

    /// <summary>The layout in which it wants x.</summary>
    public virtual PictureLayout Input { get; }

    /// <summary>The layout of y: pixels side by side.</summary>
    public PictureLayout Output { get; }

    /// <summary>The layout in which it wants dz, the gradient of y.</summary>
    public virtual PictureLayout OutputGradient { get; }

    /// <summary>Elements of scratch that each direction needs; what is in it does not matter.</summary>
    public virtual int ScratchElements => 0;

    /// <summary>The layout of dz where only the kernel's gradient is wanted, as in a first layer.</summary>
    internal virtual PictureLayout OutputGradientAlone => OutputGradient;

    /// <summary>Elements of the panels that it holds.</summary>
    internal virtual long PackedElements => 0;

    /// <summary>Elements that <see cref="PrepareForward"/> makes it hold: panels, or the weights themselves.</summary>
    internal virtual long ForwardElements => Geometry.KernelElements + Geometry.Filters;

    /// <summary>Whether <see cref="Backward"/> leaves dw to a product over many pictures, <see cref="KernelProduct"/>.</summary>
    internal virtual bool LeavesKernelGradient => false;

    /// <summary>The algorithm for a convolution. This is the only place where one is chosen.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="kind">Which one it has to be; null for the fastest.</param>
    /// <param name="savesMemory">Whether memory counts for more than speed, as in a large layer of a large model.</param>
    /// <exception cref="ArgumentException">That one does not take this convolution, or its buffers would not fit into arrays.</exception>
    public static ConvolutionAlgorithm<T> For(in ConvolutionGeometry geometry, ConvolutionAlgorithmKind? kind = null, bool savesMemory = false)
    {
        geometry.CheckSizes();
        ConvolutionAlgorithmKind chosen = kind
            ?? (savesMemory ? ConvolutionAlgorithmKind.Lean
            : WinogradAlgorithm<T>.IsWorthIt(geometry) ? ConvolutionAlgorithmKind.Winograd : ConvolutionAlgorithmKind.Direct);
        if (Refusal(geometry, chosen) is { } reason)
            throw new ArgumentException($"algorithm {chosen}: {reason}", nameof(kind));
        return chosen switch
        {
            ConvolutionAlgorithmKind.Naive => new NaiveAlgorithm<T>(geometry),
            ConvolutionAlgorithmKind.NaiveProduct => new NaiveProductAlgorithm<T>(geometry),
            ConvolutionAlgorithmKind.Lean => new LeanAlgorithm<T>(geometry),
            ConvolutionAlgorithmKind.Winograd => new WinogradAlgorithm<T>(geometry),
            _ => SharedAlgorithm<T>.Directions(geometry).Count > 0 ? new SharedAlgorithm<T>(geometry) : new DirectAlgorithm<T>(geometry),
        };
    }

    /// <summary>Why an algorithm does not take a convolution: what it expects, and what it received; null if it takes it.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="kind">The algorithm.</param>
    public static string? Refusal(in ConvolutionGeometry geometry, ConvolutionAlgorithmKind kind) => kind switch
    {
        ConvolutionAlgorithmKind.Winograd => WinogradAlgorithm<T>.Refusal(geometry),
        < ConvolutionAlgorithmKind.Naive or > ConvolutionAlgorithmKind.Winograd =>
            $"expected one of {string.Join(", ", Enum.GetNames<ConvolutionAlgorithmKind>())}, received {kind}",
        _ => null,
    };

    /// <summary>Takes the weights, and packs them as it needs them. To be called again whenever they have changed.</summary>
    /// <param name="kernel">w [kh, kw, C, K]; some algorithms read it where it lies until the next call.</param>
    /// <param name="bias">[K]; empty for none. Likewise.</param>
    /// <exception cref="ArgumentException">They have other lengths.</exception>
    public void Prepare(ReadOnlyMemory<T> kernel, ReadOnlyMemory<T> bias = default)
    {
        PrepareForward(kernel, bias);
        PackTransposed(kernel);
    }

    /// <summary>Takes the weights as <see cref="Prepare"/> does, but for forward passes alone.</summary>
    internal void PrepareForward(ReadOnlyMemory<T> kernel, ReadOnlyMemory<T> bias)
    {
        if (kernel.Length != Geometry.KernelElements)
            throw new ArgumentException($"expected {Geometry.KernelElements} elements, received {kernel.Length}", nameof(kernel));
        if (!bias.IsEmpty && bias.Length != Geometry.Filters)
            throw new ArgumentException($"expected {Geometry.Filters} elements or none, received {bias.Length}", nameof(bias));
        Pack(kernel, bias);
    }

    /// <summary>Copies pictures to where <see cref="Input"/> has them; the halo around them stays as it is, and must be zero.</summary>
    /// <remarks>
    /// One copy a row. A window at the border then reads zeros, not tests. Rows and columns that no window reaches are not copied. A convolution
    /// behind another one mostly needs no copy, as that one writes into its halo (<see cref="Layers.BuiltLayer{T}.HaloedInput"/>).
    /// </remarks>
    /// <param name="images">Pictures n.</param>
    /// <param name="input">Overwritten where pixels lie: n pictures as <see cref="Input"/> has them.</param>
    /// <param name="x">[n, H, W, C].</param>
    public void PlaceInput(int images, Span<T> input, ReadOnlySpan<T> x)
    {
        WindowGeometry window = Geometry.Window;
        if (Input.IsPlain)
        {
            x[..(images * window.InputElements)].CopyTo(input);
            return;
        }

        int rows = Math.Min(window.InputHeight, window.PaddedHeight - window.PaddingTop);
        int length = Math.Min(window.InputWidth, window.PaddedWidth - window.PaddingLeft) * window.Channels;
        if (rows <= 0 || length <= 0)
            return;
        int inputRow = window.InputWidth * window.Channels;
        int paddedRow = window.PaddedWidth * window.Channels;
        int start = (window.PaddingTop * paddedRow) + (window.PaddingLeft * window.Channels);
        for (int image = 0; image < images; image++)
        {
            for (int row = 0; row < rows; row++)
            {
                x.Slice((image * window.InputElements) + (row * inputRow), length)
                    .CopyTo(input[((image * window.PaddedElements) + start + (row * paddedRow))..]);
            }
        }
    }

    /// <summary>Copies gradients to where <see cref="OutputGradient"/> has them; what is around them stays as it is, and must be zero.</summary>
    /// <param name="images">Pictures n.</param>
    /// <param name="outputGradient">Overwritten where pixels lie: n pictures as <see cref="OutputGradient"/> has them.</param>
    /// <param name="dy">[n, output height, output width, K].</param>
    public void PlaceOutputGradient(int images, Span<T> outputGradient, ReadOnlySpan<T> dy) =>
        ActivationGradient.Write(ConvolutionProducts.Forward(Geometry, images, OutputGradient.Pixels!.Value), outputGradient, [], dy, []);

    /// <summary>y = x ∗ w + bias, or max(0, x ∗ w + bias).</summary>
    /// <param name="images">Pictures n.</param>
    /// <param name="y">Overwritten: [n, output height, output width, K].</param>
    /// <param name="x">n pictures as <see cref="Input"/> has them.</param>
    /// <param name="scratch">Overwritten: <see cref="ScratchElements"/> elements.</param>
    /// <param name="relu">Whether to apply max(0, ·).</param>
    /// <exception cref="ArgumentException">A span is too short, or <see cref="Prepare"/> was never called.</exception>
    public void Forward(int images, Span<T> y, ReadOnlySpan<T> x, Span<T> scratch, bool relu = false) =>
        Forward(images, y, Output.Pixels!.Value, x, scratch, relu);

    /// <summary>dw += xᵀ ∗ dz: the gradient of the kernel, accumulated.</summary>
    /// <param name="images">Pictures n.</param>
    /// <param name="dw">Accumulated into: [kh, kw, C, K].</param>
    /// <param name="x">n pictures as <see cref="Input"/> has them.</param>
    /// <param name="dz">The gradient of y, n pictures as <see cref="OutputGradient"/> has them.</param>
    /// <param name="scratch">Overwritten: <see cref="ScratchElements"/> elements.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public void KernelGradient(int images, Span<T> dw, ReadOnlySpan<T> x, ReadOnlySpan<T> dz, Span<T> scratch) =>
        KernelGradient(images, dw, x, dz, OutputGradient.Pixels!.Value, scratch);

    /// <summary>dx = dz ∗ wᵀ: the gradient of the input.</summary>
    /// <param name="images">Pictures n.</param>
    /// <param name="dx">Overwritten: [n, H, W, C].</param>
    /// <param name="dz">The gradient of y, n pictures as <see cref="OutputGradient"/> has them.</param>
    /// <param name="scratch">Overwritten: <see cref="ScratchElements"/> elements.</param>
    /// <exception cref="ArgumentException">A span is too short, or <see cref="Prepare"/> was never called.</exception>
    public abstract void InputGradient(int images, Span<T> dx, ReadOnlySpan<T> dz, Span<T> scratch);

    /// <summary>Takes what the forward pass needs.</summary>
    private protected abstract void Pack(ReadOnlyMemory<T> kernel, ReadOnlyMemory<T> bias);

    /// <summary>Takes what <see cref="InputGradient"/> needs besides.</summary>
    private protected virtual void PackTransposed(ReadOnlyMemory<T> kernel)
    {
    }

    /// <summary>The same with the pixels of y where <paramref name="output"/> says, as in the halo of a next layer.</summary>
    internal abstract void Forward(int images, Span<T> y, in PixelView output, ReadOnlySpan<T> x, Span<T> scratch, bool relu);

    /// <summary>The same with the pixels of dz where <paramref name="output"/> says.</summary>
    internal abstract void KernelGradient(int images, Span<T> dw, ReadOnlySpan<T> x, ReadOnlySpan<T> dz, in PixelView output, Span<T> scratch);

    /// <summary>Both gradients, dx unless it is empty, as a layer asks for them; dw, where it is left to <see cref="KernelProduct"/>, not.</summary>
    internal virtual void Backward(
        int images, Span<T> dw, Span<T> dx, ReadOnlySpan<T> x, ReadOnlySpan<T> dz, in PixelView output, Span<T> scratch)
    {
        KernelGradient(images, dw, x, dz, output, scratch);
        if (!dx.IsEmpty)
            InputGradient(images, dx, dz, scratch);
    }

    /// <summary>The product of x and <see cref="OutputGradient"/>, of any number of pictures, whose gradient dw is.</summary>
    internal virtual StridedProduct KernelProduct(int images) => throw new NotSupportedException($"'{Name}' adds the kernel's gradient itself");
}
