#:project ../src/NanoConv/NanoConv.csproj
// A convolution by hand: slides a 3×3 kernel over a small picture with the library's naive and its fast kernel.
// Run it with: dotnet run samples/convolve-by-hand.cs

using NanoConv;
using NanoConv.Kernels;
using NanoConv.Kernels.Reference;

// A white square on black, 8×8 pixels, one channel.
const int Side = 8;
float[] picture = new float[Side * Side];
for (int row = 2; row < 6; row++)
    picture.AsSpan((row * Side) + 2, 4).Fill(1);

// Flat areas cancel out; edges remain.
float[] laplacian = [-1, -1, -1, -1, 8, -1, -1, -1, -1];

// The geometry is validated once and knows the output's size: 8 − 3 + 1 = 6 pixels a side.
ConvolutionGeometry geometry = new(new WindowGeometry((Side, Side, 1), kernel: 3, strides: 1, Padding.Valid), Filters: 1);

// The textbook: seven nested loops.
float[] naive = new float[geometry.OutputElements];
NaiveConvolution.Forward<float>(geometry, images: 1, naive, picture, laplacian, bias: []);

// The fast kernel: the same sums as a matrix product, its weights packed into panels of two vectors' width.
float[] packed = new float[Convolution.PackedKernelLength<float>(geometry)];
float[] fast = new float[geometry.OutputElements];
Convolution.PackKernel<float>(geometry, packed, laplacian);
Convolution.Forward<float>(geometry, images: 1, fast, picture, packed, packedBias: []);

Print("the picture", picture, Side);
Print("convolved", fast, geometry.Window.OutputWidth);
bool same = naive.AsSpan().SequenceEqual(fast);
Console.WriteLine(same ? "The naive and the fast kernel agree." : "The kernels differ!");
return same ? 0 : 1;

static void Print(string title, float[] values, int width)
{
    Console.WriteLine($"{title}:");
    foreach (float[] row in values.Chunk(width))
        Console.WriteLine("  " + string.Join(' ', row.Select(value => $"{value,3}")));
}
