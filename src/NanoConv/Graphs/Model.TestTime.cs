using System.Numerics;
using NanoConv.Data;
using NanoConv.Layers.Activations;
using NanoConv.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace NanoConv.Graphs;

/// <content>Predictions that are the mean of several views.</content>
public sealed partial class Model<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The network's outputs [n, output shape], each the mean over several views of its picture.</summary>
    /// <param name="inputs">Pictures [n, height, width, channels].</param>
    /// <param name="views">The views, as <see cref="TestTimeAugmentation.Mirror"/>.</param>
    /// <param name="threads">Threads; 0 for as many as there are processors.</param>
    /// <exception cref="ArgumentException">
    /// The shape does not fit the network, or is no picture's, or one not larger than what it is shifted by; or outputs are no single row of numbers.
    /// </exception>
    public Tensor<T> Predict(Tensor<T> inputs, TestTimeAugmentation views, int threads = 0)
    {
        CheckInputs(inputs);
        return Predict(new TensorInputs<T>(inputs), views, threads);
    }

    /// <summary>The network's outputs [n, output shape], each the mean over several views of its picture.</summary>
    /// <param name="data">Pictures.</param>
    /// <param name="views">The views, as <see cref="TestTimeAugmentation.Mirror"/>.</param>
    /// <param name="threads">Threads; 0 for as many as there are processors.</param>
    /// <param name="cancellation">Ends it within a few examples.</param>
    /// <exception cref="ArgumentException">
    /// The shape does not fit the network, or is no picture's, or one not larger than what it is shifted by; or outputs are no single row of numbers.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Tensor<T> Predict(IInputs<T> data, TestTimeAugmentation views, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(views);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        CheckViews(views);
        CheckInputShape(data.InputShape);
        if (data.Count == 0)
            throw new ArgumentException("expected examples to predict, received none", nameof(data));
        Tensor<T> mean = new(OutputShape.Batch(data.Count));
        Access.BeginReading(); // all views are of the same weights
        try
        {
            foreach (TestTimeAugmentation.View view in views.Views)
            {
                Tensor<T> seen = Inference.Predict(this, new ViewedInputs<T>(data, view), threads, cancellation, wantsLogits: EndsInSoftmax);
                TensorPrimitives.MultiplyAdd(seen.AsSpan(), T.CreateChecked(view.Weight), mean.AsSpan(), mean.AsSpan());
            }
        }
        finally
        {
            Access.EndReading();
        }

        if (EndsInSoftmax)
            Activation.Softmax.Forward(mean.AsSpan(), mean.AsSpan(), OutputShape[^1]);
        return mean;
    }

    // Outputs that are pictures would have to be moved back before one could take their mean.
    private void CheckViews(TestTimeAugmentation views)
    {
        if (InputShape.Rank != 3)
            throw new ArgumentException($"expected a network of pictures (height, width, channels) for '{views}', received one of {InputShape}", nameof(views));
        if (OutputShape.Rank != 1)
            throw new ArgumentException($"expected a network whose output is a row of numbers for '{views}', received one with {OutputShape}", nameof(views));
        if (views.Shift >= Math.Min(InputShape[0], InputShape[1]))
            throw new ArgumentException($"expected pictures larger than the shift of '{views}', received ones of {InputShape}", nameof(views));
    }
}
