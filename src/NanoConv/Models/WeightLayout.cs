namespace NanoConv.Models;

/// <summary>Whose weights a file holds: how their axes are ordered and what they are called. See docs/import.md.</summary>
public enum WeightLayout
{
    /// <summary>
    /// A PyTorch <c>state_dict</c>: convolutions' <c>weight</c> [out, in, height, width], linear layers' <c>weight</c>
    /// [out, in], with features flattened in the order (channels, height, width).
    /// </summary>
    PyTorch,

    /// <summary>
    /// Keras: <c>kernel</c> [height, width, in, out] or [in, out], features flattened in the order (height, width,
    /// channels), as NanoConv has them; only the names differ.
    /// </summary>
    Keras,
}
