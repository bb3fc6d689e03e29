using System.Numerics.Tensors;
using SystemTensor = System.Numerics.Tensors.Tensor<float>;
using Tensor = System.Numerics.Tensors.Tensor;

namespace NanoConv.Tests.Tensors;

/// <summary>NanoConv's tensors among those of System.Numerics.Tensors, in a file that uses both packages.</summary>
public sealed class SystemTensorTests
{
    [Fact]
    public void A_tensor_of_the_system_and_its_conversion_share_their_elements()
    {
        SystemTensor there = Tensor.Create([1f, 2, 3, 4, 5, 6], [2, 3]);
        NanoConv.Tensors.Tensor<float> here = there!;
        Assert.Equal((2, 3), here.Shape);
        here[1, 0] = 40;
        Assert.Equal(40, there[1, 0]);
        there[0, 2] = 30;
        Assert.Equal([1, 2, 30, 40, 5, 6], here.AsSpan());
        here.Reshape((3, 2))[2, 1] = 60;
        Assert.Equal(60, there[1, 2]);
        Assert.Equal([3, 2], here.Reshape((3, 2)).AsSystemTensor().Lengths.ToArray());
        Assert.Same(there, (SystemTensor?)here);
    }

    [Theory]
    [InlineData(new int[] { 2, 4, 4, 1 }, new int[] { 2, 16 })] // grey pictures
    [InlineData(new int[] { 1, 4, 6 }, new int[] { 4, 6 })]
    [InlineData(new int[] { 3, 1, 3 }, new int[] { 9, 1 })]
    [InlineData(new int[] { 5, 1 }, new int[] { 1, 1, 5 })]
    public void Axes_of_one_are_axes(int[] axes, int[] others)
    {
        int elements = new Shape(axes).Elements;
        float[] numbers = [.. Enumerable.Range(0, elements).Select(i => (float)i)];
        SystemTensor there = Tensor.Create((float[])numbers.Clone(), [.. axes.Select(axis => (nint)axis)]);
        NanoConv.Tensors.Tensor<float> here = NanoConv.Tensors.Tensor<float>.FromSystemTensor(there);
        Assert.Equal(numbers, here.AsSpan());
        NanoConv.Tensors.Tensor<float> reshaped = here.Reshape(new Shape(others));
        Assert.Equal(numbers, reshaped.AsSpan());
        SystemTensor again = reshaped.AsSystemTensor();
        Assert.Equal(others.Select(axis => (nint)axis), again.Lengths.ToArray());
        here.AsSpan()[^1] = -1;
        float[] seen = new float[elements];
        again.FlattenTo(seen);
        Assert.Equal([.. numbers[..^1], -1], seen);
    }

    [Fact]
    public void A_dense_slice_is_shared()
    {
        SystemTensor there = Tensor.Create([1f, 2, 3, 4, 5, 6], [3, 2]), slice = there.Slice([1..3, 0..2]), row = there.Slice([1..2, 0..2]);
        NanoConv.Tensors.Tensor<float> here = NanoConv.Tensors.Tensor<float>.FromSystemTensor(slice);
        Assert.Equal([3, 4, 5, 6], here.AsSpan());
        here[1, 0] = 50;
        Assert.Equal(50, there[2, 0]);
        Assert.Equal([3, 4], NanoConv.Tensors.Tensor<float>.FromSystemTensor(row).Reshape(2).AsSpan());
        NanoConv.Tensors.Tensor<float> flat = NanoConv.Tensors.Tensor<float>.FromSystemTensor(row).Reshape(2);
        Assert.Equal([3, 4], flat.AsSystemTensor().ToArray());
        NanoConv.Tensors.Tensor<float> single = NanoConv.Tensors.Tensor<float>.FromSystemTensor(Tensor.Create([7f], [1]));
        Expect.Throws<NotSupportedException>(() => single.Reshape((1, 1)).AsSystemTensor(), "(1, 1)", "(1)");
    }

    [Fact]
    public void A_tensor_and_what_it_is_seen_as_share_their_elements()
    {
        NanoConv.Tensors.Tensor<float> here = new((2, 3), [1, 2, 3, 4, 5, 6]);
        SystemTensor there = here!;
        there[1, 1] = 50;
        TensorSpan<float> span = here;
        span[0, 0] = 10;
        ReadOnlyTensorSpan<float> view = here;
        Assert.Equal((50, 10, 10), (here[1, 1], here[0, 0], view[0, 0]));
        Assert.Equal([2, 3], view.Lengths.ToArray());
    }

    [Fact]
    public void The_packages_functions_take_tensors_and_networks_take_their_results()
    {
        NanoConv.Tensors.Tensor<float> x = new((2, 3), [0, 1, 2, 3, 4, 5]);
        SystemTensor doubled = Tensor.Multiply<float>(x.AsReadOnlyTensorSpan(), 2f);
        Model<float> model = new Sequential(new Dense(4)).Build<float>(3, seed: 1);
        float[] expected = model.Predict(new NanoConv.Tensors.Tensor<float>((2, 3), [0, 2, 4, 6, 8, 10])).AsSpan().ToArray();
        Assert.Equal(expected, model.Predict(NanoConv.Tensors.Tensor<float>.FromSystemTensor(doubled)).AsSpan());
    }

    [Fact]
    public void A_span_of_any_strides_is_copied()
    {
        float[] elements = [1, 2, 3, 4, 5, 6];
        ReadOnlyTensorSpan<float> transposed = new(elements, [3, 2], [1, 3]);
        NanoConv.Tensors.Tensor<float> copy = NanoConv.Tensors.Tensor<float>.FromTensorSpan(transposed);
        Assert.Equal((3, 2), copy.Shape);
        Assert.Equal([1, 4, 2, 5, 3, 6], copy.AsSpan());
        copy[0, 0] = -1;
        Assert.Equal(1, elements[0]);
    }

    [Fact]
    public void What_is_no_dense_tensor_of_at_least_one_element_is_refused()
    {
        SystemTensor columns = Tensor.Create([1f, 2, 3, 4, 5, 6], [2, 3]).Slice([0..2, 0..2]);
        Expect.Throws<ArgumentException>(
            () => _ = NanoConv.Tensors.Tensor<float>.FromSystemTensor(columns), "expected a dense tensor", "(2, 2)", "(3, 1)", "ToDenseTensor");
        Assert.Equal([1, 2, 4, 5], NanoConv.Tensors.Tensor<float>.FromSystemTensor(columns.ToDenseTensor()).AsSpan());
        Expect.Throws<ArgumentException>(
            () => _ = NanoConv.Tensors.Tensor<float>.FromSystemTensor(Tensor.CreateFromShape<float>([2, 0])), "at least 1", "(2, 0)");
        Expect.Throws<ArgumentException>(() => _ = NanoConv.Tensors.Tensor<float>.FromSystemTensor(SystemTensor.Empty), "expected a tensor with elements");
        Expect.Throws<ArgumentException>(() => _ = NanoConv.Tensors.Tensor<float>.FromTensorSpan(default), "expected a tensor with elements");
        Expect.Throws<ArgumentException>(
            () => _ = NanoConv.Tensors.Tensor<float>.FromSystemTensor(Tensor.Create([1f, 2], [2])).Reshape(3), "3 elements", "received 2");
    }
}
