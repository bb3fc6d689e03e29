using System.Text.RegularExpressions;

namespace NanoConv.Tests.House;

/// <summary>What a reader can take in: files of at most 400 lines, functions of at most seven parameters.</summary>
public sealed partial class SizeTests
{
    private const int MostLines = 400, MostParameters = 7;

    private static readonly IReadOnlyList<SourceFile> Files = SourceFile.Library();

    [Fact]
    public void No_file_is_too_long() => Assert.Empty(
        from file in Files
        let lines = file.Text.AsSpan().Count('\n')
        where lines > MostLines
        select $"{file.Path}: expected at most {MostLines} lines, found {lines}");

    // Positional records name what they hold, and so do the constructors of layers, which have Keras's arguments.
    [Fact]
    public void No_function_takes_too_much() => Assert.Empty(
        from file in Files
        from function in Functions(file.Code)
        where function.Parameters > MostParameters && !function.IsRecord
            && !(file.Folder == "Layers" && function.Name == Path.GetFileNameWithoutExtension(file.Path))
        select $"{file.Path}: {function.Name}: expected at most {MostParameters} parameters, found {function.Parameters}");

    // Otherwise the test above would show nothing.
    [Theory]
    [InlineData("public static int Sum(int a, int b = 2)", "Sum", 2)]
    [InlineData("private static (int Row, int Column) At<T, TVector>(in Span<T> a, (int, int) b, Func<int, int[,]> c)", "At", 3)]
    [InlineData("internal readonly ref struct Panel<T>(ref T start, int width)", "Panel", 2)]
    [InlineData("public Pool(\n    Size2D size,\n    Size2D? strides = null,\n    string? name = null)\n    : base(name)", "Pool", 3)]
    public void Parameters_are_counted(string code, string name, int parameters) => Assert.Equal((name, parameters, false), Assert.Single(Functions(code)));

    [Fact]
    public void Most_functions_are_found() => Assert.InRange(Files.Sum(file => Functions(file.Code).Count()), 800, int.MaxValue);

    private static IEnumerable<(string Name, int Parameters, bool IsRecord)> Functions(string code) =>
        from match in Function().Matches(code)
        select (match.Groups["name"].Value, Parameters(code.AsSpan(match.Index + match.Length)), match.Groups["kind"].Success);

    // Commas between a list's own brackets, and one more.
    private static int Parameters(ReadOnlySpan<char> list)
    {
        (int count, int depth) = (1, 0);
        foreach (char sign in list)
        {
            if (sign is '(' or '<' or '[' or '{')
                depth++;
            else if (sign is ')' or '>' or ']' or '}' && --depth < 0)
                break;
            else if (sign == ',' && depth == 0)
                count++;
        }

        return count;
    }

    // Modifiers, a type that may be a tuple, a name, and a bracket behind which there is something.
    [GeneratedRegex(
        """
        ^[ ]*(?:(?:public|private|internal|protected|static|override|abstract|virtual|sealed|readonly|async|ref|partial|struct|class|(?<kind>record))\s+)+
        (?:\([^()]*\)\??\s+|[^=;{}()]*?\b)(?<name>\w+)(?:<[^()]*>)?\((?=[^)])
        """,
        RegexOptions.Multiline | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Function();
}
