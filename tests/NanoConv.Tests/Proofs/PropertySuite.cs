using System.Globalization;
using System.Runtime.CompilerServices;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace NanoConv.Tests;

/// <summary>
/// What every suite of properties derives from: <see cref="ForAll"/> tries a property on generated cases, shrinks a
/// failure to the smallest case that still fails, and says how to run exactly that one again.
/// </summary>
public abstract class PropertySuite
{
    private const string CasesVariable = "NANOCONV_CASES";
    private const string ReplayVariable = "NANOCONV_REPLAY";

    /// <summary>Cases a property is tried on, unless the environment variable NANOCONV_CASES says otherwise.</summary>
    private const int DefaultCases = 200;

    private static readonly int Cases =
        Environment.GetEnvironmentVariable(CasesVariable) is not { Length: > 0 } text ? DefaultCases
        : PlainNumber.TryCount(text, out long cases) && cases is > 0 and <= int.MaxValue ? (int)cases
        : throw new ArgumentException($"{CasesVariable}: expected a whole number of at least 1, in digits, found '{text}'");

    /// <summary>Tries a property, fresh cases in every run.</summary>
    /// <param name="cases">The cases and how they shrink.</param>
    /// <param name="holds">Throws where the property does not hold.</param>
    /// <param name="share">The share of the usual number of cases, for costly properties.</param>
    /// <param name="name">The test, for the report.</param>
    protected void ForAll<TCase>(Arbitrary<TCase> cases, Action<TCase> holds, double share = 1, [CallerMemberName] string name = "")
    {
        Runner runner = new();
        Config config = Config.Quick.WithRunner(runner).WithMaxTest(Math.Max(1, (int)(Cases * share)));
        if (Environment.GetEnvironmentVariable(ReplayVariable) is { Length: > 0 } replay)
            config = config.WithMaxTest(1).WithReplay(FSharpOption<Replay>.Some(Parse(replay)));
        Check.One(config, Prop.ForAll(cases, holds));
        if (runner.Result is TestResult.Failed failure)
            Assert.Fail(Report(failure, holds, $"{GetType().Name}.{name}"));
        Assert.True(runner.Result is TestResult.Passed, "the generator found no cases");
    }

    /// <summary>The cases that a run of the usual length tries, drawn as <see cref="ForAll"/> draws them, but from a seed.</summary>
    internal static IReadOnlyList<TCase> Drawn<TCase>(Arbitrary<TCase> cases, int seed)
    {
        List<TCase> drawn = [];
        Replay replay = new(new Rnd((ulong)seed), FSharpOption<int>.None);
        Check.One(Config.Quick.WithRunner(new Runner()).WithMaxTest(DefaultCases).WithReplay(replay), Prop.ForAll(cases, (Action<TCase>)drawn.Add));
        Assert.Equal(DefaultCases, drawn.Count);
        return drawn;
    }

    private static string Report<TCase>(TestResult.Failed failure, Action<TCase> holds, string test)
    {
        TCase smallest = (TCase)failure.Item3.Head;
        string mistake = "it passed when it was tried again: the property depends on something besides its case";
        try
        {
            holds(smallest);
        }
        catch (Exception exception)
        {
            mistake = exception is Xunit.Sdk.XunitException ? exception.Message : exception.ToString();
        }

        Rnd random = failure.Item6;
        string replay = $"{ReplayVariable}={random.Seed},{random.Gamma},{failure.Item7}";
        return $"""
            {mistake}
            smallest case: {smallest} (after {failure.Item1.NumberOfTests} cases and {failure.Item1.NumberOfShrinks} shrinks)
            found as:      {failure.Item2.Head}
            replay:        {replay} dotnet test -c Release --filter "FullyQualifiedName~.{test}"
            """;
    }

    private static Replay Parse(string replay)
    {
        string[] parts = replay.Split(',');
        if (parts.Length != 3 || !TryNumber(parts[0], out ulong seed) || !TryNumber(parts[1], out ulong gamma) || !TryNumber(parts[2], out int size))
            throw new ArgumentException($"{ReplayVariable}: expected three numbers with commas between, as a failure shows them, found '{replay}'");
        return new Replay(new Rnd(seed, gamma), FSharpOption<int>.Some(size));

        static bool TryNumber<T>(string text, out T number)
            where T : struct, System.Numerics.INumberBase<T> => T.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    private sealed class Runner : IRunner
    {
        public TestResult? Result { get; private set; }

        public void OnStartFixture(Type t)
        {
        }

        public void OnArguments(int ntest, FSharpList<object> args, FSharpFunc<int, FSharpFunc<FSharpList<object>, string>> every)
        {
        }

        public void OnShrink(FSharpList<object> args, FSharpFunc<FSharpList<object>, string> everyShrink)
        {
        }

        public void OnFinished(string name, TestResult testResult) => Result = testResult;
    }
}
