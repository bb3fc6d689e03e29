namespace NanoConv.Bench;

/// <summary>What the mode onnxruntime found.</summary>
/// <param name="Network">The network.</param>
/// <param name="Batch">Images a call.</param>
/// <param name="Threads">NanoConv's threads.</param>
/// <param name="OnnxRuntimeVersion">Whom it was compared with.</param>
/// <param name="OnnxRuntimeThreads">The numbers of threads that ONNX Runtime was tried with.</param>
/// <param name="GreatestDifference">Between any two outputs that should be equal.</param>
/// <param name="Pairs">All pairs in order.</param>
/// <param name="Median">Of their ratios.</param>
internal sealed record OnnxRuntimeResult(
    string Network,
    int Batch,
    int Threads,
    string OnnxRuntimeVersion,
    IReadOnlyList<int> OnnxRuntimeThreads,
    double GreatestDifference,
    IReadOnlyList<OnnxRuntimePair> Pairs,
    double Median);

/// <summary>Neighbours in time.</summary>
/// <param name="NanoConv">Images a second.</param>
/// <param name="OnnxRuntime">Images a second, for each number of threads.</param>
/// <param name="Ratio">NanoConv's speed by the best of the other's.</param>
internal sealed record OnnxRuntimePair(double NanoConv, IReadOnlyList<double> OnnxRuntime, double Ratio);
