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
        List<string[]> rows = [["Layer (type)", "Output shape", "Parameters", "MFLOP"]];
        foreach (BuiltLayer<T> layer in model.Layers)
        {
            int count = layer.Parameters.Sum(parameter => parameter.Shape.Elements);
            rows.Add([$"{layer.Name} ({layer.Specification.TypeName})", layer.OutputShape.ToString(), $"{count:N0}", $"{layer.ForwardFlops / 1e6:F2}"]);
        }

        rows.Add(["Total", string.Empty, $"{model.ParameterCount:N0}", $"{model.ForwardFlops / 1e6:F2}"]);
        int[] widths = [.. Enumerable.Range(0, 4).Select(column => rows.Max(row => row[column].Length))];
        string rule = new('─', widths.Sum() + 6);
        StringBuilder text = new();
        for (int row = 0; row < rows.Count; row++)
        {
            if (row == 1 || row == rows.Count - 1)
                text.AppendLine(rule);
            text.Append(rows[row][0].PadRight(widths[0])).Append("  ").Append(rows[row][1].PadRight(widths[1])).Append("  ");
            text.Append(rows[row][2].PadLeft(widths[2])).Append("  ").AppendLine(rows[row][3].PadLeft(widths[3]));
        }

        string optimizer = options.Optimizer.GetType().Name;
        MemoryPlan plan = model.PlanMemory(options, examples);
        text.AppendLine($"To train, batches of {options.BatchSize}, {optimizer}: {plan.Sum}").Append("  ").AppendLine(plan.Parts);
        if (VectorWidth.Hint is { } hint)
            text.AppendLine(hint);
        return text.ToString();
    }
}
