#:project ../src/NanoConv.Cifar/NanoConv.Cifar.csproj
// One side of bench/builds, which lays this file into another version of the tree too: so it keeps to what all versions have.
// Reads a line, `train NETWORK`, `predict NETWORK` or `bits NETWORK`, and answers it with one: images a second, or a hash of the
// weights after ten steps.

using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using NanoConv;
using NanoConv.Cifar.Networks;
using NanoConv.Data;
using NanoConv.Graphs;
using NanoConv.Training;

const int Batch = 128, Steps = 20, WarmUpSteps = 4, Pictures = 10 * Batch;
int threads = int.Parse(args[0], CultureInfo.InvariantCulture);
byte[] pixels = new byte[Pictures * CifarNetwork.InputShape.Elements], labels = new byte[Pictures];
new Random(1).NextBytes(pixels);
for (int i = 0; i < Pictures; i++)
    labels[i] = (byte)(i * 7 % 10);
ByteImageDataset<float> data = new(pixels, labels, CifarNetwork.InputShape, 10);
Dictionary<string, Model<float>> models = [];

while (Console.ReadLine()?.Split(' ') is [string work, string network])
{
    if (!models.TryGetValue(network, out Model<float>? model))
        models[network] = model = CifarNetwork.Create(network, l1: 1e-4).Build<float>(CifarNetwork.InputShape, seed: 1);
    Console.WriteLine(work switch
    {
        "train" => Train(model),
        "predict" => Predict(model),
        _ => Bits(network),
    });
}

string Train(Model<float> model)
{
    var watch = new StepWatch(WarmUpSteps, Steps);
    model.Fit(data, new FitOptions { Epochs = Steps * Batch / Pictures, BatchSize = Batch, Threads = threads, Callbacks = [watch] });
    return Speed((Steps - WarmUpSteps) * Batch, watch.Seconds);
}

string Predict(Model<float> model)
{
    const int Calls = 4;
    model.Predict(data, threads);
    long start = Stopwatch.GetTimestamp();
    for (int i = 0; i < Calls; i++)
        model.Predict(data, threads);
    return Speed(Calls * Pictures, Stopwatch.GetElapsedTime(start).TotalSeconds);
}

string Bits(string network)
{
    Model<float> model = CifarNetwork.Create(network, l1: 1e-4).Build<float>(CifarNetwork.InputShape, seed: 1);
    model.Fit(data, new FitOptions { BatchSize = Batch, Seed = 1, Threads = threads });
    float[] weights = [.. model.Layers.SelectMany(layer => layer.Parameters).SelectMany(parameter => parameter.Value.ToArray())];
    return Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(weights.AsSpan())));
}

static string Speed(int pictures, double seconds) => (pictures / seconds).ToString("F1", CultureInfo.InvariantCulture);

internal sealed class StepWatch(int first, int last) : Callback
{
    private int steps;
    private long start;

    public double Seconds { get; private set; }

    public override void OnStepEnd(TrainingState state)
    {
        steps++;
        if (steps == first)
            start = Stopwatch.GetTimestamp();
        if (steps == last)
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}

// Versions without these namespaces have all in NanoConv; declared here, they are there to be named above.
namespace NanoConv.Data
{
}

namespace NanoConv.Graphs
{
}

namespace NanoConv.Training
{
}
