using NanoConv.Cifar.Data;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Tests.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Commands;

/// <summary>evaluate joins the model's classes with the data's: by name, or not at all. The data are black airplanes.</summary>
public sealed class ClassNameTests : IDisposable
{
    private static readonly IReadOnlyList<string> Official = Cifar10Archive.ClassNames;

    private readonly TemporaryFolder folder = new();
    private readonly string black;

    public ClassNameTests() => black = BlackCifar10.WriteFolder(folder["black"]);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("CIFAR-10")]
    public void Classes_in_another_order_are_matched_by_name(string? dataName)
    {
        string[] turned = [.. Official.Skip(7), .. Official.Take(7)]; // airplane is class 3
        Write(turned, dataName, favourite: 3);
        string output = Evaluate().ShouldSucceed().Out;
        Assert.Contains("accuracy 1.0000", output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^ *airplane +1\.00 +1\.00 +1\.00 +10000\r?$", output);
        Assert.Matches(@"(?m)^ *airplane 3( +0){3} +10000( +0){6}\r?$", output);
        Assert.Contains("matched by name", output, StringComparison.Ordinal);

        Write(turned, dataName, favourite: 0); // horse: index 0 is the airplanes' own, in the data alone
        output = Evaluate().ShouldSucceed().Out;
        Assert.Contains("accuracy 0.0000", output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^ *airplane 3 +10000( +0){9}\r?$", output);
    }

    [Fact]
    public void Classes_in_the_same_order_need_no_word()
    {
        Write(Official, null, favourite: 0);
        string output = Evaluate().ShouldSucceed().Out;
        Assert.Contains("accuracy 1.0000", output, StringComparison.Ordinal);
        Assert.DoesNotContain("by name", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("CIFAR-10")]
    [InlineData("my pictures")]
    public void Other_classes_are_refused_with_both_lists(string? dataName)
    {
        string[] names = [.. Official];
        names[9] = "lorry";
        Write(names, dataName, favourite: 0);
        Evaluate().ShouldFail(1, "m.safetensors", string.Join(", ", names), string.Join(", ", Official));
    }

    [Fact]
    public void Names_differ_by_capitals_and_blanks_too()
    {
        Write([.. Official.Select(name => name.ToUpperInvariant())], null, favourite: 0);
        Evaluate().ShouldFail(1, "AIRPLANE, AUTOMOBILE", "airplane, automobile");
    }

    [Fact]
    public void A_name_that_comes_twice_tells_nothing()
    {
        Write([.. Official.Take(9), "airplane"], null, favourite: 0);
        Evaluate().ShouldFail(1, "m.safetensors", "'airplane'", "twice");
    }

    [Fact]
    public void A_model_without_names_is_taken_to_have_the_datas_and_that_is_said()
    {
        foreach (Action write in (Action[])[() => Model(0).Save(Path), () => Write([.. Enumerable.Range(0, 10).Select(c => $"class {c}")], null, 0)])
        {
            write();
            string output = Evaluate().ShouldSucceed().Out;
            Assert.Contains("accuracy 1.0000", output, StringComparison.Ordinal);
            Assert.Contains("does not name its classes", output, StringComparison.Ordinal);
            Assert.Contains("airplane, automobile", output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(12)]
    public void A_model_without_names_has_as_many_outputs_as_the_data_classes(int outputs)
    {
        new Sequential(new Flatten(), new Dense(outputs, Activation.Softmax)).Build<float>((32, 32, 3)).Save(Path);
        Evaluate().ShouldFail(1, "m.safetensors", "expected 10 outputs", "airplane, automobile", $"found {outputs}");
    }

    [Fact]
    public void Imported_names_are_ten_different_ones()
    {
        string weights = System.IO.Path.Combine(AppContext.BaseDirectory, "golden", "pytorch_default.safetensors");
        CommandResult.Of("import", weights, "--output", Path, "--classes", "a,b,c,d,e,f,g,h,i,a").ShouldFail(1, "--classes", "'a' twice");
        Assert.False(File.Exists(Path));
    }

    [Fact]
    public void Data_whose_own_list_of_classes_is_another_is_refused()
    {
        string list = System.IO.Path.Combine(black, Cifar10Archive.ClassNamesFile);
        Write(Official, null, favourite: 0);
        File.WriteAllText(list, string.Join("\n", Official) + "\n\n"); // as the official one ends
        Evaluate().ShouldSucceed();
        File.WriteAllText(list, string.Join("\r\n", Official));
        Evaluate().ShouldSucceed();
        File.WriteAllText(list, string.Join("\n", Official.Reverse()));
        Evaluate().ShouldFail(1, "batches.meta.txt", "airplane, automobile", "truck, ship");
        CommandResult.Of("train", "--data", black, "--samples", "20", "--output", folder["run"]).ShouldFail(1, "batches.meta.txt", "truck, ship");
    }

    private string Path => folder["m.safetensors"];

    private CommandResult Evaluate() => CommandResult.Of("evaluate", Path, "--data", black);

    private void Write(IReadOnlyList<string> names, string? data, int favourite) => new ModelFile(Model(favourite), names, data).Write(Path, null);

    /// <summary>Takes every black picture for one class.</summary>
    private static Model<float> Model(int favourite)
    {
        Model<float> model = new Sequential(new Flatten(), new Dense(10, Activation.Softmax)).Build<float>((32, 32, 3));
        model.Edit(model.Parameters[1], bias => bias[favourite] = 5);
        return model;
    }
}
