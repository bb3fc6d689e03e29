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

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "golden", $"{file}.safetensors");
}
