using System.Numerics;
using System.Text;
using NanoConv.Kernels;

namespace NanoConv;

/// <summary>The text of <see cref="Model{T}.Summary"/>.</summary>
internal static class ModelSummary
{
    public static string Of<T>(Model<T> model, FitOptions options, int examples)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        List<string[]> rows = [["Layer", "Output shape", "Parameters", "MFLOP", "Algorithm"]];
        foreach (BuiltLayer<T> layer in model.Layers)
        {
            int count = layer.Parameters.Sum(parameter => parameter.Shape.Elements);
            rows.Add([NameOf(layer), layer.OutputShape.ToString(), $"{count:N0}", $"{layer.ForwardFlops / 1e6:F2}", layer.Algorithm]);
        }

        rows.Add(["Total", string.Empty, $"{model.ParameterCount:N0}", $"{model.ForwardFlops / 1e6:F2}", string.Empty]);
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        string rule = new('─', widths.Sum() + (2 * (widths.Length - 1)));
        StringBuilder text = new();
        for (int row = 0; row < rows.Count; row++)
        {
            if (row == 1 || row == rows.Count - 1)
                text.AppendLine(rule);
            string shape = $"{rows[row][0].PadRight(widths[0])}  {rows[row][1].PadRight(widths[1])}";
            text.AppendLine($"{shape}  {rows[row][2].PadLeft(widths[2])}  {rows[row][3].PadLeft(widths[3])}  {rows[row][4]}".TrimEnd());
        }

        string optimizer = options.Optimizer.GetType().Name;
        MemoryPlan plan = model.PlanMemory(options, examples);
        text.AppendLine($"To train, batches of {options.BatchSize}, {optimizer}: {plan.Sum}").Append("  ").AppendLine(plan.Parts);
        if (VectorWidth.Hint is { } hint)
            text.AppendLine(hint);
        return text.ToString();
    }

    // A name that the library gives begins with the type: conv2d_1. With others the type stands behind.
    private static string NameOf<T>(BuiltLayer<T> layer)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        layer.Name.StartsWith($"{layer.Specification.Kind}_", StringComparison.Ordinal) ? layer.Name : $"{layer.Name} ({layer.Specification.TypeName})";
}
