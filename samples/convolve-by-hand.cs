#:project ../src/NanoConv/NanoConv.csproj
// A convolution by hand: slides a 3×3 kernel over a small picture, by one algorithm after another. Each is a rung of understanding:
// the textbook's seven loops, the same sums as matrix products, these products by the fast kernels; and on a picture of eight channels,
// as it wants at least a vector of them, Winograd's, with a quarter of the multiplications.
// Run it with: dotnet run samples/convolve-by-hand.cs

// A white square on black, 8×8 pixels, one channel.
const int Side = 8;
float[] picture = new float[Side * Side];
for (int row = 2; row < 6; row++)
    picture.AsSpan((row * Side) + 2, 4).Fill(1);

// Flat areas cancel out; edges remain.
float[] laplacian = [-1, -1, -1, -1, 8, -1, -1, -1, -1];

// The geometry is validated once and knows the output's size: as large as the picture.
ConvolutionGeometry geometry = new(new WindowGeometry((Side, Side, 1), kernel: 3, strides: 1, Padding.Same), Filters: 1);

// What the gradients are taken of: the first pixel of the output alone, say.
float[] dy = new float[geometry.OutputElements];
dy[0] = 1;

Print("the picture", picture, Side);
ConvolutionAlgorithmKind[] sums = [ConvolutionAlgorithmKind.Naive, ConvolutionAlgorithmKind.NaiveProduct, ConvolutionAlgorithmKind.Direct];
(bool agree, float[] convolved) = Compare(geometry, picture, laplacian, dy, sums, tolerance: 0); // whole numbers: nothing is rounded
Print("convolved", convolved, geometry.Window.OutputWidth);

// All four, on random numbers. Winograd's rounds otherwise, so the greatest difference counts.
ConvolutionGeometry deep = new(new WindowGeometry((Side, Side, 8), kernel: 3, strides: 1, Padding.Same), Filters: 8);
Random random = new(1);
float[] x8 = Draw(deep.Window.InputElements), w8 = Draw(deep.KernelElements), dy8 = Draw(deep.OutputElements);
agree &= Compare(deep, x8, w8, dy8, [.. sums, ConvolutionAlgorithmKind.Winograd], tolerance: 1e-3f).Agree;

Console.WriteLine(agree ? "All algorithms agree, in the output and both gradients." : "The algorithms differ!");
return agree ? 0 : 1;

float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];

// Output and both gradients by each algorithm: whether they are those of the first one, and its output.
static (bool Agree, float[] Y) Compare(
    ConvolutionGeometry geometry, float[] picture, float[] kernel, float[] dy, ConvolutionAlgorithmKind[] kinds, float tolerance)
{
    float[]? expected = null;
    bool agree = true;
    foreach (ConvolutionAlgorithmKind kind in kinds)
    {
        ConvolutionAlgorithm<float> algorithm = ConvolutionAlgorithm<float>.For(geometry, kind);
        algorithm.Prepare(kernel);

        // Each says in which layout it wants pictures: the seven loops as they are, the others in a halo of zeros.
        float[] x = new float[algorithm.Input.Length(images: 1)], dz = new float[algorithm.OutputGradient.Length(images: 1)];
        float[] scratch = new float[algorithm.ScratchElements];
        algorithm.PlaceInput(images: 1, x, picture);
        algorithm.PlaceOutputGradient(images: 1, dz, dy);

        float[] y = new float[geometry.OutputElements], dw = new float[geometry.KernelElements], dx = new float[picture.Length];
        algorithm.Forward(images: 1, y, x, scratch);
        algorithm.KernelGradient(images: 1, dw, x, dz, scratch);
        algorithm.InputGradient(images: 1, dx, dz, scratch);

        float[] all = [.. y, .. dw, .. dx];
        expected ??= all;
        float difference = all.Zip(expected, (one, other) => Math.Abs(one - other)).Aggregate(0f, Math.Max);
        Console.WriteLine($"{algorithm.Name}: pictures of {algorithm.Input.Elements} numbers, gradients of {algorithm.OutputGradient.Elements}, "
            + $"differs by {difference:0.#######}");
        agree &= difference <= tolerance;
    }

    return (agree, expected![..geometry.OutputElements]);
}

static void Print(string title, float[] values, int width)
{
    Console.WriteLine($"{title}:");
    foreach (float[] row in values.Chunk(width))
        Console.WriteLine("  " + string.Join(' ', row.Select(value => $"{value,3}")));
}
