using System.Numerics;
using NanoConv.Tensors;

namespace NanoConv.Data;

/// <summary>Examples in a tensor [n, …], with integer labels or rows of probabilities.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class TensorDataset<T> : IDataset<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly TensorInputs<T> inputs;
    private readonly int[]? labels;
    private readonly Tensor<T>? targets;

    /// <summary>Examples with integer labels.</summary>
    /// <param name="inputs">Inputs [n, …], n at least 1.</param>
    /// <param name="labels">A class for each, from 0.</param>
    /// <param name="classes">The number of classes; 1 for two classes told apart by one output, the label itself being the target.</param>
    /// <exception cref="ArgumentException">The numbers of examples differ, or a label is no class.</exception>
    public TensorDataset(Tensor<T> inputs, ReadOnlySpan<int> labels, int classes)
    {
        this.inputs = CheckInputs(inputs, labels.Length, "labels");
        this.labels = labels.ToArray();
        Classes = classes;
        int greatest = classes == 1 ? 1 : classes - 1;
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] < 0 || labels[i] > greatest)
                throw new ArgumentException($"expected labels from 0 to {greatest}, received {labels[i]} for example {i}", nameof(labels));
        }
    }

    /// <summary>Examples with one-hot or soft labels, or whatever the loss compares the outputs with.</summary>
    /// <param name="inputs">Inputs [n, …], n at least 1.</param>
    /// <param name="targets">A number for each output, [n, outputs]; for cross-entropy the probability of each class.</param>
    /// <exception cref="ArgumentException">The numbers of examples differ, the targets are not of rank 2, or one is not finite.</exception>
    public TensorDataset(Tensor<T> inputs, Tensor<T> targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        if (targets.Shape.Rank != 2)
            throw new ArgumentException($"expected targets of shape (n, outputs), received {targets.Shape}", nameof(targets));
        this.inputs = CheckInputs(inputs, targets.Shape[0], "targets");
        this.targets = targets;
        foreach (T target in targets.AsSpan())
        {
            if (!T.IsFinite(target))
                throw new ArgumentException($"expected finite targets, received {target}", nameof(targets));
        }

        Classes = targets.Shape[1];
    }

    /// <inheritdoc/>
    public int Count => inputs.Count;

    /// <inheritdoc/>
    public Shape InputShape => inputs.InputShape;

    /// <inheritdoc/>
    public int Classes { get; }

    /// <inheritdoc/>
    public void CopyInput(int index, Span<T> destination) => inputs.CopyInput(index, destination);

    /// <inheritdoc/>
    public void CopyTarget(int index, Span<T> destination)
    {
        if (targets is not null)
        {
            targets.AsSpan().Slice(index * Classes, Classes).CopyTo(destination);
            return;
        }

        destination[..Classes].Clear();
        if (Classes > 1)
            destination[labels![index]] = T.One;
        else
            destination[0] = T.CreateChecked(labels![index]);
    }

    private static TensorInputs<T> CheckInputs(Tensor<T> inputs, int count, string what)
    {
        TensorInputs<T> checkedInputs = new(inputs);
        return checkedInputs.Count == count
            ? checkedInputs
            : throw new ArgumentException($"expected {inputs.Shape[0]} {what}, one for each input, received {count}");
    }
}
