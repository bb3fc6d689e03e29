using BenchmarkDotNet.Running;
using NanoConv.Bench;

// throughput …: whole training steps and inference. sweep: the same as work grows. shapes10 DIR: Shapes10 as files.
// Anything else goes to BenchmarkDotNet, as --filter '*'.
if (args is ["throughput", ..])
    return Throughput.Run(args.AsSpan(1));
if (args is ["sweep"])
    return Sweep.Run();
if (args is ["shapes10", var folder])
    return Shapes10Files.Write(folder);
BenchmarkSwitcher.FromAssembly(typeof(KernelBenchmarks).Assembly).Run(args);
return 0;
