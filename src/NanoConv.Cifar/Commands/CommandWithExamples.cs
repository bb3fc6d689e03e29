using System.CommandLine;

namespace NanoConv.Cifar.Commands;

/// <summary>A command whose help ends with examples.</summary>
/// <param name="name">Its name.</param>
/// <param name="description">For the help.</param>
/// <param name="examples">Whole command lines.</param>
internal sealed class CommandWithExamples(string name, string description, params string[] examples)
    : Command(name, description)
{
    /// <summary>Whole command lines.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;
}
