namespace NanoConv.Bench;

/// <summary>The cost as work grows: batch, side of the picture, channels, threads; each beside the machine's peak.</summary>
internal static class Sweep
{
    private const double Seconds = 1.5;

    public static int Run()
    {
        int cores = Environment.ProcessorCount;
        Model<float> standard = BenchNetwork.Create("default").Build<float>((32, 32, 3), seed: 1);
        Heading("default: batch");
        foreach (int batch in (int[])[1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024])
            Row($"{batch}", standard, batch, cores);
        Heading("default, batch 128: threads");
        foreach (int threads in Enumerable.Range(1, cores))
            Row($"{threads}", standard, 128, threads);
        Heading("16 and 16 filters, batch 32: side of the picture");
        foreach (int side in (int[])[16, 32, 64, 96, 128, 160, 224])
            Row($"{side}", BenchNetwork.Plain(16).Build<float>((side, side, 3), seed: 1), 32, cores);
        Heading("picture 32×32, batch 32: channels, and as many filters");
        foreach (int channels in (int[])[3, 4, 8, 12, 16, 24, 32, 64, 96, 128, 256])
            Row($"{channels}", BenchNetwork.Plain(channels).Build<float>((32, 32, channels), seed: 1), 32, cores);
        Heading($"batch 128: the network '{BenchNetwork.Larger}'");
        Row(string.Empty, BenchNetwork.Create(BenchNetwork.Larger).Build<float>((32, 32, 3), seed: 1), 128, cores);
        return 0;
    }

    private static void Heading(string what) =>
        Console.WriteLine($"\n{what}\n{"",6} {"training images/s",18} {"GFLOP/s",8} {"of peak",8} {"inference images/s",19} {"GFLOP/s",8} {"of peak",8}");

    private static void Row(string name, Model<float> model, int batch, int threads)
    {
        TrainingSpeed training = Throughput.Training(model, batch, threads, Seconds);
        (double inference, double share) = Throughput.Predicting(model, batch, threads, Seconds);
        double trainingGflops = training.ImagesPerSecond * model.TrainingFlops / 1e9, inferenceGflops = inference * model.ForwardFlops / 1e9;
        Console.WriteLine(
            $"{name,6} {training.ImagesPerSecond,18:N0} {trainingGflops,8:F1} {training.Share,8:P1} "
            + $"{inference,19:N0} {inferenceGflops,8:F1} {share,8:P1}");
    }
}
