using System.Numerics;
using System.Runtime.CompilerServices;

namespace NanoConv.Kernels;

/// <summary>
/// The three directions of a 3 × 3 convolution with stride 1, as <see cref="Convolution"/> defines them, with a quarter of
/// the multiplications. Pictures are cut into tiles of 4 × 4 outputs; in the transformed tiles (<see cref="Winograd"/>) a
/// convolution over C channels is at each of 36 places a plain matrix product [tiles × C]·[C × K].
/// </summary>
/// <remarks>
/// <para>Transforms cost additions and memory traffic, so it pays only where each number is then used often: from a vector of
/// channels and filters on, and as long as the transformed kernel, four times the kernel, stays in the caches. A block of
/// tiles at a time goes through transform, products and transform, laid out as [place, tile, channel], so that it stays in
/// the second cache level too.</para>
/// <para>Sums are rounded otherwise than in <see cref="Convolution"/>, with some ten times its error, and a NaN or an infinity
/// spoils all of its tile. y and dx of a picture have the same bits alone and among others; those of dw depend on how many
/// pictures a call has. The textbook version is <see cref="Reference.NaiveConvolution"/>.</para>
/// </remarks>
public static class WinogradConvolution
{
    // Fewer channels than these are not worth the transforms, whatever a vector's length.
    private const int FewestChannels = 8;

    // The most elements of a transformed kernel: 128 × 128 channels. Beyond, all passes over it cost more than they save.
    private const int MostKernelElements = Winograd.Places * 128 * 128;

    // A block's transformed tiles, inputs and outputs together, make about 110 KB of floats.
    private const int BlockElements = 768, FewestTiles = 2 * RegisterTile.Rows;

    // Without it all places of a tile would fall into a few sets of the first cache level.
    private const int PlacePadding = 16;

    /// <summary>Whether a convolution can be worked out so, and is worth it.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static bool Suits<T>(in ConvolutionGeometry geometry)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        WindowGeometry window = geometry.Window;
        return window is { KernelHeight: Winograd.Taps, KernelWidth: Winograd.Taps, StrideHeight: 1, StrideWidth: 1 }
            && window.InputHeight == window.OutputHeight && window.InputWidth == window.OutputWidth
            && window.OutputHeight % Winograd.Outputs == 0 && window.OutputWidth % Winograd.Outputs == 0
            && Math.Min(window.Channels, geometry.Filters) >= Math.Max(FewestChannels, SimdVector<T>.Count)
            && (long)Winograd.Places * window.Channels * geometry.Filters <= MostKernelElements;
    }

    /// <summary>Elements of the kernel packed for <see cref="Forward"/>.</summary>
    /// <param name="geometry">A convolution that <see cref="Suits"/>, as for all that follows; else an ArgumentException.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static int PackedKernelLength<T>(in ConvolutionGeometry geometry)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RequireSuited<T>(geometry);
        return Winograd.Places * PackedMatrix.Length<T>(geometry.Window.Channels, geometry.Filters);
    }

    /// <summary>Elements of the kernel packed for <see cref="InputGradient"/>.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static int PackedTransposedKernelLength<T>(in ConvolutionGeometry geometry)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RequireSuited<T>(geometry);
        return Winograd.Places * PackedMatrix.Length<T>(geometry.Filters, geometry.Window.Channels);
    }

    /// <summary>Elements of scratch that each direction needs; what is in it does not matter.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static int ScratchLength<T>(in ConvolutionGeometry geometry)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RequireSuited<T>(geometry);
        (int channels, int filters) = (geometry.Window.Channels, geometry.Filters);
        int tiles = BlockTiles(channels, filters);
        int columns = Math.Max(PackedMatrix.PaddedColumns<T>(channels), PackedMatrix.PaddedColumns<T>(filters));
        int block = Step(tiles * Math.Max(channels, filters)) + Step(tiles * columns);
        return BetweenLength<T>() + (Winograd.Places * (block + KernelStep<T>(geometry)));
    }

    /// <summary>Packs w, transformed, for <see cref="Forward"/>.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="packed">Overwritten: <see cref="PackedKernelLength"/> elements.</param>
    /// <param name="w">The kernel [3, 3, C, K].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void PackKernel<T>(in ConvolutionGeometry geometry, Span<T> packed, ReadOnlySpan<T> w)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RequireSuited<T>(geometry);
        (int channels, int filters) = (geometry.Window.Channels, geometry.Filters);
        int length = PackedMatrix.Length<T>(channels, filters);
        for (int tap = 0; tap < Winograd.Taps * Winograd.Taps; tap++)
            PackedMatrix.Pack(packed.Slice(tap * length, length), w.Slice(tap * channels * filters, channels * filters), channels, filters);
        Winograd.TransformKernel(packed, length);
    }

    /// <summary>Packs w, its taps in reverse order, transposed and transformed, for <see cref="InputGradient"/>.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="packed">Overwritten: <see cref="PackedTransposedKernelLength"/> elements.</param>
    /// <param name="w">The kernel [3, 3, C, K].</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void PackTransposedKernel<T>(in ConvolutionGeometry geometry, Span<T> packed, ReadOnlySpan<T> w)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RequireSuited<T>(geometry);
        (int channels, int filters) = (geometry.Window.Channels, geometry.Filters);
        int length = PackedMatrix.Length<T>(filters, channels), last = (Winograd.Taps * Winograd.Taps) - 1;
        for (int tap = 0; tap <= last; tap++)
        {
            ReadOnlySpan<T> reversed = w.Slice((last - tap) * channels * filters, channels * filters);
            PackedMatrix.PackTransposed(packed.Slice(tap * length, length), reversed, filters, channels);
        }

        Winograd.TransformKernel(packed, length);
    }

    /// <summary>y = x ∗ w + bias, or max(0, x ∗ w + bias).</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="y">Overwritten: [n, output height, output width, K].</param>
    /// <param name="padded">x inside its halo of zeros, as <see cref="Halo.Pad"/> makes it.</param>
    /// <param name="packedKernel">w as <see cref="PackKernel"/> lays it out.</param>
    /// <param name="packedBias">The bias, filled up with zeros to whole panels; empty for none.</param>
    /// <param name="scratch">Overwritten: <see cref="ScratchLength"/> elements.</param>
    /// <param name="relu">Whether to apply max(0, ·).</param>
    /// <param name="output">Where the pixels of y are to lie; if null, side by side.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void Forward<T>(
        in ConvolutionGeometry geometry,
        int images,
        Span<T> y,
        ReadOnlySpan<T> padded,
        ReadOnlySpan<T> packedKernel,
        ReadOnlySpan<T> packedBias,
        Span<T> scratch,
        bool relu = false,
        PixelView? output = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RequireSuited<T>(geometry);
        Multiply(Convolution.ForwardProduct(geometry, images, output), y, padded, packedKernel, packedBias, scratch, relu);
    }

    /// <summary>dx = dy ∗ wᵀ: the gradient of the input.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="dx">Overwritten: [n, H, W, C].</param>
    /// <param name="haloedDy">dy inside a halo of zeros; its pixels lie where <see cref="Convolution.HaloedOutput"/> says.</param>
    /// <param name="packedTransposedKernel">w as <see cref="PackTransposedKernel"/> lays it out.</param>
    /// <param name="scratch">Overwritten: <see cref="ScratchLength"/> elements.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void InputGradient<T>(
        in ConvolutionGeometry geometry,
        int images,
        Span<T> dx,
        ReadOnlySpan<T> haloedDy,
        ReadOnlySpan<T> packedTransposedKernel,
        Span<T> scratch)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RequireSuited<T>(geometry);
        StridedProduct product = Convolution.InputGradientProduct(geometry, images, rowPhase: 0, columnPhase: 0);
        Multiply(product, dx, haloedDy, packedTransposedKernel, [], scratch, relu: false);
    }

    /// <summary>dw += xᵀ ∗ dy: the gradient of the kernel, accumulated.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="images">Pictures n.</param>
    /// <param name="dw">Accumulated into: [3, 3, C, K].</param>
    /// <param name="padded">x inside its halo of zeros, as for <see cref="Forward"/>.</param>
    /// <param name="haloedDy">dy inside the halo of <see cref="InputGradient"/>.</param>
    /// <param name="scratch">Overwritten: <see cref="ScratchLength"/> elements.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public static void KernelGradient<T>(
        in ConvolutionGeometry geometry, int images, Span<T> dw, ReadOnlySpan<T> padded, ReadOnlySpan<T> haloedDy, Span<T> scratch)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RequireSuited<T>(geometry);
        StridedProduct product = Convolution.GradientProduct(geometry, images);
        MatrixProduct.Require(dw.Length, product.K * product.N, nameof(dw));
        MatrixProduct.Require(padded.Length, product.InputExtent, nameof(padded));
        MatrixProduct.Require(haloedDy.Length, product.OutputExtent, nameof(haloedDy));
        MatrixProduct.Require(scratch.Length, ScratchLength<T>(geometry), nameof(scratch));
        (int channels, int columns) = (geometry.Window.Channels, PackedMatrix.PaddedColumns<T>(geometry.Filters));
        int block = BlockTiles(channels, geometry.Filters), kernelStep = KernelStep<T>(geometry);
        int inputStep = Step(block * channels), outputStep = Step(block * columns);
        Span<T> between = scratch[..BetweenLength<T>()], sums = scratch.Slice(between.Length, Winograd.Places * kernelStep);
        Span<T> v = scratch[(between.Length + sums.Length)..], z = v[(Winograd.Places * inputStep)..];
        sums.Clear();
        int tiles = product.M / (Winograd.Outputs * Winograd.Outputs);
        for (int first = 0; first < tiles; first += block)
        {
            int count = Math.Min(block, tiles - first);
            if (TakesWide<T>(channels))
                TransformInputs<T, SimdVector512<T>>(product, first, count, v, inputStep, padded, between);
            else
                TransformInputs<T, SimdVector<T>>(product, first, count, v, inputStep, padded, between);
            if (TakesWide<T>(geometry.Filters))
                TransformGradients<T, SimdVector512<T>>(product, first, count, z, outputStep, haloedDy, between);
            else
                TransformGradients<T, SimdVector<T>>(product, first, count, z, outputStep, haloedDy, between);
            AccumulatePlaces(StridedProduct.Dense(count, channels, columns), sums, kernelStep, v, inputStep, z, outputStep);
        }

        Winograd.AddKernelGradient(dw[..(product.K * product.N)], geometry.Filters, sums, kernelStep, columns);
    }

    private static void Multiply<T>(
        in StridedProduct product, Span<T> y, ReadOnlySpan<T> a, ReadOnlySpan<T> kernel, ReadOnlySpan<T> bias, Span<T> scratch, bool relu)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        (int channels, int filters) = (product.Input.Column, product.N);
        int block = BlockTiles(channels, filters), columns = PackedMatrix.PaddedColumns<T>(filters);
        int inputStep = Step(block * channels), outputStep = Step(block * columns);
        MatrixProduct.Require(y.Length, product.OutputExtent, nameof(y));
        MatrixProduct.Require(a.Length, product.InputExtent, nameof(a));
        MatrixProduct.Require(kernel.Length, Winograd.Places * PackedMatrix.Length<T>(channels, filters), nameof(kernel));
        MatrixProduct.Require(scratch.Length, BetweenLength<T>() + (Winograd.Places * (inputStep + outputStep)), nameof(scratch));
        if (!bias.IsEmpty)
            MatrixProduct.Require(bias.Length, columns, nameof(bias));
        Span<T> between = scratch[..BetweenLength<T>()], v = scratch[between.Length..], m = v[(Winograd.Places * inputStep)..];
        int tiles = product.M / (Winograd.Outputs * Winograd.Outputs);
        for (int first = 0; first < tiles; first += block)
        {
            int count = Math.Min(block, tiles - first);
            if (TakesWide<T>(channels))
                TransformInputs<T, SimdVector512<T>>(product, first, count, v, inputStep, a, between);
            else
                TransformInputs<T, SimdVector<T>>(product, first, count, v, inputStep, a, between);
            MultiplyPlaces(StridedProduct.Dense(count, channels, filters), m, outputStep, v, inputStep, kernel);
            if (TakesWide<T>(filters))
                TransformOutputs<T, SimdVector512<T>>(product, first, count, y, m, outputStep, bias, relu, between);
            else
                TransformOutputs<T, SimdVector<T>>(product, first, count, y, m, outputStep, bias, relu, between);
        }
    }

    // What follows is not to be inlined, which profile-guided compilation does even where AggressiveOptimization is asked for: in a method
    // with so many locals the JIT keeps vectors in memory, and the transforms take up to five times as long.

    // M[place] = V[place]·U[place] for a block of tiles: whole register tiles, the last of which may work on leftovers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MultiplyPlaces<T>(in StridedProduct place, Span<T> m, int outputStep, Span<T> v, int inputStep, ReadOnlySpan<T> kernel)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        (int channels, int columns) = (place.K, PackedMatrix.PaddedColumns<T>(place.N));
        int groups = (place.M + RegisterTile.Rows - 1) / RegisterTile.Rows;
        Span<int> inputs = stackalloc int[groups * RegisterTile.Rows], outputs = stackalloc int[groups * RegisterTile.Rows];
        for (int tile = 0; tile < inputs.Length; tile++)
            (inputs[tile], outputs[tile]) = (tile * channels, tile * columns);
        Span<T> noBias = stackalloc T[PackedMatrix.WidestPanel<T>()];
        noBias.Clear();
        for (int p = 0; p < Winograd.Places; p++)
        {
            for (int n0 = 0, width; n0 < place.N; n0 += width)
            {
                width = PackedMatrix.PanelWidth<T>(place.N, n0);
                ref T panel = ref Unsafe.Add(ref Simd.Start(kernel), (p * channels * columns) + (n0 * channels));
                ref T sums = ref m[(p * outputStep) + n0];
                RegisterTile.Multiply(
                    place, groups, width, ref sums, ref outputs[0], ref v[p * inputStep], ref inputs[0], ref panel, ref noBias[0], relu: false);
            }
        }
    }

    // dU[place] += V[place]ᵀ·Z[place] for a block of tiles: whole register tiles, the last of which may repeat a row.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AccumulatePlaces<T>(
        in StridedProduct place, Span<T> sums, int kernelStep, Span<T> v, int inputStep, Span<T> z, int outputStep)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        (int channels, int columns) = (place.K, place.N);
        TileOffsets inputs = default, outputs = TileOffsets.Apart(columns);
        for (int p = 0; p < Winograd.Places; p++)
        {
            for (int c = 0; c < channels; c += RegisterTile.Rows)
            {
                for (int row = 0; row < RegisterTile.Rows; row++)
                    inputs[row] = Math.Min(c + row, channels - 1);
                for (int n0 = 0, width; n0 < columns; n0 += width)
                {
                    width = PackedMatrix.PanelWidth<T>(columns, n0);
                    ref T sum = ref sums[(p * kernelStep) + (c * columns) + n0];
                    RegisterTile.Accumulate(
                        place, 1, width, inPairs: true, ref sum, in outputs, ref v[p * inputStep], in inputs, ref z[(p * outputStep) + n0]);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void TransformInputs<T, TVector>(in StridedProduct product, int first, int count, Span<T> v, int step, ReadOnlySpan<T> a, Span<T> between)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : unmanaged, ISimd<TVector, T>
    {
        int channels = product.Input.Column, last = channels - TVector.Count;
        ref TVector half = ref Unsafe.As<T, TVector>(ref between[0]);
        for (int tile = 0; tile < count; tile++)
        {
            ref T picture = ref Unsafe.Add(ref Simd.Start(a), TileStart(product, product.Input, first + tile));
            ref T transformed = ref v[tile * channels];
            for (int c = 0; c < channels; c += TVector.Count)
            {
                // The last vector may overlap the one before it: the same numbers twice.
                int at = Math.Min(c, last);
                Winograd.TransformInput<T, TVector>(
                    ref Unsafe.Add(ref transformed, at), step, ref Unsafe.Add(ref picture, at), product.Input.Row, channels, ref half);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void TransformGradients<T, TVector>(
        in StridedProduct product, int first, int count, Span<T> z, int step, ReadOnlySpan<T> dy, Span<T> between)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : unmanaged, ISimd<TVector, T>
    {
        int filters = product.N, columns = PackedMatrix.PaddedColumns<T>(filters), last = filters - TVector.Count;
        ref TVector half = ref Unsafe.As<T, TVector>(ref between[0]);
        for (int tile = 0; tile < count; tile++)
        {
            ref T gradient = ref Unsafe.Add(ref Simd.Start(dy), TileStart(product, product.Output, first + tile));
            ref T transformed = ref z[tile * columns];
            for (int k = 0; k < filters; k += TVector.Count)
            {
                int at = Math.Min(k, last);
                Winograd.TransformGradient<T, TVector>(
                    ref Unsafe.Add(ref transformed, at), step, ref Unsafe.Add(ref gradient, at), product.Output.Row, product.Output.Column, ref half);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void TransformOutputs<T, TVector>(
        in StridedProduct product, int first, int count, Span<T> y, Span<T> m, int step, ReadOnlySpan<T> bias, bool relu, Span<T> between)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : unmanaged, ISimd<TVector, T>
    {
        int filters = product.N, columns = PackedMatrix.PaddedColumns<T>(filters), last = filters - TVector.Count;
        ref TVector half = ref Unsafe.As<T, TVector>(ref between[0]);
        for (int tile = 0; tile < count; tile++)
        {
            ref T output = ref y[TileStart(product, product.Output, first + tile)];
            ref T sums = ref m[tile * columns];
            for (int k = 0; k < filters; k += TVector.Count)
            {
                int at = Math.Min(k, last);
                TVector added = bias.IsEmpty ? TVector.Zero : TVector.LoadUnsafe(ref Simd.Start(bias), at);
                Winograd.TransformOutput<T, TVector>(
                    ref Unsafe.Add(ref output, at), product.Output.Row, product.Output.Column, ref Unsafe.Add(ref sums, at), step, added, relu, ref half);
            }
        }
    }

    // Whether the transforms go by vectors of 512 bits.
    internal static bool TakesWide<T>(int channels)
        where T : unmanaged, IFloatingPointIeee754<T> => SimdVector512<T>.IsPanel && channels >= SimdVector512<T>.Count;

    // Where a tile's first pixel lies; tiles go along the rows of an image, then down, then to the next image.
    private static int TileStart(in StridedProduct product, in PixelView view, int tile)
    {
        int across = product.Columns / Winograd.Outputs, down = product.Rows / Winograd.Outputs;
        (int row, int column) = Math.DivRem(tile, across);
        (int image, row) = Math.DivRem(row, down);
        return view.At(image, row * Winograd.Outputs, column * Winograd.Outputs);
    }

    internal static int BlockTiles(int channels, int filters) =>
        Math.Max(FewestTiles, BlockElements / (channels + filters) / RegisterTile.Rows * RegisterTile.Rows);

    private static int Step(int elements) => elements + PlacePadding;

    // Room for a tile between the two passes of a transform, its places in the longest vectors there are.
    private static int BetweenLength<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => Winograd.Places * PackedMatrix.WidestPanel<T>() / 2;

    // Elements of one place's sums of products: whole register tiles of the kernel.
    private static int KernelStep<T>(in ConvolutionGeometry geometry)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int rows = (geometry.Window.Channels + RegisterTile.Rows - 1) / RegisterTile.Rows * RegisterTile.Rows;
        return Step(rows * PackedMatrix.PaddedColumns<T>(geometry.Filters));
    }

    // Loads and stores are unchecked, so a geometry that does not suit must go no further.
    private static void RequireSuited<T>(in ConvolutionGeometry geometry)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!Suits<T>(geometry))
        {
            throw new ArgumentException(
                "expected a 3×3 convolution with stride 1, sides that stay and are multiples of 4, and enough channels and filters, but not too many, " +
                $"received {geometry}",
                nameof(geometry));
        }
    }
}
