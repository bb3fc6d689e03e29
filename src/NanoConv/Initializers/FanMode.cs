namespace NanoConv.Initializers;

/// <summary>Which of a parameter's fans <see cref="VarianceScaling"/> divides by, in Keras's words.</summary>
public enum FanMode
{
    /// <summary>Inputs that one output sums over: outputs are as large as inputs.</summary>
    FanIn,

    /// <summary>Outputs that one input goes to: gradients are as large on both sides.</summary>
    FanOut,

    /// <summary>The mean of both.</summary>
    FanAvg,
}
