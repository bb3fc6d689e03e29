using System.Diagnostics;
using System.Numerics;

namespace NanoConv.Bench;

/// <summary>
/// Where a training step spends its time: one worker carries one shard forward and backward again and again, as
/// training does, and each layer's passes are timed in between.
/// </summary>
internal sealed class StepProfile<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Model<T> model;
    private readonly ByteImageDataset<T> pictures;
    private readonly Workspace<T> workspace;
    private readonly T[][] gradients;
    private readonly T[] sum;
    private readonly List<double> loading = [];
    private readonly List<double>[] forward;
    private readonly List<double>[] backward;
    private readonly int firstTrainable;

    private StepProfile(Model<T> model, int shard)
    {
        this.model = model;
        pictures = NoisePictures.Create<T>(model.InputShape, shard);
        workspace = new Workspace<T>(model, shard, training: true);
        workspace.Load(pictures, [], 0, shard);
        workspace.LoadTargets(pictures, [], 0, shard);
        int widest = Enumerable.Range(0, model.Layers.Count + 1).Max(index => workspace.Activation(index).Length);
        gradients = [new T[widest], new T[widest]];
        sum = new T[model.ParameterCount];
        forward = [.. model.Layers.Select(_ => new List<double>())];
        backward = [.. model.Layers.Select(_ => new List<double>())];
        firstTrainable = model.Layers.TakeWhile(layer => layer.Parameters.Count == 0).Count();
    }

    /// <summary>Time a layer and direction, and of loading, for one image on one thread.</summary>
    public static IReadOnlyList<LayerTime> Measure(Model<T> model, double peak, double seconds)
    {
        int shard = Inference.ShardSize;
        StepProfile<T> profile = new(model, shard);
        long start = Stopwatch.GetTimestamp();
        for (int step = 1; step < 50 || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds; step++)
            profile.Run(step);
        List<LayerTime> times = [new("(loading)", "forward", Microseconds(profile.loading), 0, 0)];
        for (int index = 0; index < model.Layers.Count; index++)
        {
            BuiltLayer<T> layer = model.Layers[index];
            int passesBack = (layer.Parameters.Count > 0 ? 1 : 0) + (index > profile.firstTrainable ? 1 : 0);
            times.Add(Time(layer, "forward", profile.forward[index], 1));
            times.Add(Time(layer, "backward", profile.backward[index], passesBack));
        }

        return times;

        double Microseconds(List<double> seconds) => Stopwatches.Median(seconds.Skip(seconds.Count / 5)) / shard * 1e6;

        LayerTime Time(BuiltLayer<T> layer, string direction, List<double> seconds, int passes)
        {
            double microseconds = Microseconds(seconds), gflops = passes * layer.ForwardFlops / microseconds / 1e3;
            return new LayerTime(layer.Name, direction, microseconds, gflops, gflops / peak);
        }
    }

    private void Run(int step)
    {
        long begin = Stopwatch.GetTimestamp();
        workspace.Load(pictures, [], 0, pictures.Count);
        workspace.LoadTargets(pictures, [], 0, pictures.Count);
        workspace.Configure(training: true, wantsLogits: true, seed: 1, step, firstExample: 0);
        begin = Note(loading, begin);
        for (int index = 0; index < model.Layers.Count; index++)
        {
            model.Layers[index].Forward(workspace.Passes[index], workspace.Activation(index), workspace.Activation(index + 1));
            begin = Note(forward[index], begin);
        }

        Span<T> dy = gradients[0].AsSpan(0, workspace.Activation(model.Layers.Count).Length);
        dy.Fill(T.One);
        int free = 1;
        begin = Stopwatch.GetTimestamp();
        for (int index = model.Layers.Count - 1; index >= firstTrainable; index--)
        {
            Span<T> x = workspace.Activation(index);
            Span<T> dx = index > firstTrainable ? gradients[free].AsSpan(0, pictures.Count * model.Layers[index].InputShape.Elements) : [];
            workspace.Passes[index].Gradients = sum;
            model.Layers[index].Backward(workspace.Passes[index], x, workspace.Activation(index + 1), dy, dx);
            begin = Note(backward[index], begin);
            dy = dx;
            free = 1 - free;
        }
    }

    private static long Note(List<double> times, long begin)
    {
        long end = Stopwatch.GetTimestamp();
        times.Add((end - begin) / (double)Stopwatch.Frequency);
        return end;
    }
}
