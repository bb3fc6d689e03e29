using System.Numerics;
using System.Text;
using NanoConv.Graphs;
using NanoConv.Kernels.Simd;
using NanoConv.Layers;

namespace NanoConv.Training;

/// <summary>The text of <see cref="ModelTraining.extension{T}(Graphs.Model{T}).Summary"/>.</summary>
internal static class ModelSummary
{
    public static string Of<T>(Model<T> model, FitOptions options, int examples)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool branches = !model.Topology.IsChain;
        List<string[]> rows = [["Layer", "Output shape", "Parameters", "MFLOP", "Algorithm", .. branches ? (string[])["Connected to"] : []]];
        for (int index = 0; index < model.Layers.Count; index++)
        {
            BuiltLayer<T> layer = model.Layers[index];
            int count = layer.Parameters.Sum(parameter => parameter.Shape.Elements);
            string[] row = [NameOf(layer), layer.OutputShape.ToString(), $"{count:N0}", $"{layer.ForwardFlops / 1e6:F2}", layer.Algorithm];
            rows.Add([.. row, .. branches ? (string[])[string.Join(", ", model.Graph.InputNames(index))] : []]);
        }

        string[] total = ["Total", string.Empty, $"{model.ParameterCount:N0}", $"{model.ForwardFlops / 1e6:F2}"];
        rows.Add([.. total, .. Enumerable.Repeat(string.Empty, rows[0].Length - total.Length)]);
        (string[] lines, string rule) = TextTable.Of(rows, 2, 3);
        StringBuilder text = new();
        for (int row = 0; row < lines.Length; row++)
        {
            if (row == 1 || row == lines.Length - 1)
                text.AppendLine(rule);
            text.AppendLine(lines[row]);
        }

        if (model.TrainableCount < model.ParameterCount)
            text.AppendLine($"Trainable {model.TrainableCount:N0}, not trainable {model.ParameterCount - model.TrainableCount:N0}");
        if (model.Topology.Outputs.Length == 1)
        {
            MemoryPlan plan = model.PlanMemory(options, examples);
            text.AppendLine($"To train, batches of {options.BatchSize}, {options.Optimizer.GetType().Name}: {plan.Sum}").Append("  ").AppendLine(plan.Parts);
        }

        if (VectorWidth.Hint is { } hint)
            text.AppendLine(hint);
        return text.ToString();
    }

    // A name that the library gives begins with the type: conv2d_1. With others the type stands behind.
    private static string NameOf<T>(BuiltLayer<T> layer)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        layer.Name.StartsWith($"{layer.Specification.Kind}_", StringComparison.Ordinal) ? layer.Name : $"{layer.Name} ({layer.Specification.TypeName})";
}
