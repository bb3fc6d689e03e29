namespace NanoConv.Onnx.Tests;

/// <summary>A test that is skipped, with the reason, where no Python 3 has Pillow and NumPy.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PillowFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Found = new(() => PythonInterpreter.Find("PIL.Image, numpy"));

    public PillowFactAttribute() =>
        Skip = Interpreter is null ? "no python3 in the PATH has Pillow and NumPy (Debian: python3-pil, python3-numpy)" : null;

    /// <summary>The interpreter's path.</summary>
    internal static string? Interpreter => Found.Value;
}
