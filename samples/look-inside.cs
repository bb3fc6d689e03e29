#:project ../src/NanoConv/NanoConv.csproj
// Reads a trained model and looks inside: its layers, its weights, what it predicts. Without an argument it first makes
// a small model. Run it with: dotnet run samples/look-inside.cs [MODEL.safetensors]

string path = args.Length > 0 ? args[0] : MakeModel();
Model<float> model = Model.Load<float>(path);
Console.Write(model.Summary());

Console.WriteLine("\nEvery parameter, as the file names it:");
foreach (Parameter<float> parameter in model.Parameters)
{
    float[] values = parameter.Value.ToArray();
    double mean = values.Average(), deviation = Math.Sqrt(values.Average(value => Math.Pow(value - mean, 2)));
    Console.WriteLine($"  {parameter.Name,-20} {parameter.Shape,-16} mean {mean,8:F4}  deviation {deviation:F4}");
}

Console.WriteLine("\nWhat each layer keeps from its forward for its backward pass, in elements an example:");
foreach (BuiltLayer<float> layer in model.Layers)
    Console.WriteLine($"  {layer.Name,-20} {string.Join(", ", layer.Kept.Select(kept => $"{kept.Name} {kept.Elements}")),-40}");

Tensor<float> input = new(model.InputShape.Batch(1));
input.AsSpan().Fill(0.5f);
Console.WriteLine("\nProbabilities for a grey picture:");
Console.WriteLine("  " + string.Join("  ", model.Predict(input).AsSpan().ToArray().Select(p => $"{p:F3}")));
return 0;

static string MakeModel()
{
    string path = Path.Combine(Path.GetTempPath(), "nanoconv-sample.safetensors");
    Sequential network = new(
        new Conv2D(8, 3, padding: Padding.Same, strides: 2, activation: Activation.ReLU),
        new Dropout(0.5),
        new Flatten(),
        new Dense(3, Activation.Softmax));
    Model<float> model = network.Build<float>((8, 8, 3), seed: 1);
    Tensor<float> pictures = new((60, 8, 8, 3)); // all red, all green, all blue
    int[] labels = [.. Enumerable.Range(0, 60).Select(i => i % 3)];
    for (int i = 0; i < pictures.AsSpan().Length; i++)
        pictures.AsSpan()[i] = i % 3 == labels[i / (8 * 8 * 3)] ? 1 : 0;
    model.Save(path, model.Fit(pictures, labels, new FitOptions { Epochs = 5 }));
    return path;
}
