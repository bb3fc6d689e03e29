using NanoConv.Layers;
using NanoConv.Tensors;

namespace NanoConv.Models;

/// <summary>Where a parameter's values came from.</summary>
/// <param name="Parameter">The parameter's name.</param>
/// <param name="Shape">The parameter's shape.</param>
/// <param name="Source">The name in the file.</param>
/// <param name="SourceShape">The shape in the file.</param>
/// <param name="SourceType">The number type in the file: F16, BF16, F32 or F64.</param>
public sealed record ImportedWeight(string Parameter, Shape Shape, string Source, Shape SourceShape, string SourceType);
