using System.IO.Compression;
using System.Runtime.InteropServices;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Images;
using NanoConv.Cifar.Tests.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Commands;

/// <summary>import, with the state_dicts of real PyTorch modules (tests/golden/make_imports.py).</summary>
public sealed class ImportCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("default", "pytorch", "conv2d_2/kernel  (3, 3, 16, 16)  from 4.weight (16, 16, 3, 3)")]
    [InlineData("maxpooling", "pytorch", "dense_1/kernel   (2048, 10)      from classifier.1.weight (10, 2048)")]
    [InlineData("thinner_deeper", "pytorch", "conv2d_6/bias    (32,)           from conv6.bias (32,)")]
    [InlineData("thinner_deeper", "keras", "conv2d_6/kernel  (3, 3, 32, 32)  from conv2d_5/kernel (3, 3, 32, 32)")]
    public void Weights_of_each_network_become_a_model_that_predicts(string network, string layout, string line)
    {
        string output = Import($"{layout}_{network}", "--layout", layout, "--network", network, "--classes", "cifar10").ShouldSucceed().Out;
        Assert.Contains(line, output, StringComparison.Ordinal);
        Assert.Contains($"{network}, {(network == "thinner_deeper" ? "23,314" : "37,146")} parameters", output, StringComparison.Ordinal);
        Assert.Equal(layout == "pytorch" && network != "maxpooling", output.Contains("--padding symmetric", StringComparison.Ordinal));
        ImageFile.WritePng(folder["a.png"], TestPicture.Draw());
        Assert.Contains("airplane", CommandResult.Of("predict", folder["m.safetensors"], folder["a.png"]).ShouldSucceed().Out, StringComparison.Ordinal);
        Assert.Equal("CIFAR-10", ModelFile.Read(folder["m.safetensors"]).DataName);
    }

    [Fact]
    public void Symmetric_padding_is_PyTorchs()
    {
        string output = Import("pytorch_default", "--padding", "symmetric").ShouldSucceed().Out;
        Assert.DoesNotContain("--padding", output, StringComparison.Ordinal);
        Model<float> symmetric = ModelFile.Read(folder["m.safetensors"]).Model;
        Assert.All(symmetric.Network.Layers.OfType<Conv2D>(), layer => Assert.Equal(Padding.Explicit(1), layer.Padding));
        Import("pytorch_default").ShouldSucceed();
        Model<float> same = ModelFile.Read(folder["m.safetensors"]).Model;
        Assert.All(same.Network.Layers.OfType<Conv2D>(), layer => Assert.Equal(Padding.Same, layer.Padding));
        Assert.Equal(symmetric.Weights.ToArray(), same.Weights.ToArray());
    }

    [Fact]
    public void Classes_are_numbered_named_or_a_data_sets()
    {
        Import("pytorch_default").ShouldSucceed();
        ModelFile file = ModelFile.Read(folder["m.safetensors"]);
        Assert.Equal(("class 0", "class 9", null), (file.ClassNames[0], file.ClassNames[9], file.DataName));
        Import("pytorch_default", "--classes", "a,b,c,d,e, f ,g,h,i,j").ShouldSucceed();
        Assert.Equal("f", ModelFile.Read(folder["m.safetensors"]).ClassNames[5]);
        Import("pytorch_default", "--classes", "shapes10").ShouldSucceed();
        Assert.Equal("Shapes10", ModelFile.Read(folder["m.safetensors"]).DataName);
        Import("pytorch_default", "--classes", "a,b").ShouldFail(1, "--classes", "10 names", "'a,b'");
        Import("pytorch_default", "--classes", "a,b,c,d,e,f,,h,i,j").ShouldFail(1, "--classes", "10 names");
    }

    [Fact]
    public void Layers_are_said_by_hand_where_names_tell_nothing()
    {
        SafeTensorsFile file = SafeTensorsFile.Read(PathOf("pytorch_default"));
        string[] names = ["1", "4", "7", "10"], odd = ["stem", "down", "body", "last"];
        var renamed = file.Tensors.ToDictionary(
            tensor => Array.IndexOf(names, tensor.Key.Split('.')[0]) is >= 0 and var i ? $"{odd[i]}.{tensor.Key.Split('.')[1]}" : tensor.Key,
            tensor => tensor.Value);
        new SafeTensorsFile(renamed, file.Metadata).Write(folder["odd.safetensors"]);
        CommandResult.Of("import", folder["odd.safetensors"], "--output", folder["o.safetensors"]).ShouldFail(1, "odd.safetensors", "'stem'", "conv2d_1");
        Assert.False(File.Exists(folder["o.safetensors"]));
        CommandResult.Of(
            "import", folder["odd.safetensors"], "--output", folder["o.safetensors"],
            "--map", "conv2d_1=stem", "conv2d_2=down", "conv2d_3=body", "--map", "conv2d_4=last").ShouldSucceed();
        Import("pytorch_default").ShouldSucceed();
        Assert.Equal(File.ReadAllBytes(folder["m.safetensors"]), File.ReadAllBytes(folder["o.safetensors"]));
        CommandResult.Of("import", folder["odd.safetensors"], "--output", folder["o.safetensors"], "--map", "a=b", "a=c").ShouldFail(1, "'a' twice");
        CommandResult.Of("import", folder["odd.safetensors"], "--output", folder["o.safetensors"], "--map", "a=b").ShouldFail(1, "conv2d_1", "'a'");
    }

    [Fact]
    public void What_does_not_fit_is_an_error_of_one_line_and_leaves_the_old_file()
    {
        Import("pytorch_default").ShouldSucceed();
        byte[] before = File.ReadAllBytes(folder["m.safetensors"]);
        Import("pytorch_thinner_deeper").ShouldFail(
            1, "pytorch_thinner_deeper.safetensors", "'conv1.weight' has shape (8, 3, 3, 3) instead of (16, 3, 3, 3)", "unexpected 'conv5.weight'");
        Import("pytorch_default", "--layout", "keras").ShouldFail(1, "missing a kernel of shape (3, 3, 3, 16)", "unexpected '1.weight'");
        Assert.Equal(before, File.ReadAllBytes(folder["m.safetensors"]));
    }

    [Fact]
    public void What_is_ignored_and_what_is_converted_is_said()
    {
        Import("pytorch_default").ShouldSucceed();
        byte[] plain = File.ReadAllBytes(folder["m.safetensors"]);
        SafeTensorsFile file = SafeTensorsFile.Read(PathOf("pytorch_default"));
        var tensors = new Dictionary<string, SafeTensor>(file.Tensors)
        {
            ["n.num_batches_tracked"] = new("I64", [], new byte[8]),
        };
        foreach (int i in Enumerable.Range(0, 10))
            tensors[$"optimizer.{i}.exp_avg"] = SafeTensor.From<float>(1, [1]);
        new SafeTensorsFile(tensors, file.Metadata).Write(folder["w.safetensors"]);
        CommandResult.Of("import", folder["w.safetensors"], "--output", folder["n.safetensors"])
            .ShouldFail(1, "w.safetensors", "unexpected 'n.num_batches_tracked'", "unexpected 'optimizer.9.exp_avg'", "ignore it by a pattern");
        CommandResult.Of("import", folder["w.safetensors"], "--output", folder["n.safetensors"], "--ignore", "optim").ShouldFail(1, "names that fit 'optim'");
        Assert.False(File.Exists(folder["n.safetensors"]));
        string output = CommandResult.Of(
            "import", folder["w.safetensors"], "--output", folder["n.safetensors"], "--ignore", "*.num_batches_tracked", "optimizer.*").ShouldSucceed().Out;
        Assert.Contains("Ignored by '*.num_batches_tracked': 1 tensor: n.num_batches_tracked\n", output, StringComparison.Ordinal);
        Assert.Contains("Ignored by 'optimizer.*': 10 tensors: optimizer.0.exp_avg, ", output, StringComparison.Ordinal);
        Assert.Contains("optimizer.7.exp_avg, … and 2 more\n", output, StringComparison.Ordinal);
        Assert.Contains("computes nothing with what is ignored", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Converted", output, StringComparison.Ordinal);
        Assert.Equal(plain, File.ReadAllBytes(folder["n.safetensors"]));
        Import("pytorch_default", "--ignore", " ").ShouldFail(2, "--ignore: expected a pattern of names, found nothing");
    }

    [Fact]
    public void Half_precision_is_converted_and_said()
    {
        Import("pytorch_default").ShouldSucceed();
        float[] single = [.. ModelFile.Read(folder["m.safetensors"]).Model.Weights];
        SafeTensorsFile file = SafeTensorsFile.Read(PathOf("pytorch_default"));
        var tensors = file.Tensors.ToDictionary(
            tensor => tensor.Key, tensor => tensor.Key.StartsWith("1.", StringComparison.Ordinal) ? Brain(tensor.Value) : tensor.Value);
        tensors["4.weight"] = Double(tensors["4.weight"]);
        new SafeTensorsFile(tensors, file.Metadata).Write(folder["w.safetensors"]);
        string output = CommandResult.Of("import", folder["w.safetensors"], "--output", folder["n.safetensors"]).ShouldSucceed().Out;
        Assert.Contains("Converted from BF16 to F32, which is exact: 2 tensors: 1.weight, 1.bias\n", output, StringComparison.Ordinal);
        Assert.Contains("Converted from F64 to F32, rounded: 1 tensor: 4.weight\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Ignored", output, StringComparison.Ordinal);
        float[] converted = [.. ModelFile.Read(folder["n.safetensors"]).Model.Weights];
        int first = (3 * 3 * 3 * 16) + 16;
        Assert.Equal(single[..first].Select(Truncated), converted[..first]);
        Assert.Equal(single[first..], converted[first..]);

        static float Truncated(float value) => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & 0xFFFF0000);
    }

    [Theory]
    [InlineData("import")]
    [InlineData("predict", "a.png")]
    [InlineData("evaluate")]
    [InlineData("export", "--onnx", "x.onnx")]
    public void Files_of_other_kinds_are_named_with_what_to_do(string command, params string[] more)
    {
        Import("pytorch_default").ShouldSucceed();
        string onnx = folder["net.onnx"], torch = folder["net.pth"], empty = folder["empty"], page = folder["page.html"];
        CommandResult.Of("export", folder["m.safetensors"], "--onnx", onnx).ShouldSucceed();
        using (ZipArchive zip = ZipFile.Open(torch, ZipArchiveMode.Create))
            zip.CreateEntry("net/data.pkl");
        File.WriteAllText(page, "<!DOCTYPE html><html>");
        File.WriteAllBytes(empty, []);
        string[] output = command == "import" ? ["--output", folder["out.safetensors"]] : more;
        CommandResult.Of([command, onnx, .. output]).ShouldFail(1, onnx, "found an ONNX model", "onnx.load(");
        CommandResult.Of([command, torch, .. output]).ShouldFail(1, torch, "found a PyTorch file", "torch.load(");
        CommandResult.Of([command, page, .. output]).ShouldFail(1, page, "found a web page");
        CommandResult.Of([command, empty, .. output]).ShouldFail(1, empty, "found no bytes at all");
        CommandResult.Of([command, folder.Path, .. output]).ShouldFail(1, "found a folder; in it is 'm.safetensors'");
    }

    [Theory]
    [InlineData("predict", "a.png")]
    [InlineData("evaluate")]
    [InlineData("export", "--onnx", "x.onnx")]
    public void Weights_of_others_are_sent_to_import(string command, params string[] more)
    {
        string torch = PathOf("pytorch_default"), keras = PathOf("keras_thinner_deeper");
        CommandResult.Of([command, torch, .. more]).ShouldFail(
            1, torch, "weights of another program (10 tensors, as '", $"'nanoconv-cifar import {torch} --layout pytorch'");
        CommandResult.Of([command, keras, .. more]).ShouldFail(1, keras, "weights of another program", $"'nanoconv-cifar import {keras} --layout keras'");
        var checkpoint = new Dictionary<string, string> { ["format"] = "nanoconv-checkpoint" };
        new SafeTensorsFile(new Dictionary<string, SafeTensor>(), checkpoint).Write(folder["c.safetensors"]);
        CommandResult.Of([command, folder["c.safetensors"], .. more]).ShouldFail(1, "found a checkpoint of a run", "train --resume");
    }

    [Fact]
    public void Mistakes_are_named()
    {
        CommandResult.Of("import", folder["none.safetensors"], "--output", folder["m.safetensors"]).ShouldFail(1, "none.safetensors", "no such file");
        CommandResult.Of("import", PathOf("pytorch_default"), "--output", folder["none/m.safetensors"]).ShouldFail(1, "none", "does not exist");
        Import("pytorch_default").ShouldSucceed();
        CommandResult.Of("import", folder["m.safetensors"], "--output", folder["m.safetensors"]).ShouldFail(1, "another file than the weights");
        Import("pytorch_default", "--layout", "jax").ShouldFail(2, "--layout: expected pytorch or keras, found 'jax'");
        Import("pytorch_default", "--map", "conv2d_1").ShouldFail(2, "--map: expected LAYER=PREFIX, found 'conv2d_1'");
        Assert.Contains("Examples:", CommandResult.Of("import", "--help").ShouldSucceed().Out, StringComparison.Ordinal);
    }

    private CommandResult Import(string file, params string[] more) =>
        CommandResult.Of(["import", PathOf(file), "--output", folder["m.safetensors"], .. more]);

    private static SafeTensor Brain(SafeTensor tensor) => tensor with
    {
        DataType = "BF16",
        Data = (byte[])[.. tensor.Data.ToArray().Chunk(4).SelectMany(number => number[2..])], // a float's upper half
    };

    private static SafeTensor Double(SafeTensor tensor)
    {
        var values = new double[tensor.Data.Length / 4];
        tensor.CopyTo<double>(values);
        return tensor with { DataType = "F64", Data = MemoryMarshal.AsBytes<double>(values).ToArray() };
    }

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "golden", $"{file}.safetensors");
}
