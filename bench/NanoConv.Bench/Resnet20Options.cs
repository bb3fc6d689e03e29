using NanoConv.Cifar;

namespace NanoConv.Bench;

/// <summary>What the mode resnet20 does.</summary>
internal sealed record Resnet20Options
{
    public const string Usage =
        "usage: resnet20 --data DIR [--seed N] [--n N] [--epochs N] [--rate R] [--threads N] [--output FILE]\n"
        + "       resnet20 --data DIR --trace FILE [--double] [--seed N] [--rate R] [--threads N]";

    /// <summary>The folder with CIFAR-10's binary files.</summary>
    public string Data { get; init; } = string.Empty;

    /// <summary>The seed of the initial weights and of the order of the pictures.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Training pictures, from the first.</summary>
    public int Images { get; init; } = 50_000;

    /// <summary>Passes over them.</summary>
    public int Epochs { get; init; } = 3;

    /// <summary>The learning rate.</summary>
    public double Rate { get; init; } = 0.1;

    /// <summary>Threads; 0 for as many as there are processors.</summary>
    public int Threads { get; init; }

    /// <summary>The file that gets a line of JSON per epoch; null for none.</summary>
    public string? Output { get; init; }

    /// <summary>The file that gets the initial weights, before a few steps in the pictures' own order; null to train.</summary>
    public string? Trace { get; init; }

    /// <summary>Double instead of float, in a trace.</summary>
    public bool IsDouble { get; init; }

    /// <summary>Reads the command line; throws <see cref="UserErrorException"/> for what it does not know.</summary>
    public static Resnet20Options Parse(ReadOnlySpan<string> args)
    {
        Resnet20Options options = new();
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--double")
            {
                options = options with { IsDouble = true };
                continue;
            }

            string value = i + 1 < args.Length ? args[i + 1] : string.Empty;
            options = (args[i], Whole(value), PlainNumber.TryReal(value, out double real) && real > 0) switch
            {
                ("--data", _, _) when value.Length > 0 => options with { Data = value },
                ("--output", _, _) when value.Length > 0 => options with { Output = value },
                ("--trace", _, _) when value.Length > 0 => options with { Trace = value },
                ("--seed", int number, _) => options with { Seed = number },
                ("--n", int number and > 0, _) => options with { Images = number },
                ("--epochs", int number and > 0, _) => options with { Epochs = number },
                ("--threads", int number, _) => options with { Threads = number },
                ("--rate", _, true) => options with { Rate = real },
                _ => throw new UserErrorException($"expected the options below, found '{args[i]} {value}'\n{Usage}"),
            };
            i++;
        }

        return options.Data.Length > 0 ? options : throw new UserErrorException($"expected the folder of CIFAR-10's files, found none\n{Usage}");
    }

    private static int? Whole(string text) => PlainNumber.TryCount(text, out long number) && number <= int.MaxValue ? (int)number : null;
}
