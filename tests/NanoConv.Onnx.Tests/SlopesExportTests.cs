using FsCheck;
using FsCheck.Fluent;
using NanoConv.Tests;

namespace NanoConv.Onnx.Tests;

/// <summary>PReLU in ONNX: slopes shared along any axes, in both orders of pictures, flattened or not.</summary>
public sealed class SlopesExportTests : PropertySuite
{
    /// <summary>Examples of one axis to three, mostly pictures, any of which are shared.</summary>
    private static readonly Arbitrary<(Shape Shape, int[] Shared, int Seed)> Cases = Arb.From(
        from rank in Gen.Elements(1, 2, 3, 3, 3, 3)
        from axes in Gen.ArrayOf(Gen.Choose(1, 5), rank)
        from shared in Gen.ArrayOf(Gen.Elements(true, false), rank)
        from seed in Gen.Choose(0, 1_000_000)
        select (new Shape(axes), (int[])[.. Enumerable.Range(1, rank).Where(axis => shared[axis - 1])], seed));

    [Fact]
    public void Slopes_of_pictures_and_of_features_agree() => ForAll(Cases, static c =>
    {
        PReLU slopes = new(new RandomUniform(-1, 1), sharedAxes: c.Shared);
        AssertAgrees(new Sequential(slopes, new Flatten(), new PReLU(new RandomUniform(-1, 1)), new Dense(3)), c.Shape, OnnxLayout.Nhwc, c.Seed);
        AssertAgrees(new Sequential(new Flatten(), new PReLU(new RandomUniform(-1, 1), sharedAxes: [1])), c.Shape, OnnxLayout.Nhwc, c.Seed);
        if (c.Shape.Rank != 3)
            return;
        foreach (OnnxLayout layout in Enum.GetValues<OnnxLayout>())
        {
            Conv2D same = new(c.Shape[2], 3, padding: Padding.Same);
            PReLU flat = new(new RandomUniform(-1, 1)), one = new(new RandomUniform(-1, 1), sharedAxes: [1]);
            AssertAgrees(new Sequential(slopes), c.Shape, layout, c.Seed);
            AssertAgrees(new Sequential(same, slopes, new Conv2D(2, 1), new PReLU(new RandomUniform(-1, 1))), c.Shape, layout, c.Seed);
            AssertAgrees(new Sequential(same, slopes, new Flatten(), flat, one, new Dense(4)), c.Shape, layout, c.Seed);
            AssertAgrees(new Sequential(same, new Flatten(), flat, one), c.Shape, layout, c.Seed);
        }
    }, share: 0.25);

    private static void AssertAgrees(Sequential network, Shape input, OnnxLayout layout, int seed)
    {
        const int Count = 3;
        Model<float> model = network.Build<float>(input, seed);
        using OnnxSession session = new(model.ToOnnx(new OnnxExportOptions { InputLayout = layout }));
        float[] x = Numbers.Reals<float>(Count * input.Elements, seed);
        Tensor<float> expected = model.Predict(new Tensor<float>(input.Batch(Count), x), threads: 1);
        long[] plain = [Count, .. input.Axes.ToArray().Select(axis => (long)axis)];
        (long[] shape, float[] y) = input.Rank == 3
            ? session.Run(Layouts.Order(x, layout, input), Layouts.Axes(layout, input, Count))
            : session.Run(x, plain);
        Assert.Equal(expected.Shape.Axes.ToArray().Select(axis => (long)axis), shape);
        Expect.Close<float>("y", expected.AsSpan(), y, 1e-5);
    }
}
