namespace NanoConv.Onnx;

/// <summary>What a layer has made, on its way to those that read it.</summary>
/// <param name="Name">Its name in the graph.</param>
/// <param name="Order">How it lies; not to be changed.</param>
internal sealed record GraphValue(string Name, OrderState Order);
