namespace NanoConv.Bench;

/// <summary>One convolution in one direction, on one thread.</summary>
/// <param name="Layer">The layer's name and shapes.</param>
/// <param name="Direction">One of <see cref="ConvolutionCase{T}.Directions"/>.</param>
/// <param name="Intensity">Arithmetic intensity: FLOP for each byte of input, kernel and output, were each moved once.</param>
/// <param name="Share">Of the machine's peak at that moment.</param>
internal sealed record RooflinePoint(string Layer, string Direction, double Intensity, double Share);
