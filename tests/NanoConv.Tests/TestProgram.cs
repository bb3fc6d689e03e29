using System.Diagnostics;

namespace NanoConv.Tests;

/// <summary>Starts the tests' own assembly as a program: for what wants a process of its own.</summary>
internal static class TestProgram
{
    /// <summary>Starts it; what it writes is redirected.</summary>
    /// <param name="arguments">The worker's class name, then what it is given.</param>
    public static Process Start(params string[] arguments)
    {
        ProcessStartInfo start = new(Environment.ProcessPath ?? "dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        // The tests' host need not be dotnet itself.
        if (!Path.GetFileNameWithoutExtension(start.FileName).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
            start.FileName = "dotnet";
        foreach (string argument in (string[])["exec", typeof(TestProgram).Assembly.Location, .. arguments])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
