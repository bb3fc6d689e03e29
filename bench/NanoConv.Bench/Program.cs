using BenchmarkDotNet.Running;
using NanoConv.Bench;
using NanoConv.Cifar;
using NanoConv.Kernels;

// throughput …: whole training steps and inference. ratios …: threads against one, double against float, in turn.
// onnxruntime …: inference against that of the exported network in ONNX Runtime, in turn.
// roofline FILE.png …: each convolution's speed beside what arithmetic and memory allow, as a picture.
// sweep: training and inference as work grows. resnet20 …: a residual network on CIFAR-10.
// cifar94 …: the CIFAR-10 speed run. shapes10 DIR: Shapes10 as files.
// Anything else goes to BenchmarkDotNet, as --filter '*'.
if (VectorWidth.Hint is { } hint)
    Console.Error.WriteLine(hint);
try
{
    if (args is ["throughput", ..])
        return Throughput.Run(args.AsSpan(1));
    if (args is ["ratios", ..])
        return Ratios.Run(args.AsSpan(1));
    if (args is ["onnxruntime", ..])
        return OnnxRuntimeComparison.Run(args.AsSpan(1));
    if (args is ["roofline", ..])
        return Roofline.Run(args.AsSpan(1));
    if (args is ["sweep"])
        return Sweep.Run();
    if (args is ["resnet20", ..])
        return Resnet20.Run(args.AsSpan(1));
    if (args is ["cifar94", ..])
        return SpeedRun.Run(args.AsSpan(1));
    if (args is ["shapes10", var folder])
        return Shapes10Files.Write(folder);
}
catch (UserErrorException mistake)
{
    Console.Error.WriteLine(mistake.Message);
    return 2;
}

BenchmarkSwitcher.FromAssembly(typeof(KernelBenchmarks).Assembly).Run(args);
return 0;
