using System.CommandLine;
using System.CommandLine.Parsing;
using NanoConv.Descriptions;

namespace NanoConv.Cifar.Commands;

/// <summary>Options that check their value and say what they expected and what they found.</summary>
internal static class OptionOf
{
    private const int MostThreads = 1024;
    private const int GreatestWhole = 1_000_000;

    /// <summary>A whole number from <paramref name="minimum"/> to a million, in digits.</summary>
    /// <param name="name">The option, with its dashes.</param>
    /// <param name="description">For the help.</param>
    /// <param name="standard">The default.</param>
    /// <param name="minimum">The least value allowed.</param>
    public static Option<int> Whole(string name, string description, int standard, int minimum) =>
        Count(name, description, standard, minimum, GreatestWhole);

    /// <summary>How many threads to use: 0, the default, is one a core.</summary>
    public static Option<int> Threads() =>
        Count("--threads", "Threads, 0 for one a core; the result is the same.", 0, 0, MostThreads);

    /// <summary>A finite number of at least 0, as 0.0001 or 1e-4.</summary>
    /// <param name="name">The option, with its dashes.</param>
    /// <param name="description">For the help.</param>
    /// <param name="standard">The default.</param>
    public static Option<double> NotNegative(string name, string description, double standard) => Number(
        name, description, standard, "a number of at least 0, as 0.0001 or 1e-4",
        text => PlainNumber.TryReal(text, out double value) && !text.StartsWith('-') ? value : null);

    /// <summary>One of a few words.</summary>
    /// <param name="name">The option, with its dashes.</param>
    /// <param name="description">For the help.</param>
    /// <param name="choices">The words; the first is the default.</param>
    public static Option<string> Choice(string name, string description, params string[] choices)
    {
        var option = new Option<string>(name)
        {
            Description = description,
            HelpName = string.Join('|', choices),
            DefaultValueFactory = _ => choices[0],
            CustomParser = argument =>
            {
                string found = argument.Tokens[0].Value;
                if (!choices.Contains(found))
                    argument.AddError($"{name}: expected {Alternatives(choices)}, found '{found}'.");
                return found;
            },
        };
        option.CompletionSources.Add(choices);
        return option;
    }

    /// <summary>Text that is not empty, such as a path.</summary>
    /// <param name="name">The option, with its dashes.</param>
    /// <param name="description">For the help.</param>
    /// <param name="helpName">What stands for the value in the help.</param>
    /// <param name="expected">What an error says was expected.</param>
    public static Option<string?> Text(string name, string description, string helpName, string expected)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = helpName };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
                result.AddError($"{name}: expected {expected}, found nothing.");
        });
        return option;
    }

    /// <summary>The name of a PNG to write.</summary>
    /// <param name="description">For the help.</param>
    /// <param name="standard">The default.</param>
    public static Option<string> Png(string description, string standard)
    {
        Option<string?> option = Text("--output", description, "FILE", "the name of a file");
        option.DefaultValueFactory = _ => standard;
        option.Validators.Add(result =>
        {
            string? wrong = result.Tokens.Select(token => token.Value).FirstOrDefault(value =>
                !string.IsNullOrWhiteSpace(value) && !value.EndsWith(".png", StringComparison.OrdinalIgnoreCase));
            if (wrong is not null)
                result.AddError($"--output: expected a name that ends in .png, found '{wrong}'.");
        });
        return option!;
    }

    /// <summary>Some words out of a few; none when left out.</summary>
    public static Option<string[]> Choices(string name, string description, params string[] choices)
    {
        Option<string[]> option = Several(
            name, $"{description} {Alternatives(choices)}.", "NAME", Alternatives(choices), choices.Contains);
        option.CompletionSources.Add(choices);
        return option;
    }

    /// <summary>Some texts; none when left out.</summary>
    public static Option<string[]> Texts(string name, string description, string helpName, string expected) =>
        Several(name, description, helpName, expected, value => !string.IsNullOrWhiteSpace(value));

    private static Option<string[]> Several(
        string name, string description, string helpName, string expected, Predicate<string> isValid)
    {
        var option = new Option<string[]>(name)
        {
            Description = description,
            HelpName = helpName,
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = true,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Select(token => token.Value).FirstOrDefault(value => !isValid(value)) is { } found)
                result.AddError($"{name}: expected {expected}, found {(string.IsNullOrWhiteSpace(found) ? "nothing" : $"'{found}'")}.");
        });
        return option;
    }

    private static Option<int> Count(string name, string description, int standard, int minimum, int maximum) => Number<int>(
        name, description, standard, $"a whole number from {minimum} to {maximum}, in digits",
        text => PlainNumber.TryCount(text, out long value) && value >= minimum && value <= maximum ? (int)value : null);

    // The parser's own readings are never used: they guess.
    private static Option<T> Number<T>(string name, string description, T standard, string expected, Func<string, T?> read)
        where T : struct => new(name)
        {
            Description = description,
            HelpName = "N",
            DefaultValueFactory = _ => standard,
            CustomParser = argument =>
            {
                string found = argument.Tokens[0].Value;
                T? value = read(found);
                if (value is null)
                    argument.AddError($"{name}: expected {expected}, found '{found}'.");
                return value.GetValueOrDefault();
            },
        };

    private static string Alternatives(string[] choices) =>
        choices.Length == 1 ? choices[0] : $"{string.Join(", ", choices[..^1])} or {choices[^1]}";
}
