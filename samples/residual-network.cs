#:project ../src/NanoConv/NanoConv.csproj
// A network that branches: a residual block with batch normalisation, written down, proved, trained in a loop of one's own, looked into.
// Run it with: dotnet run samples/residual-network.cs

Node image = Network.Input((8, 8, 3));
Node x = image.Then(new Conv2D(8, 3, padding: Padding.Same, useBias: false), new BatchNormalization(momentum: 0.8), Activation.ReLU);
Node branch = x.Then(
    new Conv2D(8, 3, padding: Padding.Same, useBias: false), new BatchNormalization(momentum: 0.8), Activation.ReLU,
    new Conv2D(8, 3, padding: Padding.Same, useBias: false), new BatchNormalization(momentum: 0.8));
Node sum = Node.Add(x, branch).Then(Activation.ReLU, new MaxPooling2D(4));
Network network = new(image, sum.Then(new Flatten(), new Dense(3, Activation.Softmax)));

// Every gradient, through both branches and the batch's statistics, against slopes; on the same network in double.
Console.WriteLine(GradientCheck.Run(network.Build<double>(seed: 1)));

Model<float> model = network.Build<float>(seed: 1);
Console.WriteLine(model.Summary());

// Pictures of horizontal, vertical and diagonal stripes, in noise.
(Tensor<float> pictures, int[] labels) = Stripes(count: 96, new Random(1));
Trainer<float> trainer = new(model, new FitOptions { BatchSize = 96, Optimizer = new Adam(0.01) });
for (int step = 1; step <= 30; step++)
{
    StepResult result = trainer.Step(pictures, labels);
    if (step % 10 == 0)
        Console.WriteLine($"step {step}: loss {result.Loss:F3}, accuracy {result.Accuracy:F2}");
}

// What any node makes of some pictures.
(Tensor<float> others, int[] classes) = Stripes(count: 30, new Random(2));
IReadOnlyList<Tensor<float>> outputs = model.Outputs(others, "add_1", "dense_1");
Console.WriteLine($"add_1 makes {outputs[0].Shape}; on pictures it has not seen: {model.Evaluate(others, classes).Accuracy:F2}");

static (Tensor<float> Pictures, int[] Labels) Stripes(int count, Random random)
{
    Tensor<float> pictures = new((count, 8, 8, 3));
    int[] labels = [.. Enumerable.Range(0, count).Select(i => i % 3)];
    for (int i = 0; i < pictures.AsSpan().Length; i++)
    {
        (int picture, int row, int column) = (i / 192, i / 24 % 8, i / 3 % 8);
        int along = labels[picture] switch { 0 => row, 1 => column, _ => row + column };
        pictures.AsSpan()[i] = ((along / 2 % 2) + random.NextSingle()) / 2;
    }

    return (pictures, labels);
}
