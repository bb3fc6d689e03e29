using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using NanoConv.Kernels.Simd;
using NanoConv.Models;

namespace NanoConv.Cifar.Experiments;

/// <summary>The machine and the programs of a run.</summary>
/// <param name="NanoConv">The library's version.</param>
/// <param name="DotNet">The runtime's name and version.</param>
/// <param name="OperatingSystem">Its name and version.</param>
/// <param name="Architecture">The process's architecture.</param>
/// <param name="Processor">The processor's name, where the system tells it.</param>
/// <param name="Cores">Processors this process may use.</param>
/// <param name="VectorBits">Bits of the longest vectors that the kernels work with; 0 without vectors.</param>
public sealed record RunEnvironment(
    [property: JsonPropertyName("nanoconv")] string NanoConv,
    [property: JsonPropertyName("dotnet")] string DotNet,
    string OperatingSystem,
    string Architecture,
    string? Processor,
    int Cores,
    int VectorBits)
{
    private const string ProcessorList = "/proc/cpuinfo";

    /// <summary>Describes this process.</summary>
    public static RunEnvironment Current() => new(
        Model.LibraryVersion,
        RuntimeInformation.FrameworkDescription,
        RuntimeInformation.OSDescription,
        RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(),
        FindProcessor(),
        Environment.ProcessorCount,
        VectorWidth.Bits<float>());

    private static string? FindProcessor()
    {
        if (!File.Exists(ProcessorList))
            return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER"); // Windows sets it
        try
        {
            return File.ReadLines(ProcessorList)
                .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?
                .Split(':', 2)[1].Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
