using System.Reflection;
using FsCheck;
using FsCheck.Fluent;

namespace NanoConv.Tests;

/// <summary>Every property obeys NANOCONV_CASES and NANOCONV_REPLAY: it must go through <see cref="PropertySuite"/>.</summary>
public sealed class PropertySuiteTests : PropertySuite
{
    /// <summary>FsCheck's attributes, and its runner called by hand, know nothing of these variables.</summary>
    [Fact]
    public void No_property_is_written_without_the_suite()
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        Type[] types = [.. Assembly.GetExecutingAssembly().GetTypes().Where(type => type != typeof(PropertySuite))];
        string[] attributed = [.. types.SelectMany(type => type.GetMembers(All).Prepend(type))
            .Where(member => member.GetCustomAttributesData().Any(data => IsFsChecks(data.AttributeType)))
            .Select(member => $"{member.DeclaringType ?? member}.{member.Name}")];
        Assert.True(attributed.Length == 0, $"expected ForAll of PropertySuite, found attributes of FsCheck: {string.Join(", ", attributed)}");
    }

    [Fact]
    public void A_property_without_a_variable_is_tried_on_200_cases_and_the_same_seed_draws_the_same()
    {
        Arbitrary<int> numbers = Arb.From(Gen.Choose(0, 1_000_000));
        Assert.Equal(200, Drawn(numbers, seed: 7).Count);
        Assert.Equal(Drawn(numbers, seed: 7), Drawn(numbers, seed: 7));
        Assert.NotEqual(Drawn(numbers, seed: 7), Drawn(numbers, seed: 8));
    }

    private static bool IsFsChecks(Type? attribute)
    {
        for (; attribute is not null; attribute = attribute.BaseType)
        {
            if (attribute.Namespace?.StartsWith("FsCheck", StringComparison.Ordinal) == true)
                return true;
        }

        return false;
    }
}
