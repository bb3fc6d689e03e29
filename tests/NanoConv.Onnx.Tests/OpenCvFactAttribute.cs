namespace NanoConv.Onnx.Tests;

/// <summary>A test that is skipped, with the reason, where no Python 3 has OpenCV.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OpenCvFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Found = new(() => PythonInterpreter.Find("cv2, numpy"));

    public OpenCvFactAttribute() =>
        Skip = Interpreter is null ? "no python3 in the PATH has OpenCV and NumPy (Debian: python3-opencv)" : null;

    /// <summary>The interpreter's path.</summary>
    internal static string? Interpreter => Found.Value;
}
