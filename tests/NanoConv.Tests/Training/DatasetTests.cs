using System.Numerics;

namespace NanoConv.Tests.Training;

/// <summary>Data sets: what a batch gets from them, and what they refuse.</summary>
public abstract class DatasetTests<T> : PropertySuite
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [Fact]
    public void Bytes_become_numbers_from_0_to_1()
    {
        byte[] pixels = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];
        ByteImageDataset<T> data = new(pixels, new byte[] { 1, 0 }, (8, 8, 2), classes: 3);
        for (int i = 0; i < 2; i++)
        {
            Poisoned<T> input = new(128), target = new(3);
            data.CopyInput(i, input.View);
            data.CopyTarget(i, target.View);
            T[] expected = [.. pixels[(i * 128)..((i + 1) * 128)].Select(value => T.CreateChecked(value) / T.CreateChecked(255))];
            Expect.SameBits("input", expected, input.Checked());
            Expect.SameBits("target", i == 0 ? [T.Zero, T.One, T.Zero] : [T.One, T.Zero, T.Zero], target.Checked());
        }

        Assert.Equal((2, (Shape)(8, 8, 2), 3, 1), (data.Count, data.InputShape, data.Classes, data.Label(0)));
    }

    [Fact]
    public void What_is_only_predicted_needs_no_labels()
    {
        byte[] pixels = [.. Enumerable.Range(0, 96).Select(value => (byte)(5 * value))];
        Model<T> model = new Sequential(new Flatten(), new Dense(3, Activation.Softmax)).Build<T>((4, 4, 2), seed: 1);
        T[] expected = model.Predict(new ByteImageDataset<T>(pixels, new byte[3], (4, 4, 2), classes: 3)).AsSpan().ToArray();
        Expect.SameBits("pictures", expected, model.Predict(new ByteImages<T>(pixels, (4, 4, 2))).AsSpan());
        Tensor<T> tensor = new((3, 4, 4, 2), [.. pixels.Select(value => T.CreateChecked(value) / T.CreateChecked(255))]);
        Expect.SameBits("tensor", expected, model.Predict(new TensorInputs<T>(tensor)).AsSpan());
        Refused(() => _ = new ByteImages<T>(pixels, (5, 5, 1)), "whole pictures", "(5, 5, 1)", "25 bytes each", "received 96");
        Refused(() => _ = new TensorInputs<T>(new Tensor<T>(4)), "(n, …)", "(4,)");
    }

    [Fact]
    public void Byte_pictures_that_do_not_fit_their_labels_are_refused()
    {
        Refused(() => _ = new ByteImageDataset<T>(new byte[5], new byte[2], (1, 3, 1), 2), "6 bytes", "2 labels", "received 5");
        Refused(() => _ = new ByteImageDataset<T>(new byte[6], new byte[] { 0, 2 }, (1, 3, 1), 2), "from 0 to 1", "2", "picture 1");
        Refused(() => _ = new ByteImageDataset<T>(new byte[3], new byte[] { 255 }, (1, 3, 1), 255), "from 0 to 254", "255");
        Assert.Equal(255, new ByteImageDataset<T>(new byte[3], new byte[] { 255 }, (1, 3, 1), 256).Label(0));
    }

    [Fact]
    public void Tensors_that_do_not_fit_their_labels_are_refused()
    {
        Tensor<T> inputs = new((3, 4));
        Refused(() => _ = new TensorDataset<T>(inputs, [0, 1], 2), "3 labels", "received 2");
        Refused(() => _ = new TensorDataset<T>(inputs, [0, 1, 2], 2), "from 0 to 1", "received 2", "example 2");
        Refused(() => _ = new TensorDataset<T>(inputs, [0, -1, 0], 2), "received -1", "example 1");
        Refused(() => _ = new TensorDataset<T>(inputs, new Tensor<T>((2, 5))), "3 targets", "received 2");
        Refused(() => _ = new TensorDataset<T>(inputs, new Tensor<T>(3)), "(n, outputs)", "(3,)");
        Refused(() => _ = new TensorDataset<T>(new Tensor<T>(3), [0, 1, 0], 2), "(n, …)", "(3,)");
    }

    [Fact]
    public void Soft_labels_are_passed_on_as_they_are()
    {
        T[] shares = [.. Numbers.Reals<T>(6, 1).Select(T.Abs)];
        TensorDataset<T> data = new(new Tensor<T>((2, 1)), new Tensor<T>((2, 3), shares));
        Poisoned<T> target = new(3);
        data.CopyTarget(1, target.View);
        Expect.SameBits("target", shares.AsSpan(3), target.Checked());
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Targets_that_are_not_finite_are_refused(double wrong) => Refused(
        () => _ = new TensorDataset<T>(new Tensor<T>((1, 1)), new Tensor<T>((1, 2), [T.One, T.CreateChecked(wrong)])), "finite targets");

    [Fact]
    public void A_slice_is_a_part_of_the_whole()
    {
        TensorDataset<T> whole = new(new Tensor<T>((5, 1), Numbers.Reals<T>(5, 1)), [0, 1, 2, 3, 4], 5);
        DatasetSlice<T> slice = new(whole, 2, 3);
        T[] input = new T[1], target = new T[5];
        slice.CopyInput(1, input);
        slice.CopyTarget(1, target);
        Assert.Equal((3, (Shape)1, 5), (slice.Count, slice.InputShape, slice.Classes));
        Assert.Equal((Numbers.Reals<T>(5, 1)[3], T.One), (input[0], target[3]));
        Refused(() => _ = new DatasetSlice<T>(whole, 3, 3), "part of 5", "3 examples from 3");
        Refused(() => _ = new DatasetSlice<T>(whole, -1, 3), "from -1");
        Refused(() => _ = new DatasetSlice<T>(whole, 0, -1), "-1 examples");
    }

    [Fact]
    public void Data_that_does_not_fit_the_network_is_refused_by_fit_evaluate_and_predict()
    {
        Model<T> model = FitTests<T>.Model();
        TensorDataset<T> wrongShape = new(new Tensor<T>((2, 6, 4, 2)), [0, 1], 3), wrongClasses = new(new Tensor<T>((2, 4, 6, 2)), [0, 1], 4);
        foreach (Action use in (Action[])[() => model.Fit(wrongShape), () => model.Evaluate(wrongShape), () => model.Predict(wrongShape)])
            Refused(use, "(4, 6, 2)", "(6, 4, 2)");
        foreach (Action use in (Action[])[() => model.Fit(wrongClasses), () => model.Evaluate(wrongClasses)])
            Refused(use, "3 classes", "received 4");
        Refused(() => model.Predict(new Tensor<T>((4, 6, 2))), "(4, 6, 2)", "batch axis");
        Refused(() => model.Fit(new Tensor<T>((2, 4, 6, 2)), [0, 3]), "from 0 to 2", "received 3");
        Refused(() => model.Evaluate(new DatasetSlice<T>(new RecordingDataset<T>(3), 0, 0)), "none");
        Refused(() => model.Fit(new DatasetSlice<T>(new RecordingDataset<T>(3), 0, 0)), "examples to train on", "received 0");
    }

    private static void Refused(Action mistake, params string[] parts) => Expect.Throws<ArgumentException>(mistake, parts);
}

public sealed class DatasetFloatTests : DatasetTests<float>;

public sealed class DatasetDoubleTests : DatasetTests<double>;
