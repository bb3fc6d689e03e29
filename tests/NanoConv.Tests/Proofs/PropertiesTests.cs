using System.Reflection;
using Xunit;

namespace NanoConv.Tests;

/// <summary>
/// Every property obeys NANOCONV_CASES and NANOCONV_REPLAY, in each assembly of tests: it has to go through <c>PropertySuite</c>, the only
/// type that may run FsCheck. Its attributes, and its runner called by hand, know nothing of these variables.
/// </summary>
public sealed class PropertiesTests
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private const byte Call = 0x28, CallVirtual = 0x6F;

    private static readonly string[] Runners = ["FsCheck.Check", "FsCheck.Fluent.CheckExtensions"];

    [Fact]
    public void No_property_is_run_but_by_the_suite()
    {
        string[] found =
        [
            .. Assembly.GetExecutingAssembly().GetTypes()
                .Where(type => type.FullName?.StartsWith("NanoConv.Tests.PropertySuite", StringComparison.Ordinal) != true)
                .SelectMany(type => type.GetMethods(Declared).Cast<MethodBase>().Concat(type.GetConstructors(Declared)))
                .Where(method => method.Name != nameof(ByHand) && (HasAttribute(method) || RunsFsCheck(method)))
                .Select(method => $"{method.DeclaringType}.{method.Name}"),
        ];
        Assert.True(found.Length == 0, $"expected properties to be run by PropertySuite.ForAll, found them run by FsCheck in {string.Join(", ", found)}");
    }

    /// <summary>Else the test above would say nothing.</summary>
    [Fact]
    public void A_run_by_hand_is_seen()
    {
        Assert.True(RunsFsCheck(typeof(PropertiesTests).GetMethod(nameof(ByHand), Declared)!));
        Assert.False(RunsFsCheck(typeof(PropertiesTests).GetMethod(nameof(A_run_by_hand_is_seen))!));
    }

    private static bool HasAttribute(MethodBase method) => method.GetCustomAttributesData().Concat(method.DeclaringType!.GetCustomAttributesData())
        .Any(data => data.AttributeType.Namespace?.StartsWith("FsCheck", StringComparison.Ordinal) == true);

    private static bool RunsFsCheck(MethodBase method)
    {
        byte[] code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (int i = 0; i + sizeof(int) < code.Length; i++)
        {
            if (code[i] is Call or CallVirtual && Called(method, BitConverter.ToInt32(code, i + 1)) is { } type && Runners.Contains(type.FullName))
                return true;
        }

        return false;
    }

    // Null for what is no call after all: these bytes may as well be another instruction's number.
    private static Type? Called(MethodBase method, int token)
    {
        try
        {
            Type[] ofType = method.DeclaringType!.GetGenericArguments(), ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : [];
            return method.Module.ResolveMethod(token, ofType, ofMethod)?.DeclaringType;
        }
        catch (Exception exception) when (exception is ArgumentException or BadImageFormatException)
        {
            return null;
        }
    }

    private static void ByHand() => FsCheck.Check.One(FsCheck.Config.Quick, true);
}
