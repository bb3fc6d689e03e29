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
            rows.Add([.. row, .. branches ? (string[])[ConnectedTo(model, index)] : []]);
        }

        string[] total = ["Total", string.Empty, $"{model.ParameterCount:N0}", $"{model.ForwardFlops / 1e6:F2}"];
        rows.Add([.. total, .. Enumerable.Repeat(string.Empty, rows[0].Length - total.Length)]);
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        string rule = new('─', widths.Sum() + (2 * (widths.Length - 1)));
        StringBuilder text = new();
        for (int row = 0; row < rows.Count; row++)
        {
            if (row == 1 || row == rows.Count - 1)
                text.AppendLine(rule);
            string shape = $"{rows[row][0].PadRight(widths[0])}  {rows[row][1].PadRight(widths[1])}";
            string rest = string.Join("  ", rows[row].Skip(4).Select((cell, column) => cell.PadRight(widths[4 + column])));
            text.AppendLine($"{shape}  {rows[row][2].PadLeft(widths[2])}  {rows[row][3].PadLeft(widths[3])}  {rest}".TrimEnd());
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

    private static string ConnectedTo<T>(Model<T> model, int index)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        string.Join(", ", model.Topology.Inputs(index).ToArray().Select(value => value == 0 ? "input" : model.Layers[value - 1].Name));

    // A name that the library gives begins with the type: conv2d_1. With others the type stands behind.
    private static string NameOf<T>(BuiltLayer<T> layer)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        layer.Name.StartsWith($"{layer.Specification.Kind}_", StringComparison.Ordinal) ? layer.Name : $"{layer.Name} ({layer.Specification.TypeName})";
}
