using System.Numerics;
using FsCheck;
using NanoConv.Convolutions;
using NanoConv.Kernels;

namespace NanoConv.Tests;

/// <summary>
/// What the generators reach: a property says nothing of a class of cases that is never drawn. Runs of the usual length are drawn, as
/// <see cref="PropertySuite.ForAll"/> draws them but from fixed seeds; each run must reach every class.
/// </summary>
public sealed class GeneratorTests
{
    private static readonly int[] Seeds = [1, 2, 3, 4, 5];

    /// <summary>The classes of layers that people use, and of odd ones. The properties of each direction draw the same.</summary>
    [Fact]
    public void Each_run_has_convolutions_of_every_class()
    {
        List<string> classes = [.. Odd.Keys];
        foreach (int kernel in (int[])[1, 3, 5, 7])
        {
            foreach (string kind in (string[])
                ["stride 1", "stride 2", "rows below 14", "rows from 14 on", "same", "valid", "64 channels or filters", "few channels"])
                classes.Add($"{kernel}×{kernel}, {kind}");
        }

        AssertReached("Convolutions", Generators.Convolutions, classes, GeometryClasses);
    }

    [Fact]
    public void Each_run_has_poolings_of_every_class() => AssertReached(
        "Poolings",
        Generators.Poolings,
        ["2×2", "3×3", "same", "valid", "8 or more channels", "64 channels", "rows from 14 on", "odd"],
        static c =>
        [
            IsSquare(c.Window, 2) ? $"{c.Window.KernelHeight}×{c.Window.KernelWidth}" : "odd",
            c.Window.Padding.ToString(),
            c.Window.Channels >= 8 ? "8 or more channels" : "",
            c.Window.Channels == 64 ? "64 channels" : "",
            c.Window.Geometry.OutputHeight >= 14 ? "rows from 14 on" : "",
        ]);

    [Fact]
    public void Each_run_has_networks_as_people_build_them() => AssertReached(
        "Networks",
        Generators.Networks,
        [
            "1×1", "3×3", "5×5", "7×7", "stride 2", "pooling", "dropout", "hidden dense layer", "a convolution behind another", "by Winograd's algorithm",
            "8 or more filters", "a convolution", "none",
        ],
        NetworkClasses);

    private static Dictionary<string, Func<ConvolutionCase, bool>> Odd { get; } = new()
    {
        ["a kernel larger than the picture"] = static c => c.Window.KernelHeight > c.Window.Height || c.Window.KernelWidth > c.Window.Width,
        ["a stride larger than the kernel"] = static c => c.Window.StrideHeight > c.Window.KernelHeight || c.Window.StrideWidth > c.Window.KernelWidth,
        ["a kernel that is not square"] = static c => c.Window.KernelHeight != c.Window.KernelWidth,
        ["two strides"] = static c => c.Window.StrideHeight != c.Window.StrideWidth,
        ["explicit padding"] = static c => !c.Window.Padding.IsSame && c.Window.Padding != Padding.Valid,
        ["a picture that is not square"] = static c => c.Window.Height != c.Window.Width,
        ["three pictures"] = static c => c.Images == 3,
    };

    private static IEnumerable<string> GeometryClasses(ConvolutionCase c)
    {
        WindowCase window = c.Window;
        string kernel = $"{window.KernelHeight}×{window.KernelWidth}";
        if (IsSquare(window, window.StrideHeight) && window.Channels >= 8 && c.Filters >= 8)
        {
            yield return $"{kernel}, stride {window.StrideHeight}";
            yield return $"{kernel}, {window.Padding}";
            yield return $"{kernel}, {(c.Geometry.Window.OutputHeight < 14 ? "rows below 14" : "rows from 14 on")}";
        }

        if (Math.Max(window.Channels, c.Filters) == 64)
            yield return $"{kernel}, 64 channels or filters";
        if (window.Channels < 8 && c.Filters >= 8)
            yield return $"{kernel}, few channels";
        foreach ((string name, Func<ConvolutionCase, bool> isSuch) in Odd)
        {
            if (isSuch(c))
                yield return name;
        }
    }

    private static IEnumerable<string> NetworkClasses(NetworkCase network)
    {
        Conv2D[] convolutions = [.. network.Body.OfType<Conv2D>()];
        yield return convolutions.Length > 0 ? "a convolution" : "none";
        foreach (Conv2D convolution in convolutions.Where(convolution => convolution.Filters >= 8))
        {
            yield return "8 or more filters";
            yield return $"{convolution.KernelSize}";
            yield return $"stride {convolution.Strides.Height}";
        }

        if (network.Body.Zip(network.Body.Skip(1)).Any(pair => pair is (Conv2D, Conv2D)))
            yield return "a convolution behind another";
        if (network.Body.Any(layer => layer is MaxPooling2D))
            yield return "pooling";
        if (network.Body.Concat(network.Tail).Any(layer => layer is Dropout))
            yield return "dropout";
        if (network.Tail.Any(layer => layer is Dense))
            yield return "hidden dense layer";
        if (network.Build<float>().Layers.Any(layer => layer.Algorithm.StartsWith("Winograd", StringComparison.Ordinal)))
            yield return "by Winograd's algorithm";
    }

    private static bool IsSquare(WindowCase window, int stride) =>
        window.KernelHeight == window.KernelWidth && window.StrideHeight == stride && window.StrideWidth == stride;

    private static void AssertReached<TCase>(
        string name, Arbitrary<TCase> cases, IReadOnlyCollection<string> classes, Func<TCase, IEnumerable<string>> classesOf)
    {
        foreach (int seed in Seeds)
        {
            HashSet<string> reached = [.. PropertySuite.Drawn(cases, seed).SelectMany(classesOf)];
            string[] missed = [.. classes.Except(reached)];
            Assert.True(missed.Length == 0, $"{name}: no case of a run (seed {seed}) is of: {string.Join("; ", missed)}");
        }
    }
}

public sealed class MicroKernelsFloatTests : MicroKernelsTests<float>;

public sealed class MicroKernelsDoubleTests : MicroKernelsTests<double>;

/// <summary>That the convolutions that are drawn go through every algorithm and every micro-kernel, in every direction.</summary>
public abstract class MicroKernelsTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly bool HasWide = SimdVector512<T>.IsPanel;

    private static readonly string[] RegisterTiles =
        HasWide ? ["one plain vector", "one wide vector", "two wide vectors"] : ["one plain vector", "two plain vectors"];

    private static readonly string[] RowVectors = HasWide ? ["plain vector", "vector of two rows", "wide vector"] : ["plain vector"];

    /// <summary>Of three generators together, as the properties of each direction are tried on each of them.</summary>
    [Fact]
    public void Each_run_goes_through_every_micro_kernel_of_the_direct_algorithm()
    {
        List<string> kernels = [];
        foreach (string direction in (string[])["forward", "dx", "dw"])
        {
            kernels.AddRange(RegisterTiles.Select(vectors => $"{direction}: register tile, {vectors}"));
            foreach (string vector in RowVectors)
            {
                kernels.Add($"{direction}: shared tile, three taps, {vector}");
                kernels.Add(direction == "dx" ? $"dx: two phases, {vector}" : $"{direction}: shared tile, three taps by two, {vector}");
                if (direction != "dw")
                    kernels.Add($"{direction}: shared tile, two taps, {vector}");
            }

            if (direction != "dw")
                kernels.AddRange(RegisterTiles.Select(vectors => $"{direction}: register tile, {vectors}, tail"));
        }

        kernels.AddRange(RegisterTiles.Skip(1).Select(vectors => $"dw: register tile, {vectors}, overlapping"));
        kernels.AddRange(["dw: register tile, one plain vector, tail", "dw: register tile, a row's tail"]);
        kernels.Add($"dw: register tile, {RegisterTiles[1]}, tail"); // of a single row of pixels
        AssertReached(kernels, MicroKernels<T>.OfDirect, Generators.Convolutions, Generators.Overlapping, Generators.Halving);
    }

    [Fact]
    public void Each_run_goes_through_every_micro_kernel_of_Winograds_algorithm()
    {
        List<string> kernels = ["Winograd: one block", "Winograd: several blocks"];
        foreach (string of in (string[])["channels", "filters"])
        {
            if (!HasWide || SimdVector<T>.Count >= 8) // fewer than a long vector of channels do not suit
                kernels.AddRange([$"Winograd: {of} by plain vectors", $"Winograd: {of} by plain vectors that overlap"]);
            if (HasWide)
                kernels.AddRange([$"Winograd: {of} by wide vectors", $"Winograd: {of} by wide vectors that overlap"]);
        }

        foreach (string vectors in RegisterTiles)
            kernels.AddRange([$"Winograd: register tile, {vectors}", $"Winograd: register tile, {vectors}, tail"]);
        AssertReached(kernels, MicroKernels<T>.OfWinograd, Generators.WinogradConvolutions);
    }

    private static void AssertReached(
        List<string> kernels, Func<ConvolutionCase, IEnumerable<string>> kernelsOf, params Arbitrary<ConvolutionCase>[] generators)
    {
        foreach (int seed in (int[])[1, 2, 3, 4, 5])
        {
            HashSet<string> reached = [.. generators.SelectMany(cases => PropertySuite.Drawn(cases, seed)).SelectMany(kernelsOf)];
            string[] missed = [.. kernels.Except(reached)], unknown = [.. reached.Except(kernels)];
            Assert.True(missed.Length == 0, $"no convolution of a run (seed {seed}) goes through: {string.Join("; ", missed)}");
            Assert.True(unknown.Length == 0, $"a convolution went where none is expected to: {string.Join("; ", unknown)}");
        }
    }
}
