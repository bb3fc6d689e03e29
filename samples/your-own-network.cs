#:project ../src/NanoConv/NanoConv.csproj
// A network of one's own on one's own arrays: does a 12×12 picture show a vertical or a horizontal bar?
// Run it with: dotnet run samples/your-own-network.cs

const int Side = 12, Count = 2000;
Random random = new(1);
Tensor<float> pictures = new((Count, Side, Side, 1));
int[] labels = new int[Count];
for (int i = 0; i < Count; i++)
{
    for (int row = 0; row < Side; row++)
    {
        for (int column = 0; column < Side; column++)
            pictures[i, row, column, 0] = random.NextSingle(); // noise
    }

    labels[i] = random.Next(2);
    int place = random.Next(Side), start = random.Next(Side - 6);
    for (int along = start; along < start + 6; along++)
        pictures[i, labels[i] == 0 ? along : place, labels[i] == 0 ? place : along, 0] += 0.8f;
}

Sequential network = new(
    new Conv2D(8, 3, padding: Padding.Same, activation: Activation.ReLU),
    new MaxPooling2D(2),
    new Conv2D(16, 3, padding: Padding.Same, strides: 2, activation: Activation.ReLU),
    new Dropout(0.2),
    new Flatten(),
    new Dense(2, Activation.Softmax, kernelRegularizer: new L2(1e-4)));

Model<float> model = network.Build<float>(inputShape: (Side, Side, 1), seed: 1);
Console.Write(model.Summary());

History history = model.Fit(pictures, labels, new FitOptions { Epochs = 15, ValidationSplit = 0.2, Seed = 1, Warn = Console.Error.WriteLine });
foreach (EpochRecord epoch in history.Epochs)
    Console.WriteLine($"epoch {epoch.Epoch,2}: loss {epoch.Loss:F3}, validation accuracy {epoch.ValidationAccuracy:P1}");
return history.Epochs[^1].ValidationAccuracy > 0.9 ? 0 : 1;
