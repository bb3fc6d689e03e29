namespace NanoConv;

/// <summary>The function applied to a layer's output.</summary>
public enum Activation
{
    /// <summary>f(x) = x.</summary>
    Linear,

    /// <summary>f(x) = max(0, x).</summary>
    ReLU,

    /// <summary>exp(x) / Σ exp(x) over the last axis.</summary>
    Softmax,
}
