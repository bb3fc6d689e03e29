using System.Diagnostics;
using System.Text;

namespace NanoConv.Tests.Models;

/// <summary>
/// The files of tests/golden/make_safetensors.py, made from the specification by another language: the valid ones are
/// read, with the numbers that they are known to hold, and the invalid ones are refused. And the other way round: a
/// checker made from the specification, tests/golden/check_safetensors.py, finds nothing wrong with ours.
/// </summary>
public sealed class SafeTensorsSpecificationTests : IDisposable
{
    private static readonly string Golden = Path.Combine(AppContext.BaseDirectory, "golden");

    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    public static TheoryData<string> Valid => Names("valid");

    public static TheoryData<string> Invalid => Names("invalid");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [MemberData(nameof(Valid))]
    public void A_valid_file_is_read(string name)
    {
        SafeTensorsFile file = SafeTensorsFile.Read(PathOf("valid", name));
        foreach (SafeTensor tensor in file.Tensors.Values.Where(tensor => tensor.DataType is not ("F32" or "F64")))
            Assert.Equal(Enumerable.Range(0, tensor.Data.Length).Select(i => (byte)i), tensor.Data.ToArray());
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void An_invalid_file_is_refused_by_its_name(string name)
    {
        string path = PathOf("invalid", name);
        Expect.Throws<InvalidDataException>(() => SafeTensorsFile.Read(path), path, "expected", "found");
    }

    /// <summary>Element i of tensor k is 100 k + i, wherever in the file it lies.</summary>
    [Theory]
    [InlineData("padded_with_spaces", "a", "b")]
    [InlineData("padded_with_other_white_space", "a", "b")]
    [InlineData("white_space_inside", "a", "b")]
    [InlineData("metadata_null", "a", "b")]
    [InlineData("metadata_last", "a", "b")]
    [InlineData("data_in_another_order", "a", "b")]
    [InlineData("scalar", "a", "b")]
    [InlineData("empty_tensors_everywhere", "a", "b", "c", "d", "e", "f")]
    [InlineData("weights_unaligned_exact", "conv2d_1/kernel", "conv2d_1/bias", "dense_1/kernel", "dense_1/bias")]
    [InlineData("weights_as_the_reference_writes", "conv2d_1/kernel", "conv2d_1/bias", "dense_1/kernel", "dense_1/bias")]
    [InlineData("names", "äöü / \"quoted\" \\ \t", "", "💡")]
    public void Every_number_is_in_its_place(string name, params string[] tensors)
    {
        SafeTensorsFile file = SafeTensorsFile.Read(PathOf("valid", name));
        Assert.Equal(tensors.Order(StringComparer.Ordinal), file.Tensors.Keys.Order(StringComparer.Ordinal));
        for (int k = 0; k < tensors.Length; k++)
        {
            double[] values = new double[file.Tensors[tensors[k]].Shape.Aggregate(1L, (product, axis) => product * axis)];
            file.Tensors[tensors[k]].CopyTo<double>(values);
            Assert.Equal(Enumerable.Range(0, values.Length).Select(i => (100.0 * k) + i), values);
        }
    }

    [Theory]
    [InlineData("weights_unaligned_exact")]
    [InlineData("weights_as_the_reference_writes")]
    public void Weights_that_another_program_wrote_are_loaded(string name)
    {
        Model<float> model = new Sequential(new Conv2D(2, 3), new Flatten(), new Dense(3)).Build<float>((4, 4, 1), seed: 1);
        model.LoadWeights(PathOf("valid", name));
        foreach ((Parameter<float> parameter, int k) in model.Parameters.Select((parameter, k) => (parameter, k)))
            Assert.Equal(Enumerable.Range(0, parameter.Shape.Elements).Select(i => (100f * k) + i), parameter.Value.ToArray());
    }

    [Fact]
    public void Weights_of_other_types_are_refused_by_the_type()
    {
        Model<float> model = new Sequential(new Dense(3)).Build<float>(2);
        Expect.Throws<InvalidDataException>(
            () => model.LoadWeights(PathOf("valid", "halves_and_integers")),
            "'dense_1/kernel' has type F16 instead of F32 or F64", "'dense_1/bias' has type BF16 instead", "unexpected 'steps'");
    }

    [Fact]
    public void Text_and_types_are_read_as_they_are()
    {
        Assert.Equal(
            new Dictionary<string, string> { ["text"] = "äöü\n\"quoted\"", [""] = "empty key" },
            SafeTensorsFile.Read(PathOf("valid", "metadata_only")).Metadata);
        Assert.Equal("pt", SafeTensorsFile.Read(PathOf("valid", "metadata_last")).Metadata["format"]);
        Assert.Equal("F32", SafeTensorsFile.Read(PathOf("valid", "escapes")).Tensors["a💡"].DataType);
        Assert.All(SafeTensorsFile.Read(PathOf("valid", "every_type")).Tensors, tensor => Assert.Equal(tensor.Key, $"t/{tensor.Value.DataType}"));
    }

    /// <summary>The checker must find the same files right and wrong, or its word on ours is worth nothing.</summary>
    [PythonFact]
    public void The_checker_of_the_specification_agrees_on_every_file()
    {
        string[] right = Directory.GetFiles(Path.Combine(Golden, "safetensors", "valid"));
        Assert.Equal(0, Python("check_safetensors.py", right).ExitCode);
        string[] wrong = Directory.GetFiles(Path.Combine(Golden, "safetensors", "invalid"));
        string said = Python("check_safetensors.py", wrong).Output;
        Assert.Equal(wrong.Length, said.TrimEnd().Split('\n').Length);
        Assert.DoesNotContain(": ok", said, StringComparison.Ordinal);
        Assert.Equal(0, Python("make_safetensors.py", "--check").ExitCode);
    }

    [PythonFact]
    public void Our_files_are_valid_and_load_after_the_reference_has_laid_them_out_anew()
    {
        Model<float> single = new Sequential(new Conv2D(3, 3), new MaxPooling2D(2), new Flatten(), new Dense(3, Activation.Softmax)).Build<float>((6, 6, 2));
        Model<double> full = Training.FitTests<double>.Model();
        Dictionary<string, string> metadata = new() { ["text"] = "äöü 💡 \"quoted\" \\ \n <&'+>", [""] = "" };
        Check(single, new History { Options = new FitOptions() }, metadata);
        Check(full, full.Fit(new RecordingDataset<double>(12), new FitOptions { Epochs = 2, ValidationSplit = 0.25 }), metadata);
        Check(new Sequential(new Flatten()).Build<float>(2), null, null); // no tensor at all
    }

    private void Check<T>(Model<T> model, History? history, Dictionary<string, string>? metadata)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        string ours = Path.Combine(folder, "ours.safetensors"), theirs = Path.Combine(folder, "theirs.safetensors");
        model.Save(ours, history, metadata);
        (int exitCode, string output) = Python("check_safetensors.py", ours);
        Assert.True(exitCode == 0, output);
        Assert.EndsWith($"ok, {model.Parameters.Count} tensors", output.TrimEnd(), StringComparison.Ordinal);
        Assert.Equal(0, Python("check_safetensors.py", "--resave", ours, theirs).ExitCode);
        Model<T> back = Model.Load<T>(theirs);
        Assert.Equal(model.Weights.ToArray(), back.Weights.ToArray());
        Assert.Equal(ModelInfo.Read(ours).Metadata, ModelInfo.Read(theirs).Metadata);
    }

    private static (int ExitCode, string Output) Python(string script, params string[] arguments)
    {
        ProcessStartInfo start = new(PythonFactAttribute.Interpreter!, [Path.Combine(Golden, script), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["PYTHONIOENCODING"] = "utf-8";
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal("", errors.GetAwaiter().GetResult());
        return (process.ExitCode, output);
    }

    private static string PathOf(string kind, string name) => Path.Combine(Golden, "safetensors", kind, $"{name}.safetensors");

    private static TheoryData<string> Names(string kind) =>
        [.. Directory.GetFiles(Path.Combine(Golden, "safetensors", kind)).Select(path => Path.GetFileNameWithoutExtension(path)).Order()];
}
