using System.CommandLine;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Files;
using NanoConv.Metrics;
using NanoConv.Onnx;

namespace NanoConv.Cifar.Commands;

/// <summary><c>export</c>: a trained model as an ONNX file, for other runtimes to predict with.</summary>
internal static class ExportCommand
{
    /// <summary>What the command is called.</summary>
    public const string Name = "export";

    /// <summary>What it does.</summary>
    public const string Description = "Writes a trained model as an ONNX file, for other runtimes.";

    private const string Nhwc = "nhwc", Nchw = "nchw";

    /// <summary>The command.</summary>
    /// <param name="terminal">Where to write.</param>
    public static Command Create(Terminal terminal)
    {
        var model = new Argument<string>("MODEL") { Description = "A model.safetensors made by train." };
        Option<string?> onnx = OptionOf.Text("--onnx", "The file to write.", "FILE", "the name of a file");
        Option<string> layout = OptionOf.Choice("--layout", "The axes of the pictures that the file takes.", Nhwc, Nchw);
        var scale = new Option<bool>("--scale-pixels") { Description = "The file takes bytes, 0 to 255, and scales them to [0, 1] itself." };
        var command = new CommandWithExamples(
            Name,
            Description,
            "nanoconv-cifar export runs/first/model.safetensors --onnx model.onnx",
            "nanoconv-cifar export runs/first/model.safetensors --onnx model.onnx --layout nchw --scale-pixels")
        {
            model, onnx, layout, scale,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(onnx) is null)
                result.AddError("--onnx: expected the name of a file, found nothing.");
        });
        command.SetAction(result => Run(
            result.GetRequiredValue(model),
            result.GetRequiredValue(onnx)!,
            result.GetRequiredValue(layout) == Nchw ? OnnxLayout.Nchw : OnnxLayout.Nhwc,
            result.GetValue(scale),
            terminal.Out));
        return command;
    }

    private static void Run(string path, string target, OnnxLayout layout, bool scalePixels, TextWriter output)
    {
        ModelFile file = ModelFile.Read(path);
        if (OutputFile.IsSame(path, target))
            throw new UserErrorException($"--onnx: expected another file than the model, found '{target}'");
        using IDisposable claim = OutputFile.Claim(target);
        OnnxModel model = file.Model.ToOnnx(new OnnxExportOptions
        {
            InputLayout = layout,
            ScalePixels = scalePixels,
            ClassNames = file.ClassNames,
            Metadata = file.DataName is { } data ? new Dictionary<string, string> { [ModelFile.DataKey] = data } : null,
        });
        OutputFile.Write(target, model.Write);
        output.WriteLine($"written to {target}: {model.Size:N0} bytes, opset {OnnxModel.Opset}");
        output.WriteLine($"takes  {model.Input} ({(scalePixels ? "bytes, 0 to 255" : "numbers in [0, 1]")})");
        output.WriteLine($"gives  {model.Output}");
    }
}
