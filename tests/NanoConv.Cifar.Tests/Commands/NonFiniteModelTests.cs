using NanoConv.Cifar.Commands;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Images;
using NanoConv.Cifar.Tests.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Commands;

/// <summary>A model that is no model any more: no command answers from one.</summary>
public sealed class NonFiniteModelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    [InlineData(float.NegativeInfinity, "-Infinity")]
    public void Weights_that_are_no_numbers_are_named_by_every_command(float value, string word)
    {
        string model = folder["m.safetensors"];
        Save(model =>
        {
            model.Edit(model.Parameters[1], bias => bias[1] = value);
            model.Edit(model.Parameters[2], kernel => kernel[7] = float.NaN);
        });
        ImageFile.WritePng(folder["a.png"], TestPicture.Draw());
        string[] words = ["m.safetensors", "expected finite weights", $"found {word} in 'conv2d_1/bias'"];
        Assert.Equal("", CommandResult.Of("evaluate", model, "--data", "shapes10").ShouldFail(1, words).Out);
        Assert.Equal("", CommandResult.Of("predict", model, folder["a.png"]).ShouldFail(1, words).Out);
        Assert.Equal("", CommandResult.Of("export", model, "--onnx", folder["m.onnx"]).ShouldFail(1, words).Out);
        Assert.False(File.Exists(folder["m.onnx"]));
    }

    [Fact]
    public void Outputs_that_are_no_numbers_are_named_by_their_layer()
    {
        Save(model =>
        {
            model.Edit(model.Parameters[1], bias => bias.Fill(3e38f));
            model.Edit(model.Parameters[2], kernel => kernel.Fill(1));
        });
        string black = BlackCifar10.WriteFolder(folder["black"]);
        CommandResult.Of("evaluate", folder["m.safetensors"], "--data", black)
            .ShouldFail(1, "m.safetensors", "the first layer whose output is not finite is 'dense_1'");
        ImageFile.WritePng(folder["a.png"], TestPicture.Draw());
        CommandResult.Of("predict", folder["m.safetensors"], folder["a.png"])
            .ShouldFail(1, "m.safetensors", "the first layer whose output is not finite is 'dense_1'");
    }

    [Fact]
    public void Weights_that_are_no_numbers_are_not_imported()
    {
        string golden = Path.Combine(AppContext.BaseDirectory, "golden", "pytorch_default.safetensors");
        SafeTensorsFile file = SafeTensorsFile.Read(golden);
        Dictionary<string, SafeTensor> tensors = file.Tensors.ToDictionary();
        float[] bias = [.. Enumerable.Range(0, 16).Select(i => i == 9 ? float.NaN : 0)];
        tensors["4.bias"] = SafeTensor.From<float>(16, bias);
        new SafeTensorsFile(tensors, file.Metadata).Write(folder["w.safetensors"]);
        CommandResult.Of("import", folder["w.safetensors"], "--output", folder["m.safetensors"])
            .ShouldFail(1, "w.safetensors", "expected finite weights", "found NaN in '4.bias'", "'conv2d_2/bias'");
        Assert.False(File.Exists(folder["m.safetensors"]));
    }

    [Fact]
    public void A_run_whose_model_was_spoilt_is_not_collected()
    {
        CommandResult.Of(
            "train", "--data", "shapes10", "--samples", "20", "--epochs", "1", "--network", "thinner_deeper", "--output", folder["runs/a"]).ShouldSucceed();
        string path = folder["runs/a/model.safetensors"];
        ModelFile file = ModelFile.Read(path);
        file.Model.Edit(file.Model.Parameters[4], kernel => kernel[0] = float.NaN);
        file.Write(path, null);
        string output = CommandResult.Of("reproduce", "--collect", folder["runs"], "--no-pictures", "--quick", "--output", folder["report"]).Out;
        Assert.Contains("not used: ", output, StringComparison.Ordinal);
        Assert.Contains("found NaN in 'conv2d_3/kernel'", output, StringComparison.Ordinal);
        Assert.Contains("0 runs found", output, StringComparison.Ordinal);
    }

    private void Save(Action<Model<float>> change)
    {
        Model<float> model = new Sequential(new Conv2D(2, 3, strides: 8, activation: Activation.ReLU), new Flatten(), new Dense(10, Activation.Softmax))
            .Build<float>((32, 32, 3));
        change(model);
        model.Save(folder["m.safetensors"]);
    }
}
