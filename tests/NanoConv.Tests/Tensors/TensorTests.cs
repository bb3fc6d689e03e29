namespace NanoConv.Tests.Tensors;

/// <summary>Shapes and tensors: row-major, checked, shared without copies.</summary>
public sealed class TensorTests
{
    [Fact]
    public void The_last_axis_is_contiguous()
    {
        Tensor<double> tensor = new((2, 3, 4), [.. Enumerable.Range(0, 24).Select(i => (double)i)]);
        Assert.Equal(((1 * 3) + 2) * 4 + 3, tensor[1, 2, 3]);
        tensor[0, 1, 2] = -1;
        Assert.Equal(-1, tensor.AsSpan()[6]);
        Assert.Equal(-1, tensor.Reshape((6, 4))[1, 2]);
        Assert.Equal(-1, tensor.AsTensorSpan()[0, 1, 2]);
        tensor.Reshape(24)[6] = 5;
        Assert.Equal(5, tensor[0, 1, 2]);
    }

    [Fact]
    public void Indices_that_do_not_fit_are_refused()
    {
        Tensor<float> tensor = new((2, 3));
        Expect.Throws<ArgumentException>(() => _ = tensor[1], "(2, 3)", "2 indices", "received 1");
        Expect.Throws<ArgumentOutOfRangeException>(() => _ = tensor[1, 3], "axis 1", "(2, 3)", "index 3");
        Expect.Throws<ArgumentOutOfRangeException>(() => _ = tensor[-1, 0], "axis 0", "-1");
        Expect.Throws<ArgumentException>(() => _ = new Tensor<float>((2, 3), new float[5]), "6 elements", "received 5");
        Expect.Throws<ArgumentException>(() => _ = tensor.Reshape(7), "(7,)", "7 elements", "received 6");
    }

    [Fact]
    public void Shapes_are_values()
    {
        Shape shape = (2, 3, 4);
        Assert.Equal((3, 24, 4), (shape.Rank, shape.Elements, shape[^1]));
        Assert.Equal((5, 2, 3, 4), shape.Batch(5));
        Assert.True(shape == new Shape(2, 3, 4) && shape != (2, 3, 5) && !shape.Equals("(2, 3, 4)"));
        Assert.Equal(shape.GetHashCode(), new Shape(2, 3, 4).GetHashCode());
        Assert.Equal(("(2, 3, 4)", "(7,)", "()"), (shape.ToString(), ((Shape)7).ToString(), new Shape().ToString()));
    }

    [Fact]
    public void Shapes_that_cannot_be_are_refused()
    {
        Expect.Throws<ArgumentException>(() => _ = new Shape(2, 0), "at least 1", "(2, 0)");
        Expect.Throws<ArgumentException>(() => _ = new Shape(-1), "at least 1", "(-1,)");
        Expect.Throws<ArgumentException>(() => _ = new Shape(65536, 32768), "2147483647 elements", "(65536, 32768)");
    }
}
