using System.CommandLine;
using NanoConv.Cifar.Commands;
using Xunit;

namespace NanoConv.Cifar.Tests.Commands;

/// <summary>Every option of every command that takes a number or a word, and what people write for one.</summary>
public class NumberOptionTests
{
    /// <summary>What is no count, though a lenient reader makes one of most of them.</summary>
    private static readonly string[] NoCounts =
    [
        "5.000", "1.000", "5.0", "5.", "1e3", "1E3", " 5", "5 ", "\t5", "+5", "-5", "-0", "5-", "５", "٣", "1_000", "1,000", "1 000", "1'000",
        "1\u00a0000", "0x10", "1e400", "NaN", "nan", "Infinity", "∞", "½", "²", "(5)", "$5", "5\0", "five", "5 000.", "99999999999999999999",
    ];

    private static readonly string[] NoReals =
    [
        "1,5", "1,000.5", "1 000", " 0.5", "0.5 ", "+0.5", "-0.5", "-0", "-0.0", "０.５", "0_1", "0x1", "1e400", "1e-400", "0.0001e-400", "NaN", "nan",
        "Infinity", "infinity", "-Infinity", "∞", "1e", "e5", "1e+", "1e5.5", ".", "1.", ".e5", "1.5.5", "1e5e5", "(1)", "$5", "1f", "1\0", "half", "-",
    ];

    private static readonly RootCommand Root = CommandLine.CreateRoot(
        ["train", "reproduce", "summary", "evaluate", "predict", "import", "export", "data", "augment", "convolve"],
        new Terminal(TextWriter.Null, TextWriter.Null),
        CancellationToken.None);

    public static IEnumerable<object[]> Counts => Rows(option => option is Option<int>);

    public static IEnumerable<object[]> Reals => Rows(option => option is Option<double>);

    public static IEnumerable<object[]> Words => Rows(option => option.Name is "--network" or "--layout" or "--padding" or "--channel" or "--only");

    [Fact]
    public void All_of_them_are_found()
    {
        Assert.Contains(Counts, row => row is ["train", "--samples"]);
        Assert.Contains(Counts, row => row is ["reproduce", "--jobs"]);
        Assert.InRange(Counts.Count(), 10, 100);
        Assert.Contains(Reals, row => row is ["train", "--l1"]);
        Assert.InRange(Words.Count(), 6, 100);
        // No other type of number is among them, for which the parser's own reading would stand.
        Type[] types = [.. Root.Subcommands.SelectMany(command => command.Options).Select(option => option.ValueType).Distinct()];
        Assert.DoesNotContain(types, type => type.IsPrimitive && type != typeof(int) && type != typeof(double) && type != typeof(bool));
        Assert.DoesNotContain(types, type => type.IsEnum || Nullable.GetUnderlyingType(type) is not null);
    }

    [Theory]
    [MemberData(nameof(Counts))]
    public void A_count_is_digits_and_nothing_else(string command, string option)
    {
        foreach (string text in NoCounts)
            Refused(command, option, text, "expected a whole number from ");
    }

    [Theory]
    [MemberData(nameof(Reals))]
    public void A_number_is_a_plain_decimal_with_a_point_and_perhaps_an_exponent(string command, string option)
    {
        foreach (string text in NoReals)
            Refused(command, option, text, "expected a number of at least 0, as 0.0001 or 1e-4");
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void A_word_is_not_a_number(string command, string option)
    {
        foreach (string text in (string[])["0", "1", "-1", "1.0"])
            Refused(command, option, text, "expected ");
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("0.0001", 1e-4)]
    [InlineData("1e-4", 1e-4)]
    [InlineData("1E-04", 1e-4)]
    [InlineData("2.5e+1", 25)]
    [InlineData("00.5", 0.5)]
    [InlineData(".5", 0.5)]
    [InlineData("0e999", 0)]
    [InlineData("1e-320", 1e-320)]
    public void A_plain_decimal_means_what_it_says(string text, double expected)
    {
        var l1 = (Option<double>)Root.Subcommands.Single(command => command.Name == "train").Options.Single(option => option.Name == "--l1");
        ParseResult result = Root.Parse(["train", "--l1", text]);
        Assert.Empty(result.Errors);
        Assert.Equal(expected, result.GetValue(l1));
    }

    [Theory]
    [InlineData("40000", 40000)]
    [InlineData("0040", 40)]
    [InlineData("1000000", 1_000_000)]
    public void Digits_mean_what_they_say(string text, int expected)
    {
        var samples = (Option<int>)Root.Subcommands.Single(command => command.Name == "train").Options.Single(option => option.Name == "--samples");
        Assert.Equal(expected, Root.Parse(["train", "--samples", text]).GetValue(samples));
    }

    [Theory]
    [InlineData("reproduce", "--quick", "1")]
    [InlineData("export", "--scale-pixels", "0")]
    public void A_switch_takes_no_number(string command, string option, string text) =>
        CommandResult.Of([command, .. Arguments(command), option, text]).ShouldFail(2, text);

    // Parsed only: what is taken by mistake would train.
    private static void Refused(string command, string option, string text, string expected)
    {
        ParseResult result = Root.Parse([command, .. Arguments(command), option, text, .. Beside(command, option)]);
        Assert.Contains(result.Errors.Select(error => error.Message), error =>
            error.StartsWith($"{option}: {expected}", StringComparison.Ordinal) && error.Contains($"found '{text}'", StringComparison.Ordinal));
    }

    /// <summary>What the command asks for before it looks at the option's value.</summary>
    private static string[] Beside(string command, string option) =>
        option == "--checkpoint-every" ? ["--checkpoint", "d"] : command == "export" ? ["--onnx", "o"] : [];

    private static IEnumerable<string> Arguments(string command) => Root.Subcommands.Single(one => one.Name == command).Arguments
        .Where(argument => argument.Arity.MinimumNumberOfValues > 0).Select(_ => "m");

    private static IEnumerable<object[]> Rows(Predicate<Option> isWanted) => Root.Subcommands
        .SelectMany(command => command.Options, (command, option) => (command, option))
        .Where(pair => isWanted(pair.option))
        .Select(pair => new object[] { pair.command.Name, pair.option.Name });
}
