namespace NanoConv.Tests.Models;

/// <summary>What a model file says of losses and weights of classes: in Keras's words, and read back.</summary>
public sealed class LossDescriptionTests : IDisposable
{
    private const string TrainingKey = "nanoconv.training";

    private readonly string folder = Directory.CreateTempSubdirectory("nanoconv-").FullName;

    public static TheoryData<string, string> Losses { get; } = new()
    {
        { "CategoricalCrossentropy(from_logits True)", """{"class":"CategoricalCrossentropy","from_logits":true}""" },
        {
            "CategoricalCrossentropy(from_logits False, label_smoothing 0.1, reduction sum)",
            """{"class":"CategoricalCrossentropy","from_logits":false,"label_smoothing":0.1,"reduction":"sum"}"""
        },
        { "BinaryCrossentropy(from_logits False)", """{"class":"BinaryCrossentropy","from_logits":false}""" },
        {
            "BinaryCrossentropy(from_logits True, label_smoothing 0.25)",
            """{"class":"BinaryCrossentropy","from_logits":true,"label_smoothing":0.25}"""
        },
        { "MeanSquaredError", """{"class":"MeanSquaredError"}""" },
        { "MeanSquaredError(reduction sum)", """{"class":"MeanSquaredError","reduction":"sum"}""" },
    };

    private static IEnumerable<Loss> All =>
    [
        new CategoricalCrossentropy(true), new CategoricalCrossentropy(false, 0.1, Reduction.Sum), new BinaryCrossentropy(),
        new BinaryCrossentropy(true, 0.25), new MeanSquaredError(), new MeanSquaredError(Reduction.Sum),
    ];

    private string FilePath => Path.Combine(folder, "m.safetensors");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [MemberData(nameof(Losses))]
    public void A_loss_is_written_and_read(string text, string description)
    {
        FitOptions options = new() { Loss = All.Single(loss => $"{loss}" == text) };
        ModelInfo info = Saved(options);
        Assert.Contains($"\"loss\":{description}", info.Metadata[TrainingKey], StringComparison.Ordinal);
        Assert.Equal(text, $"{info.History!.Options!.Loss}");
        Assert.Null(info.History.Options.ClassWeights);
        Assert.DoesNotContain("class_weight", info.Metadata[TrainingKey], StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_of_classes_are_written_and_read()
    {
        ModelInfo info = Saved(new FitOptions { ClassWeights = new Dictionary<int, double> { [2] = 0.1, [0] = 3 } });
        Assert.Contains("""{"0":3,"2":0.1}""", info.Metadata[TrainingKey], StringComparison.Ordinal);
        Assert.Equal([(0, 3), (2, 0.1)], info.History!.Options!.ClassWeights!.OrderBy(weight => weight.Key).Select(weight => (weight.Key, weight.Value)));
    }

    [Theory]
    [InlineData("\"label_smoothing\":2", "from 0 to 1")]
    [InlineData("\"label_smoothing\":\"x\"", "expected a finite number")]
    [InlineData("\"reduction\":\"mean\"", "expected the reduction 'sum', found")]
    [InlineData("\"reduction\":7", "training settings")]
    [InlineData("\"reduction\":\"sum\"},\"class_weight\":{\"x\":1},\"y\":{", "expected a class, found 'x'")]
    [InlineData("\"reduction\":\"sum\"},\"class_weight\":{\"1\":1,\"1\":2},\"y\":{", "training settings")]
    [InlineData("\"reduction\":\"sum\"},\"class_weight\":[1],\"y\":{", "training settings")]
    public void What_is_malformed_is_refused(string part, string expected)
    {
        string text = """
            {"epochs":1,"batch_size":1,"validation_split":0,"shuffle":true,"seed":0,"loss":{"class":"CategoricalCrossentropy","from_logits":true,PART},
            "optimizer":{"class":"SGD","learning_rate":1,"momentum":0,"nesterov":false}}
            """.Replace("PART", part, StringComparison.Ordinal);
        new SafeTensorsFile(new Dictionary<string, SafeTensor>(), new Dictionary<string, string> { [TrainingKey] = text }).Write(FilePath);
        Expect.Throws<InvalidDataException>(() => ModelInfo.Read(FilePath), FilePath, expected);
    }

    private ModelInfo Saved(FitOptions options)
    {
        Training.FitTests<float>.Model().Save(FilePath, new History { Options = options });
        return ModelInfo.Read(FilePath);
    }
}
