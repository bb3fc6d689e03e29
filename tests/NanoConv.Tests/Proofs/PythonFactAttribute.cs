namespace NanoConv.Tests;

/// <summary>A test that is skipped, with the reason, where there is no Python 3.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PythonFactAttribute : FactAttribute
{
    public PythonFactAttribute() => Skip = Interpreter is null ? "there is no python3 in the PATH" : null;

    /// <summary>The interpreter's path.</summary>
    internal static string? Interpreter { get; } = Find();

    private static string? Find()
    {
        string name = OperatingSystem.IsWindows() ? "python3.exe" : "python3";
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(path => new FileInfo(path) is { Exists: true, Length: > 0 }); // Windows has an empty one that leads to a shop
    }
}
