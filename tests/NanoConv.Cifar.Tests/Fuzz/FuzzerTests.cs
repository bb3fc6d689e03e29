using NanoConv.Fuzz;
using NanoConv.Fuzz.Targets;
using Xunit;

namespace NanoConv.Cifar.Tests.Fuzz;

/// <summary>The fuzzer finds what is planted, and the readers stand a short run of it.</summary>
public sealed class FuzzerTests
{
    private static readonly FuzzOptions Short = new([], Count: 2000, HangSeconds: 5);

    public static TheoryData<string> Targets => [.. AllTargets.Named([]).Select(target => target.Key)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Every_reader_stands_a_short_run_that_comes_far(string name)
    {
        Func<FuzzTarget> create = AllTargets.Named([name]).Single().Value;
        FuzzReport report = new Fuzzer(create, Short).Run();
        Assert.Empty(report.Findings.Select(finding => $"{finding.Kind}: {finding.What}"));
        Assert.Equal(Short.Count, report.Inputs);
        Assert.Equal(report.Inputs, report.Accepted + report.Rejected.Values.Sum());
        Assert.InRange(report.Accepted, Short.Count / 50, Short.Count / 2); // spoilt, but not beyond recognition
        Assert.InRange(report.Rejected.Count, 4, int.MaxValue);
    }

    [Fact]
    public void A_reader_that_keeps_its_promises_has_no_findings()
    {
        Assert.Empty(Run(Careful).Findings);
    }

    [Fact]
    public void An_exception_that_is_not_documented_is_found_with_an_input_that_throws_it()
    {
        Finding finding = Assert.Single(Run(Careless).Findings, finding => finding.What.Contains("IndexOutOfRange", StringComparison.Ordinal));
        Assert.Equal("exception", finding.Kind);
        Assert.Throws<IndexOutOfRangeException>(() => Careless(finding.Input));
        Assert.Equal(finding.Input, new InputSource(new PlantedTarget(Careless), Short.Seed).Make(finding.Number));
        Assert.Contains(nameof(Careless), finding.Detail, StringComparison.Ordinal);

        static object Careless(byte[] input)
        {
            int sum = 0;
            for (int i = 0; i < input[0]; i++)
                sum += input[1 + i];
            return sum;
        }
    }

    [Fact]
    public void Memory_that_is_taken_because_a_file_says_so_is_found()
    {
        Finding finding = Assert.Single(Run(input => input.Length > 0 && input[0] == 200 ? new byte[8 << 20] : Careful(input)).Findings);
        Assert.Equal("allocation", finding.Kind);
        Assert.StartsWith("too short: expected at most 262,208 bytes for an input of 2, allocated", finding.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_reader_that_does_not_come_to_an_end_is_found_and_left_behind(int threads)
    {
        using var never = new ManualResetEventSlim();
        Fuzzer fuzzer = new(() => new PlantedTarget(Endless), Short with { HangSeconds = 2, Threads = threads });
        IReadOnlyList<Finding> findings = fuzzer.Run().Findings;
        never.Set();
        Assert.Contains(findings, finding => finding.Kind == "hang");
        Assert.All(findings, finding => Assert.Equal(("hang", 200), (finding.Kind, finding.Input[0])));

        object? Endless(byte[] input)
        {
            if (input.Length > 0 && input[0] == 200)
                never.Wait();
            return Careful(input);
        }
    }

    [Fact]
    public void A_result_that_is_not_sound_is_found()
    {
        FuzzReport report = new Fuzzer(() => new PlantedTarget(input => input.Length, Check), Short).Run();
        Finding finding = Assert.Single(report.Findings);
        Assert.Equal(("unsound", "nothing: UnsoundResultException: expected bytes, found none"), (finding.Kind, finding.What));

        static void Check(object? result)
        {
            if (result is 0)
                throw new UnsoundResultException("expected bytes, found none");
        }
    }

    [Fact]
    public void Seeds_that_are_refused_are_a_mistake_of_the_target()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Run(_ => throw new InvalidDataException()));
        Assert.Contains("expected seeds that the reader accepts", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Inputs_follow_from_seed_and_number_alone(string name)
    {
        using FuzzTarget target = AllTargets.Named([name]).Single().Value(), other = AllTargets.Named([name]).Single().Value();
        InputSource source = new(target, seed: 3), again = new(other, seed: 3), different = new(other, seed: 4);
        int differ = 0;
        for (long number = target.HandMade.Count + 199; number >= 0; number--)
        {
            byte[] input = source.Make(number);
            Assert.Equal(input, again.Make(number));
            differ += different.Make(number).AsSpan().SequenceEqual(input) ? 0 : 1;
        }

        Assert.InRange(differ, 150, 200); // those by hand are the same
        Assert.Equal(target.HandMade.Count, target.HandMade.Select(made => made.Name).Distinct().Count());
    }

    [Fact]
    public void Any_number_of_workers_tries_the_same_inputs()
    {
        FuzzReport[] reports = [.. new[] { 1, 3 }.Select(threads => new Fuzzer(() => new SafeTensorsTarget(), Short with { Threads = threads }).Run())];
        Assert.Equal(reports[0].Accepted, reports[1].Accepted);
        Assert.Equal(
            reports[0].Rejected.OrderBy(kind => kind.Key, StringComparer.Ordinal),
            reports[1].Rejected.OrderBy(kind => kind.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void A_report_saves_each_finding_and_says_how_to_see_it_again()
    {
        using var folder = new Data.TemporaryFolder();
        FuzzOptions options = Short with { Folder = folder["found"] };
        FuzzReport report = new Fuzzer(() => new PlantedTarget(input => input.Length == 2 ? throw new FormatException("odd") : 0), options).Run();
        var text = new StringWriter();
        report.Write("planted", options, text);
        Assert.Contains("FOUND exception: too short: FormatException: odd", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("again: --target planted --seed 1 --at 1", text.ToString(), StringComparison.Ordinal);
        Assert.Equal([200, 1], File.ReadAllBytes(folder["found/planted-exception-seed1-1.bin"]));
    }

    [Theory]
    [InlineData("expected a value behind '--count'", "--count")]
    [InlineData("expected a number from 1 to", "--count", "0")]
    [InlineData("found 'x'", "--seed", "x")]
    [InlineData("in digits, found '1e3'", "--count", "1e3")]
    [InlineData("in digits, found '1_000'", "--at", "1_000")]
    [InlineData("in digits, found '+2'", "--threads", "+2")]
    [InlineData("found '--what'", "--what", "1")]
    public void Options_that_are_wrong_are_named(string expected, params string[] arguments)
    {
        var error = Assert.Throws<ArgumentException>(() => FuzzOptions.Parse(arguments));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_and_targets_are_understood()
    {
        FuzzOptions options = FuzzOptions.Parse(
            ["--target", "run", "--target", "cifar", "--count", "5", "--seed", "6", "--threads", "2", "--at", "7", "--output", "o"]);
        Assert.Equal(["run", "cifar"], AllTargets.Named(options.Targets).Select(target => target.Key));
        Assert.Equal((5L, 6, 2, 7L, "o"), (options.Count, options.Seed, options.Threads, options.At!.Value, options.Folder));
        var error = Assert.Throws<ArgumentException>(() => AllTargets.Named(["nothing"]));
        Assert.Contains("expected a target of safetensors, model,", error.Message, StringComparison.Ordinal);
    }

    private static FuzzReport Run(Func<byte[], object?> read) => new Fuzzer(() => new PlantedTarget(read), Short).Run();

    private static object Careful(byte[] input) => input.Length > 0 && input.Length > input[0] ? 0 : throw new InvalidDataException("too short");
}
