using System.Numerics;

namespace NanoConv;

/// <summary>
/// One worker's buffers: the activations of a few examples (a shard) from the input to the output, and on the way back
/// two gradients in turn. They stay in the core's own cache while the shard passes through all layers.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
internal sealed class Workspace<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Model<T> model;
    private readonly AlignedArray<T>[] activations;
    private readonly AlignedArray<T>[] gradients;
    private readonly T[] target;
    private readonly AlignedArray<T> scratch;
    private readonly int firstTrainable;
    private readonly BatchBuffers<T>? batch;
    private readonly bool[] isShared;

    /// <summary>Makes the buffers.</summary>
    /// <param name="model">The model.</param>
    /// <param name="capacity">Examples that fit in.</param>
    /// <param name="training">Whether there is a way back.</param>
    public Workspace(Model<T> model, int capacity, bool training)
        : this(model, capacity, training ? new BatchBuffers<T>(model, capacity) : null)
    {
    }

    /// <summary>Makes the buffers of a training worker that shares what lean layers keep with others; null for prediction.</summary>
    public Workspace(Model<T> model, int capacity, BatchBuffers<T>? batch)
    {
        (this.model, this.batch, Capacity) = (model, batch, capacity);
        IReadOnlyList<BuiltLayer<T>> layers = model.Layers;
        activations = [.. Enumerable.Range(0, layers.Count + 1).Select(index => batch?.Activation(index) ?? default)];
        isShared = [.. activations.Select(buffer => buffer.Length > 0)];
        for (int index = 0; index < activations.Length; index++)
        {
            if (!isShared[index])
                activations[index] = new(capacity * model.ActivationElements(index));
        }

        int widest = GradientElements(model, batch is not null);
        gradients = [new(capacity * widest), new(batch is not null ? capacity * widest : 0)];
        target = new T[capacity * model.OutputShape.Elements];
        scratch = new(layers.Max(layer => layer.ScratchElements));
        Passes = [.. layers.Select((_, index) => new LayerPass<T>(model, index, capacity, batch, scratch))];
        firstTrainable = 0;
        while (firstTrainable < layers.Count && layers[firstTrainable].Parameters.Count == 0)
            firstTrainable++;
    }

    /// <summary>Examples that fit in.</summary>
    public int Capacity { get; }

    /// <summary>Each layer's state.</summary>
    public LayerPass<T>[] Passes { get; }

    /// <summary>Copies inputs in, which lie one after another.</summary>
    public void Load(ReadOnlySpan<T> inputs, int count)
    {
        foreach (LayerPass<T> pass in Passes)
            pass.Count = count;
        inputs.CopyTo(Activation(0));
    }

    /// <summary>Copies examples in: input <c>order[first + i]</c>, or first + i without an order.</summary>
    public void Load(IDataset<T> data, ReadOnlySpan<int> order, int first, int count, bool withTargets)
    {
        foreach (LayerPass<T> pass in Passes)
            pass.Count = count;
        (int length, int classes) = (model.InputShape.Elements, model.OutputShape.Elements);
        for (int i = 0; i < count; i++)
        {
            int example = order.IsEmpty ? first + i : order[first + i];
            data.CopyInput(example, Activation(0).Slice(i * length, length));
            if (withTargets)
                data.CopyTarget(example, target.AsSpan(i * classes, classes));
        }
    }

    /// <summary>Fills activations but for their halos, gradients and scratch: with NaN, to show that every pass overwrites what it should.</summary>
    public void Fill(T value)
    {
        foreach (AlignedArray<T> buffer in (AlignedArray<T>[])[.. activations.Where((_, index) => model.ViewOf(index) is null), .. gradients, scratch])
            buffer.Span.Fill(value);
        for (int index = 0; index < activations.Length; index++)
        {
            if (model.ViewOf(index) is not { } view)
                continue;
            Shape shape = model.ActivationShape(index);
            for (int row = 0; row < Capacity * shape[0]; row++)
                activations[index].Span.Slice(view.At(row / shape[0], row % shape[0], 0), shape[1] * shape[2]).Fill(value);
        }
    }

    /// <summary>Elements that the widest of the gradients between layers takes for an example.</summary>
    public static int GradientElements(Model<T> model, bool training) => training
        ? Enumerable.Range(0, model.Layers.Count + 1).Max(index => model.ActivationShape(index).Elements)
        : model.OutputShape.Elements;

    /// <summary>Gradients are added as a plan places them in a lane; those of lean kernels not at all.</summary>
    public void UseLanes(GradientPlan<T> plan)
    {
        foreach (LayerPass<T> pass in Passes)
            pass.UseLanes(plan);
    }

    /// <summary>Where among the examples of shared buffers the next ones belong that are loaded.</summary>
    public void MoveTo(int place)
    {
        foreach (LayerPass<T> pass in Passes)
            pass.Place = place;
    }

    /// <summary>Sets what all layers are to know of this pass.</summary>
    public void Configure(bool training, bool wantsLogits, int seed, int step, int firstExample)
    {
        foreach (LayerPass<T> pass in Passes)
        {
            (pass.Training, pass.Seed, pass.Step, pass.FirstExample) = (training, seed, step, firstExample);
            pass.WantsLogits = wantsLogits && pass.LayerIndex == Passes.Length - 1;
        }
    }

    /// <summary>
    /// The input of the first layer (0) or the output of layer index − 1, for the loaded examples; with the halo in which the next layer
    /// may want it.
    /// </summary>
    public Span<T> Activation(int index)
    {
        int elements = model.ActivationElements(index);
        return activations[index].Span.Slice(isShared[index] ? Passes[0].Place * elements : 0, Passes[0].Count * elements);
    }

    /// <summary>Carries the examples through all layers, or from layer <paramref name="first"/> on; returns the output.</summary>
    public Span<T> Forward(int first = 0)
    {
        for (int index = first; index < Passes.Length; index++)
            model.Layers[index].Forward(Passes[index], Activation(index), Activation(index + 1));
        return Activation(Passes.Length);
    }

    /// <summary>
    /// After <see cref="Forward"/>: each example's loss, its class and what it was taken for, and the output's gradient.
    /// </summary>
    /// <param name="loss">The loss.</param>
    /// <param name="scale">1 / the number of examples that the loss is the mean of.</param>
    /// <param name="scores">Overwritten: one for each example.</param>
    public void Score(Loss loss, T scale, Span<ExampleScore> scores)
    {
        int classes = model.OutputShape.Elements;
        Span<T> output = Activation(Passes.Length);
        for (int i = 0; i < scores.Length; i++)
        {
            ReadOnlySpan<T> row = output.Slice(i * classes, classes), wanted = target.AsSpan(i * classes, classes);
            T value = loss.Evaluate(gradients[0].Span.Slice(i * classes, classes), row, wanted, scale);
            scores[i] = new ExampleScore(double.CreateTruncating(value), ArgMax(wanted), ArgMax(row));
        }
    }

    /// <summary>The first activation that is not finite: 0 for the input, i for layer i − 1; null if all are.</summary>
    public int? FirstNonFinite()
    {
        for (int index = 0; index <= Passes.Length; index++)
        {
            foreach (T value in Activation(index))
            {
                if (!T.IsFinite(value))
                    return index;
            }
        }

        return null;
    }

    /// <summary>Carries the gradient of the output back; parameters' gradients are added to <paramref name="sum"/>.</summary>
    public void Backward(T[] sum)
    {
        int outputElements = Activation(Passes.Length).Length;
        Backward(gradients[0].Span.Slice(0, outputElements), sum, firstTrainable, needsInputGradient: false, inLanes: true);
    }

    /// <summary>
    /// Carries any gradient of the output back, to the layer <paramref name="last"/>; all parameters' gradients are added to
    /// <paramref name="sum"/>.
    /// </summary>
    /// <returns>The gradient of that layer's input; empty if it was not needed.</returns>
    public Span<T> Backward(Span<T> outputGradient, T[] sum, int last, bool needsInputGradient) =>
        Backward(outputGradient, sum, last, needsInputGradient, inLanes: false);

    private Span<T> Backward(Span<T> outputGradient, T[] sum, int last, bool needsInputGradient, bool inLanes)
    {
        Span<T> dy = gradients[0].Span.Slice(0, outputGradient.Length);
        outputGradient.CopyTo(dy);
        int free = 1;
        for (int index = Passes.Length - 1; index >= last; index--)
        {
            Passes[index].Gradients = sum;
            Span<T> x = Activation(index);
            int length = Passes[index].Count * model.ActivationShape(index).Elements;
            Span<T> dx = index > last || needsInputGradient ? gradients[free].Span.Slice(0, length) : [];
            BuiltLayer<T> layer = model.Layers[index];
            layer.Backward(Passes[index], x, Activation(index + 1), dy, dx);
            if (layer.IsLean && !inLanes)
                batch!.AddKernelGradient(layer, index, Passes[index].Count, rows: null, Passes[index].Gradient(0));
            dy = dx;
            free = 1 - free;
        }

        return dy;
    }

    // The first of the greatest; −1 where a number is none: NaN is neither greater nor smaller, and 0 would be a guess.
    private static int ArgMax(ReadOnlySpan<T> row)
    {
        int best = 0;
        for (int c = 0; c < row.Length; c++)
        {
            if (T.IsNaN(row[c]))
                return -1;
            if (row[c] > row[best])
                best = c;
        }

        return best;
    }
}
