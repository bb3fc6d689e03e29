using System.Numerics;
using System.Runtime.CompilerServices;
using NanoConv.Kernels.Micro;
using NanoConv.Kernels.Simd;
using NanoConv.Tensors;

namespace NanoConv.Kernels;

/// <summary>
/// The two products of <see cref="MatrixProduct"/> for a 3 × 3 convolution with stride 1, with a quarter of the multiplications. Pictures are
/// cut into tiles of 4 × 4 outputs; in the transformed tiles (<see cref="Winograd"/>) a convolution over C channels is at each of 36 points
/// a plain matrix product [tiles × C]·[C × K].
/// </summary>
/// <remarks>
/// A block of tiles at a time goes through transform, products and transform, laid out as [point, tile, channel], so that it stays in the
/// L2 cache. Views are not checked: windows are 3 × 3 at stride 1, rows and columns of pixels multiples of 4, and there is at least
/// a vector of channels and of filters.
/// </remarks>
internal static class WinogradProduct
{
    // A block's transformed tiles, inputs and outputs together, make about 110 KB of floats.
    private const int BlockElements = 768, FewestTiles = 2 * RegisterTile.Rows;

    // Without it all points of a tile would fall into a few sets of the L1 cache.
    private const int PointPadding = 16;

    /// <summary>Elements of the kernel, transformed and packed; more, for some, than an array can have.</summary>
    public static long PackedLength<T>(int channels, int filters)
        where T : unmanaged, IFloatingPointIeee754<T> => (long)Winograd.Points * channels * PackedMatrix.PaddedColumns<T>(filters);

    /// <summary>Elements of scratch that each product needs, of channels and filters either way round; what is in it does not matter.</summary>
    public static long ScratchLength<T>(int channels, int filters)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int tiles = BlockTiles(channels, filters);
        int columns = Math.Max(PackedMatrix.PaddedColumns<T>(channels), PackedMatrix.PaddedColumns<T>(filters));
        long block = ((long)tiles * (Math.Max(channels, filters) + columns)) + (2 * PointPadding);
        return TransformScratchLength<T>() + (Winograd.Points * (block + KernelStep<T>(channels, filters)));
    }

    /// <summary>Packs the kernel's nine taps, each of them row-major [C × K], and transforms them.</summary>
    public static void Pack<T>(Span<T> packed, ReadOnlySpan<T> w, int channels, int filters)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int length = PackedMatrix.Length<T>(channels, filters);
        for (int tap = 0; tap < Winograd.Taps * Winograd.Taps; tap++)
            PackedMatrix.Pack(packed.Slice(tap * length, length), w.Slice(tap * channels * filters, channels * filters), channels, filters);
        Winograd.TransformKernel(packed, length);
    }

    /// <summary>Packs the taps in reverse order, each transposed, [K × C], and transforms them: for the gradient of the input.</summary>
    public static void PackTransposed<T>(Span<T> packed, ReadOnlySpan<T> w, int channels, int filters)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int length = PackedMatrix.Length<T>(filters, channels), last = (Winograd.Taps * Winograd.Taps) - 1;
        for (int tap = 0; tap <= last; tap++)
        {
            ReadOnlySpan<T> reversed = w.Slice((last - tap) * channels * filters, channels * filters);
            PackedMatrix.PackTransposed(packed.Slice(tap * length, length), reversed, filters, channels);
        }

        Winograd.TransformKernel(packed, length);
    }

    /// <summary>Y = A·B + bias, or max(0, A·B + bias).</summary>
    /// <param name="product">The views.</param>
    /// <param name="y">Overwritten where <see cref="StridedProduct.Output"/> points, otherwise untouched.</param>
    /// <param name="a">The picture that A is a view of.</param>
    /// <param name="kernel">B, as <see cref="Pack"/> or <see cref="PackTransposed"/> lays it out.</param>
    /// <param name="bias">The bias, filled up with zeros to whole panels; empty for none.</param>
    /// <param name="scratch">Overwritten: <see cref="ScratchLength"/> elements.</param>
    /// <param name="relu">Whether to apply max(0, ·).</param>
    /// <typeparam name="T">The element type.</typeparam>
    /// <exception cref="ArgumentException">A span is shorter than the views need.</exception>
    public static void Multiply<T>(
        in StridedProduct product, Span<T> y, ReadOnlySpan<T> a, ReadOnlySpan<T> kernel, ReadOnlySpan<T> bias, Span<T> scratch, bool relu)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        (int channels, int filters) = (product.Input.Column, product.N);
        int block = BlockTiles(channels, filters), columns = PackedMatrix.PaddedColumns<T>(filters);
        int inputStep = Step(block * channels), outputStep = Step(block * columns);
        MatrixProduct.Require(y.Length, product.OutputExtent, nameof(y));
        MatrixProduct.Require(a.Length, product.InputExtent, nameof(a));
        MatrixProduct.Require(kernel.Length, Winograd.Points * PackedMatrix.Length<T>(channels, filters), nameof(kernel));
        MatrixProduct.Require(scratch.Length, TransformScratchLength<T>() + (Winograd.Points * (inputStep + outputStep)), nameof(scratch));
        if (!bias.IsEmpty)
            MatrixProduct.Require(bias.Length, columns, nameof(bias));
        Span<T> transformScratch = scratch[..TransformScratchLength<T>()];
        TransformedTiles<T> v = new(scratch[transformScratch.Length..], inputStep), m = new(v.Elements[(Winograd.Points * inputStep)..], outputStep);
        int tiles = product.M / (Winograd.Outputs * Winograd.Outputs);
        for (int first = 0; first < tiles; first += block)
        {
            TileRange range = new(first, Math.Min(block, tiles - first));
            if (TakesWide<T>(channels))
                TransformInputs<T, SimdVector512<T>>(product, range, v, a, transformScratch);
            else
                TransformInputs<T, SimdVector<T>>(product, range, v, a, transformScratch);
            MultiplyPoints(StridedProduct.Dense(range.Count, channels, filters), m, v, kernel);
            if (TakesWide<T>(filters))
                TransformOutputs<T, SimdVector512<T>>(product, range, y, m, bias, relu, transformScratch);
            else
                TransformOutputs<T, SimdVector<T>>(product, range, y, m, bias, relu, transformScratch);
        }
    }

    /// <summary>dB += Aᵀ·dY: the gradient of the kernel, accumulated.</summary>
    /// <param name="product">The views of the product whose gradient this is.</param>
    /// <param name="dw">Accumulated into: row-major [K × N].</param>
    /// <param name="a">The picture that A is a view of.</param>
    /// <param name="dY">The gradient of Y where <see cref="StridedProduct.Output"/> points.</param>
    /// <param name="scratch">Overwritten: <see cref="ScratchLength"/> elements.</param>
    /// <typeparam name="T">The element type.</typeparam>
    /// <exception cref="ArgumentException">A span is shorter than the views need.</exception>
    public static void AccumulateTransposed<T>(in StridedProduct product, Span<T> dw, ReadOnlySpan<T> a, ReadOnlySpan<T> dY, Span<T> scratch)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        (int channels, int filters) = (product.Input.Column, product.N);
        MatrixProduct.Require(dw.Length, product.K * product.N, nameof(dw));
        MatrixProduct.Require(a.Length, product.InputExtent, nameof(a));
        MatrixProduct.Require(dY.Length, product.OutputExtent, nameof(dY));
        MatrixProduct.Require(scratch.Length, (int)ScratchLength<T>(channels, filters), nameof(scratch));
        int columns = PackedMatrix.PaddedColumns<T>(filters);
        int block = BlockTiles(channels, filters), kernelStep = (int)KernelStep<T>(channels, filters);
        int inputStep = Step(block * channels), outputStep = Step(block * columns);
        Span<T> transformScratch = scratch[..TransformScratchLength<T>()], sums = scratch.Slice(transformScratch.Length, Winograd.Points * kernelStep);
        TransformedTiles<T> v = new(scratch[(transformScratch.Length + sums.Length)..], inputStep);
        TransformedTiles<T> z = new(v.Elements[(Winograd.Points * inputStep)..], outputStep);
        sums.Clear();
        int tiles = product.M / (Winograd.Outputs * Winograd.Outputs);
        for (int first = 0; first < tiles; first += block)
        {
            TileRange range = new(first, Math.Min(block, tiles - first));
            if (TakesWide<T>(channels))
                TransformInputs<T, SimdVector512<T>>(product, range, v, a, transformScratch);
            else
                TransformInputs<T, SimdVector<T>>(product, range, v, a, transformScratch);
            if (TakesWide<T>(filters))
                TransformGradients<T, SimdVector512<T>>(product, range, z, dY, transformScratch);
            else
                TransformGradients<T, SimdVector<T>>(product, range, z, dY, transformScratch);
            AccumulatePoints(StridedProduct.Dense(range.Count, channels, columns), new(sums, kernelStep), v, z);
        }

        Winograd.AddKernelGradient(dw[..(product.K * product.N)], filters, sums, kernelStep, columns);
    }

    // What follows is not to be inlined, which profile-guided compilation does even where AggressiveOptimization is asked for: in a method
    // with so many locals the JIT keeps vectors in memory, and the transforms take up to five times as long.

    // M[point] = V[point]·U[point] for a block of tiles: whole register tiles, the last of which may work on leftovers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MultiplyPoints<T>(in StridedProduct product, in TransformedTiles<T> m, in TransformedTiles<T> v, ReadOnlySpan<T> kernel)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        (int channels, int columns) = (product.K, PackedMatrix.PaddedColumns<T>(product.N));
        int groups = (product.M + RegisterTile.Rows - 1) / RegisterTile.Rows;
        Span<int> inputs = stackalloc int[groups * RegisterTile.Rows], outputs = stackalloc int[groups * RegisterTile.Rows];
        for (int tile = 0; tile < inputs.Length; tile++)
            (inputs[tile], outputs[tile]) = (tile * channels, tile * columns);
        Span<T> noBias = stackalloc T[PackedMatrix.WidestPanel<T>()];
        noBias.Clear();
        for (int p = 0; p < Winograd.Points; p++)
        {
            for (int n0 = 0, width; n0 < product.N; n0 += width)
            {
                width = PackedMatrix.PanelWidth<T>(product.N, n0);
                ref T b = ref Unsafe.Add(ref VectorMath.Start(kernel), (p * channels * columns) + (n0 * channels));
                PackedPanel<T> panel = new(ref b, ref noBias[0], width, relu: false);
                RegisterTile.Multiply(product, ref m.At(p, n0), ref v.At(p, 0), new TileStrip(ref inputs[0], ref outputs[0], groups), panel);
            }
        }
    }

    // dU[point] += V[point]ᵀ·Z[point] for a block of tiles: whole register tiles, the last of which may repeat a row.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AccumulatePoints<T>(
        in StridedProduct product, in TransformedTiles<T> sums, in TransformedTiles<T> v, in TransformedTiles<T> z)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        (int channels, int columns) = (product.K, product.N);
        TileOffsets inputs = default, outputs = TileOffsets.Apart(columns);
        for (int p = 0; p < Winograd.Points; p++)
        {
            for (int c = 0; c < channels; c += RegisterTile.Rows)
            {
                for (int row = 0; row < RegisterTile.Rows; row++)
                    inputs[row] = Math.Min(c + row, channels - 1);
                for (int n0 = 0, width; n0 < columns; n0 += width)
                {
                    width = PackedMatrix.PanelWidth<T>(columns, n0);
                    GradientBlock<T> block = new(ref sums.At(p, (c * columns) + n0), ref v.At(p, 0), ref z.At(p, n0), 1);
                    RegisterTile.Accumulate(product, block, outputs, inputs, width, inPairs: true);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void TransformInputs<T, TVector>(
        in StridedProduct product, TileRange range, in TransformedTiles<T> v, ReadOnlySpan<T> a, Span<T> transformScratch)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : unmanaged, ISimd<TVector, T>
    {
        int channels = product.Input.Column, last = channels - TVector.Count;
        ref TVector half = ref Unsafe.As<T, TVector>(ref transformScratch[0]);
        for (int tile = 0; tile < range.Count; tile++)
        {
            ref T picture = ref Unsafe.Add(ref VectorMath.Start(a), TileStart(product, product.Input, range.First + tile));
            ref T transformed = ref v.At(0, tile * channels);
            for (int c = 0; c < channels; c += TVector.Count)
            {
                // The last vector may overlap the one before it: the same numbers twice.
                int at = Math.Min(c, last);
                Winograd.TransformInput<T, TVector>(
                    ref Unsafe.Add(ref transformed, at), v.Step, ref Unsafe.Add(ref picture, at), product.Input, ref half);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void TransformGradients<T, TVector>(
        in StridedProduct product, TileRange range, in TransformedTiles<T> z, ReadOnlySpan<T> dy, Span<T> transformScratch)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : unmanaged, ISimd<TVector, T>
    {
        int filters = product.N, columns = PackedMatrix.PaddedColumns<T>(filters), last = filters - TVector.Count;
        ref TVector half = ref Unsafe.As<T, TVector>(ref transformScratch[0]);
        for (int tile = 0; tile < range.Count; tile++)
        {
            ref T gradient = ref Unsafe.Add(ref VectorMath.Start(dy), TileStart(product, product.Output, range.First + tile));
            ref T transformed = ref z.At(0, tile * columns);
            for (int k = 0; k < filters; k += TVector.Count)
            {
                int at = Math.Min(k, last);
                Winograd.TransformGradient<T, TVector>(
                    ref Unsafe.Add(ref transformed, at), z.Step, ref Unsafe.Add(ref gradient, at), product.Output, ref half);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void TransformOutputs<T, TVector>(
        in StridedProduct product, TileRange range, Span<T> y, in TransformedTiles<T> m, ReadOnlySpan<T> bias, bool relu, Span<T> transformScratch)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : unmanaged, ISimd<TVector, T>
    {
        int filters = product.N, columns = PackedMatrix.PaddedColumns<T>(filters), last = filters - TVector.Count;
        ref TVector half = ref Unsafe.As<T, TVector>(ref transformScratch[0]);
        for (int tile = 0; tile < range.Count; tile++)
        {
            ref T output = ref y[TileStart(product, product.Output, range.First + tile)];
            ref T sums = ref m.At(0, tile * columns);
            for (int k = 0; k < filters; k += TVector.Count)
            {
                int at = Math.Min(k, last);
                TVector added = bias.IsEmpty ? TVector.Zero : TVector.LoadUnsafe(ref VectorMath.Start(bias), at);
                Winograd.TransformOutput<T, TVector>(
                    ref Unsafe.Add(ref output, at), product.Output, ref Unsafe.Add(ref sums, at), m.Step, added, relu, ref half);
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

    private static int Step(int elements) => elements + PointPadding;

    // Room for a tile between the two passes of a transform, its points in the longest vectors there are.
    private static int TransformScratchLength<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => Winograd.Points * PackedMatrix.WidestPanel<T>() / 2;

    // Elements of one point's sums of products: whole register tiles of the kernel.
    private static long KernelStep<T>(int channels, int filters)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int rows = (channels + RegisterTile.Rows - 1) / RegisterTile.Rows * RegisterTile.Rows;
        return ((long)rows * PackedMatrix.PaddedColumns<T>(filters)) + PointPadding;
    }

    // Some of a product's tiles.
    private readonly record struct TileRange(int First, int Count);

    // Transformed tiles, or the kernel's sums: point after point, a step apart.
    private readonly ref struct TransformedTiles<T>(Span<T> elements, int step)
    {
        public Span<T> Elements { get; } = elements;

        public int Step { get; } = step;

        public ref T At(int point, int element) => ref Elements[(point * Step) + element];
    }
}
