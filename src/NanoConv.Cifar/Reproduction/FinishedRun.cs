using NanoConv.Cifar.Experiments;

namespace NanoConv.Cifar.Reproduction;

/// <summary>A completed run and where it lies.</summary>
/// <param name="Folder">The folder with its model and record.</param>
/// <param name="Record">Its record.</param>
public sealed record FinishedRun(string Folder, RunRecord Record)
{
    /// <summary>The place of its model.</summary>
    public string ModelPath => Path.Combine(Folder, Record.Model.File);
}
