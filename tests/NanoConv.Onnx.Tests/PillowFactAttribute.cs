using System.Diagnostics;

namespace NanoConv.Onnx.Tests;

/// <summary>A test that is skipped, with the reason, where no Python 3 has Pillow and NumPy.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PillowFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Found = new(Find);

    public PillowFactAttribute() =>
        Skip = Interpreter is null ? "no python3 in the PATH has Pillow and NumPy (Debian: python3-pil, python3-numpy)" : null;

    /// <summary>The interpreter's path.</summary>
    internal static string? Interpreter => Found.Value;

    private static string? Find()
    {
        string name = OperatingSystem.IsWindows() ? "python3.exe" : "python3";
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(path => new FileInfo(path) is { Exists: true, Length: > 0 } && HasPillow(path));
    }

    private static bool HasPillow(string interpreter)
    {
        ProcessStartInfo start = new(interpreter, ["-c", "import PIL.Image, numpy"]) { RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
