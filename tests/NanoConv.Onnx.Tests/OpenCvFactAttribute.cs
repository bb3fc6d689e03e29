using System.Diagnostics;

namespace NanoConv.Onnx.Tests;

/// <summary>A test that is skipped, with the reason, where no Python 3 has OpenCV.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OpenCvFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Found = new(Find);

    public OpenCvFactAttribute() =>
        Skip = Interpreter is null ? "no python3 in the PATH has OpenCV and NumPy (Debian: python3-opencv)" : null;

    /// <summary>The interpreter's path.</summary>
    internal static string? Interpreter => Found.Value;

    private static string? Find()
    {
        string name = OperatingSystem.IsWindows() ? "python3.exe" : "python3";
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(path => new FileInfo(path) is { Exists: true, Length: > 0 } && HasOpenCv(path));
    }

    private static bool HasOpenCv(string interpreter)
    {
        ProcessStartInfo start = new(interpreter, ["-c", "import cv2, numpy"]) { RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
