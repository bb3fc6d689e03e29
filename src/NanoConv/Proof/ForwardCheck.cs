using NanoConv.Data;
using NanoConv.Graphs;
using NanoConv.Tensors;

namespace NanoConv.Proof;

/// <summary>
/// What <see cref="GradientCheck"/> asks of forward passes apart from slopes: that an example's output does not depend on the examples
/// that happen to pass with it, as shards are cut in another way in use, and that prediction works at all.
/// </summary>
internal static class ForwardCheck
{
    // Far above the rounding of sums in another order, far below what anything but rounding does.
    private const double Tolerance = 1e-9;

    /// <summary>What is wrong, naming the layer; null if nothing was found.</summary>
    public static string? Mistake(Model<double> model, Tensor<double> inputs, int seed)
    {
        int examples = inputs.Shape[0];
        Shape shape = model.InputShape.Batch(examples + 1);
        Tensor<double> company = new(shape, [.. inputs.AsSpan(), .. GradientCheck.RandomNumbers(model.InputShape.Elements, seed, stream: 6)]);
        TensorInputs<double> data = new(company);
        bool looksAtBatches = model.Layers.Any(layer => layer.BatchElements > 0 && layer.IsTrainable); // such a layer's neighbours change with its company too
        return (looksAtBatches ? null : Mistake(model, data, seed, training: true)) ?? Mistake(model, data, seed, training: false);
    }

    private static string? Mistake(Model<double> model, TensorInputs<double> data, int seed, bool training)
    {
        Workspace<double> together = Keeping(model, data.Count, training), alone = Keeping(model, 1, training);
        if (Pass(model, together, data, 0, seed, training) is { } mistake)
            return mistake;
        for (int example = 0; example < data.Count; example++)
        {
            if ((Pass(model, alone, data, example, seed, training) ?? Difference(model, together, alone, example, training)) is { } other)
                return other;
        }

        return null;
    }

    // Values stay, in prediction too, so that they can be compared afterwards.
    private static Workspace<double> Keeping(Model<double> model, int capacity, bool training) =>
        training ? new(model, capacity, training) : new(model.Graph, capacity, BufferPlan.ForPrediction(model.Graph, wanted: null), batch: null);

    // As many examples as the workspace holds, from one on; what each pass has to overwrite is poisoned.
    private static string? Pass(Model<double> model, Workspace<double> workspace, TensorInputs<double> data, int first, int seed, bool training)
    {
        workspace.Fill(double.NaN);
        workspace.Load(data, [], first, workspace.Capacity);
        workspace.Configure(training, wantsLogits: false, seed, step: 1, firstExample: first);
        for (int index = 0; index < model.Layers.Count; index++)
        {
            try
            {
                workspace.Forward(index, index + 1);
            }
            catch (Exception failure) when (!training)
            {
                return $"'{model.Layers[index].Name}' trains, but fails in prediction: {failure.Message}";
            }
        }

        return null;
    }

    private static string? Difference(Model<double> model, Workspace<double> together, Workspace<double> alone, int example, bool training)
    {
        for (int index = 1; index <= model.Layers.Count; index++)
        {
            ReadOnlySpan<double> expected = alone.Activation(index);
            ReadOnlySpan<double> found = together.Activation(index).Slice(example * expected.Length, expected.Length);
            double magnitude = 1;
            foreach (double value in expected)
                magnitude = Math.Max(magnitude, double.IsFinite(value) ? Math.Abs(value) : 1);
            for (int i = 0; i < expected.Length; i++)
            {
                if (expected[i].Equals(found[i]) || Math.Abs(expected[i] - found[i]) <= Tolerance * magnitude)
                    continue;
                return $"'{model.Layers[index - 1].Name}' depends on the examples that pass together{(training ? string.Empty : " in prediction")}: "
                    + $"example {example} alone gives {expected[i]:R}, among {together.Capacity} it gives {found[i]:R}";
            }
        }

        return null;
    }
}
