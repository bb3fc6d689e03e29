using System.Diagnostics;

namespace NanoConv.Onnx.Tests;

/// <summary>Finds a Python 3 that has what a test needs: the first in the PATH need not be Debian's.</summary>
internal static class PythonInterpreter
{
    /// <summary>The path of the first one that can import modules; null if none can.</summary>
    /// <param name="modules">As behind <c>import</c>.</param>
    public static string? Find(string modules)
    {
        string name = OperatingSystem.IsWindows() ? "python3.exe" : "python3";
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(path => new FileInfo(path) is { Exists: true, Length: > 0 } && CanImport(path, modules));
    }

    private static bool CanImport(string interpreter, string modules)
    {
        ProcessStartInfo start = new(interpreter, ["-c", $"import {modules}"]) { RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
