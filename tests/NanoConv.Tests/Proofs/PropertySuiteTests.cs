using FsCheck;
using FsCheck.Fluent;

namespace NanoConv.Tests;

/// <summary>How a run draws, on which the counts of what the generators reach rest.</summary>
public sealed class PropertySuiteTests : PropertySuite
{
    [Fact]
    public void A_run_of_the_usual_length_has_200_cases_and_one_seed_draws_the_same_again()
    {
        Arbitrary<int> numbers = Arb.From(Gen.Choose(0, 1_000_000));
        Assert.Equal(200, Drawn(numbers, seed: 7).Count);
        Assert.Equal(Drawn(numbers, seed: 7), Drawn(numbers, seed: 7));
        Assert.NotEqual(Drawn(numbers, seed: 7), Drawn(numbers, seed: 8));
    }
}
