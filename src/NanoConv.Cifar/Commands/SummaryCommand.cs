using System.CommandLine;
using NanoConv.Cifar.Networks;
using NanoConv.Graphs;
using NanoConv.Layers;
using NanoConv.Training;

namespace NanoConv.Cifar.Commands;

/// <summary><c>summary</c>: the layers of a network, their shapes, parameters and work.</summary>
internal static class SummaryCommand
{
    /// <summary>What the command is called.</summary>
    public const string Name = "summary";

    /// <summary>What it does.</summary>
    public const string Description = "Shows a network's layers, their shapes, parameters and work.";

    /// <summary>The command.</summary>
    /// <param name="terminal">Where to write.</param>
    public static Command Create(Terminal terminal)
    {
        Option<string> network = OptionOf.Choice("--network", "The network.", [.. CifarNetwork.Names]);
        var command = new CommandWithExamples(
            Name,
            Description,
            "nanoconv-cifar summary --network thinner_deeper")
        {
            network,
        };
        command.SetAction(result => Run(result.GetRequiredValue(network), terminal.Out));
        return command;
    }

    private static void Run(string network, TextWriter output)
    {
        Model<float> model = CifarNetwork.Create(network, l1: 0).Build<float>(CifarNetwork.InputShape);
        output.WriteLine($"{network}: input {model.InputShape}");
        output.WriteLine();
        output.WriteLine(model.Summary());
        BuiltLayer<float> largest = model.Layers.MaxBy(Parameters)!;
        output.WriteLine($"Most parameters: {largest.Name}, {Parameters(largest):N0} of {model.ParameterCount:N0}");
        output.WriteLine(
            $"One image: {model.ForwardFlops / 1e6:F2} MFLOP forward, " +
            $"{model.TrainingFlops / 1e6:F2} MFLOP in training (a multiplication and an addition are two)");
    }

    private static int Parameters(BuiltLayer<float> layer) =>
        layer.Parameters.Sum(parameter => parameter.Shape.Elements);
}
