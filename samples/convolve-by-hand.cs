#:project ../src/NanoConv/NanoConv.csproj
// A convolution by hand: slides a 3×3 kernel over a small picture, by one algorithm after another. Each is a rung of understanding:
// the textbook's seven loops, the same sums as matrix products, and these products by the fast kernels.
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
float[]? expected = null;
bool agree = true;
foreach (ConvolutionAlgorithmKind kind in (ConvolutionAlgorithmKind[])[
    ConvolutionAlgorithmKind.Naive, ConvolutionAlgorithmKind.NaiveProduct, ConvolutionAlgorithmKind.Direct])
{
    ConvolutionAlgorithm<float> algorithm = ConvolutionAlgorithm<float>.For(geometry, kind);
    algorithm.Prepare(laplacian);

    // Each says in which layout it wants pictures: the seven loops as they are, the products in a halo of zeros.
    float[] x = new float[algorithm.Input.Length(images: 1)], dz = new float[algorithm.OutputGradient.Length(images: 1)];
    float[] scratch = new float[algorithm.ScratchElements];
    algorithm.PlaceInput(images: 1, x, picture);
    algorithm.PlaceOutputGradient(images: 1, dz, dy);

    float[] y = new float[geometry.OutputElements], dw = new float[geometry.KernelElements], dx = new float[picture.Length];
    algorithm.Forward(images: 1, y, x, scratch);
    algorithm.KernelGradient(images: 1, dw, x, dz, scratch);
    algorithm.InputGradient(images: 1, dx, dz, scratch);
    Console.WriteLine($"{algorithm.Name}: pictures of {algorithm.Input.Elements} numbers, gradients of {algorithm.OutputGradient.Elements}");

    float[] all = [.. y, .. dw, .. dx];
    expected ??= all;
    agree &= all.AsSpan().SequenceEqual(expected);
    if (kind == ConvolutionAlgorithmKind.Direct)
        Print("convolved", y, geometry.Window.OutputWidth);
}

Console.WriteLine(agree ? "All algorithms agree, in the output and both gradients." : "The algorithms differ!");
return agree ? 0 : 1;

static void Print(string title, float[] values, int width)
{
    Console.WriteLine($"{title}:");
    foreach (float[] row in values.Chunk(width))
        Console.WriteLine("  " + string.Join(' ', row.Select(value => $"{value,3}")));
}
