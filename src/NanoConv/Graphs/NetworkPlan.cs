using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using NanoConv.Layers;
using NanoConv.Tensors;

namespace NanoConv.Graphs;

/// <summary>How a model runs its network, step by step: <see cref="Model{T}.Plan"/>. It prints as a table.</summary>
public sealed class NetworkPlan
{
    private NetworkPlan(Compilation compilation, IReadOnlyList<PlanStep> steps) => (Compilation, Steps) = (compilation, steps);

    /// <summary>What it is for.</summary>
    public Compilation Compilation { get; }

    /// <summary>The steps, in the order in which they run.</summary>
    public IReadOnlyList<PlanStep> Steps { get; }

    /// <summary>The names of the layers that are left out, as they change nothing.</summary>
    public required IReadOnlyList<string> LeftOut { get; init; }

    /// <summary>Examples that pass together on a thread.</summary>
    public required int Examples { get; init; }

    /// <summary>Bytes of each slot, in order: memory for values and for what layers keep, which a thread has for itself.</summary>
    public required IReadOnlyList<long> SlotBytes { get; init; }

    /// <summary>Bytes of all buffers of a thread: the slots, gradients and scratch.</summary>
    public required long ThreadBytes { get; init; }

    /// <summary>Bytes of folded weights, packed, which all threads share; 0 if nothing is folded.</summary>
    public required long FoldedBytes { get; init; }

    /// <summary>A table of at most 100 columns, unless names are long: each step's output, slot, size with halo, bytes and algorithm.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"{Compilation}: {Count(Steps.Count, "step")} for {Examples} examples at a time, in {Count(SlotBytes.Count, "slot")}");
        string[][] rows =
        [
            ["Step", "Output shape", "Slot", "In halo", "kB", "Algorithm"],
            .. Steps.Select(step => (string[])[step.Name, $"{step.OutputShape}", $"{step.Slot}", $"{step.Halo}", Kilo(step.Bytes), step.Algorithm]),
        ];
        (string[] lines, string rule) = TextTable.Of(rows, 2, 4);
        text.AppendLine(lines[0]).AppendLine(rule);
        for (int step = 0; step < Steps.Count; step++)
        {
            text.AppendLine(lines[step + 1]);
            AddDetails(text, step);
        }

        if (LeftOut.Count > 0)
            AddWords(text, "", $"Left out: {string.Join(", ", LeftOut)}");
        AddWords(text, "", $"Slots, kB: {string.Join(", ", SlotBytes.Select(Kilo))}");
        string folded = FoldedBytes > 0 ? $"; folded weights, once for all threads, {Kilo(FoldedBytes)} kB" : string.Empty;
        return text.Append(CultureInfo.InvariantCulture, $"A thread's buffers take {Kilo(ThreadBytes)} kB{folded}").AppendLine().ToString();
    }

    internal static NetworkPlan Of<T>(Model<T> model, Compilation compilation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool training = compilation == Compilation.Training;
        (CompiledGraph<T> graph, BufferPlan plan) = training ? (model.Graph, model.TrainingPlan) : (model.PredictionGraph, model.PredictionPlan);
        long size = Unsafe.SizeOf<T>();
        return new NetworkPlan(compilation, [.. Enumerable.Range(0, graph.Layers.Count).Select(index => StepOf(graph, plan, index, size))])
        {
            LeftOut = graph.LeftOut,
            Examples = Inference.ShardSize,
            SlotBytes = [.. plan.Slots.Select(slot => size * (((long)Inference.ShardSize * slot.Elements) + slot.Extra))],
            ThreadBytes = size * BufferCount.WorkspaceElements(model, Inference.ShardSize, training),
            FoldedBytes = size * graph.FoldedElements,
        };
    }

    private static PlanStep StepOf<T>(CompiledGraph<T> graph, BufferPlan plan, int index, long size)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        BuiltLayer<T> layer = graph.Layers[index];
        StepOrigin origin = graph.Origin(index);
        int copy = layer.Kept.Select((buffer, place) => buffer.IsInput ? plan.Kept(index, place) : -1).DefaultIfEmpty(-1).Max();
        return new PlanStep
        {
            Name = layer.Name,
            Reads = [.. graph.InputNames(index)],
            Folded = origin.Folded,
            Fused = origin.Fused,
            Remark = origin.Remark,
            Algorithm = layer.Algorithm,
            OutputShape = layer.OutputShape,
            Slot = plan.Value(index + 1),
            Halo = graph.ViewOf(index + 1) is { } view ? new Size2D(view.Image / view.Row, view.Row / view.Column) : null,
            CopySlot = copy >= 0 ? copy : null,
            Bytes = size * Inference.ShardSize * graph.ActivationElements(index + 1),
        };
    }

    private void AddDetails(StringBuilder text, int index)
    {
        PlanStep step = Steps[index];
        List<string> details = [];
        if (step.Reads is not [var one] || one != (index == 0 ? "input" : Steps[index - 1].Name))
            details.Add($"reads {string.Join(", ", step.Reads)}");
        if (step.CopySlot is { } slot)
            details.Add($"copies its input into a halo in slot {slot}");
        if (step.Folded.Count > 0)
            details.Add($"folded: {string.Join(", ", step.Folded)}");
        if (step.Fused.Count > 0)
            details.Add($"fused: {string.Join(", ", step.Fused)}");
        if (step.Remark is { } remark)
            details.Add(remark);
        if (details.Count > 0)
            AddWords(text, "    ", string.Join("; ", details));
    }

    // Lines of at most 100 columns, but for words that are longer.
    private static void AddWords(StringBuilder text, string indent, string words)
    {
        string line = indent;
        foreach (string word in words.Split(' '))
        {
            if (line.Length > indent.Length && line.Length + 1 + word.Length > 100)
            {
                text.AppendLine(line);
                line = indent;
            }

            line += line.Length > indent.Length ? $" {word}" : word;
        }

        text.AppendLine(line);
    }

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? string.Empty : "s")}";

    private static string Kilo(long bytes) => (bytes / 1e3).ToString("0.0", CultureInfo.InvariantCulture);
}
