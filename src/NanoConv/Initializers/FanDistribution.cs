namespace NanoConv.Initializers;

/// <summary>How <see cref="VarianceScaling"/> draws, in Keras's words.</summary>
public enum FanDistribution
{
    /// <summary>Normal, cut off at two deviations and widened by as much as the cut takes.</summary>
    TruncatedNormal,

    /// <summary>Normal.</summary>
    UntruncatedNormal,

    /// <summary>Uniform.</summary>
    Uniform,
}
