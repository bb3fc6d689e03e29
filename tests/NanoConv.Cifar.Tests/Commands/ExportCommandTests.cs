using NanoConv.Cifar.Data;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Networks;
using NanoConv.Cifar.Tests.Data;
using NanoConv.Onnx;
using Xunit;

namespace NanoConv.Cifar.Tests.Commands;

/// <summary>export: what it writes is what the library's export makes of the model; that this computes the same is shown there.</summary>
public sealed class ExportCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public ExportCommandTests() =>
        new ModelFile(CifarNetwork.Create("thinner_deeper", l1: 0).Build<float>(CifarNetwork.InputShape), Shapes10.ClassNames, "Shapes10").Write(Trained, null);

    private string Trained => folder["m.safetensors"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Exporting_writes_the_model_with_its_classes_and_says_what_the_file_takes()
    {
        string output = CommandResult.Of("export", Trained, "--onnx", folder["m.onnx"]).ShouldSucceed().Out;
        Assert.Equal(Expected(OnnxLayout.Nhwc, scalePixels: false), File.ReadAllBytes(folder["m.onnx"]));
        Assert.Equal(
            [
                $"written to {folder["m.onnx"]}: {new FileInfo(folder["m.onnx"]).Length:N0} bytes, opset 17",
                "takes  input: float32 [batch, 32, 32, 3] (numbers in [0, 1])",
                "gives  output: float32 [batch, 10]",
            ],
            output.TrimEnd().Split('\n', StringSplitOptions.TrimEntries));
    }

    [Fact]
    public void Layout_and_scaling_are_options()
    {
        string output = CommandResult.Of("export", Trained, "--onnx", folder["m.onnx"], "--layout", "nchw", "--scale-pixels").ShouldSucceed().Out;
        Assert.Equal(Expected(OnnxLayout.Nchw, scalePixels: true), File.ReadAllBytes(folder["m.onnx"]));
        Assert.Contains("input: uint8 [batch, 3, 32, 32] (bytes, 0 to 255)", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_or_truncated_model_is_named_and_an_older_file_stays()
    {
        File.WriteAllText(folder["m.onnx"], "old");
        CommandResult.Of("export", folder["none.safetensors"], "--onnx", folder["m.onnx"]).ShouldFail(1, "none.safetensors", "no such file");
        File.WriteAllBytes(folder["half.safetensors"], File.ReadAllBytes(Trained)[..1000]);
        CommandResult.Of("export", folder["half.safetensors"], "--onnx", folder["m.onnx"]).ShouldFail(1, "half.safetensors", "expected");
        Assert.Equal("old", File.ReadAllText(folder["m.onnx"]));
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_named()
    {
        CommandResult.Of("export", Trained, "--onnx", folder.Path).ShouldFail(1, "cannot write", "found a folder");
        CommandResult.Of("export", Trained, "--onnx", folder["nowhere/m.onnx"]).ShouldFail(1, "nowhere", "does not exist");
        Assert.Equal(["m.safetensors"], folder.Names);
    }

    [Fact]
    public void The_model_itself_is_not_overwritten()
    {
        byte[] before = File.ReadAllBytes(Trained);
        CommandResult.Of("export", Trained, "--onnx", Trained).ShouldFail(1, "--onnx", "expected another file than the model");
        Assert.Equal(before, File.ReadAllBytes(Trained));
    }

    private byte[] Expected(OnnxLayout layout, bool scalePixels)
    {
        using MemoryStream stream = new();
        Model.Load<float>(Trained).ToOnnx(new OnnxExportOptions
        {
            InputLayout = layout,
            ScalePixels = scalePixels,
            ClassNames = Shapes10.ClassNames,
            Metadata = new Dictionary<string, string> { ["nanoconv.data"] = "Shapes10" },
        }).Write(stream);
        return stream.ToArray();
    }
}
