using NanoConv.Kernels;

namespace NanoConv.Convolutions;

/// <summary>The algorithms by which a convolution can run; <see cref="ConvolutionAlgorithm{T}"/> says which takes which geometry.</summary>
public enum ConvolutionAlgorithmKind
{
    /// <summary>The textbook's seven loops. Takes every convolution.</summary>
    Naive,

    /// <summary>The same sums as strided matrix products, each as three loops. Takes every convolution.</summary>
    NaiveProduct,

    /// <summary>Strided products by the fast micro-kernels, out of packed panels. Takes every convolution.</summary>
    Direct,

    /// <summary>
    /// <see cref="Direct"/> with less memory, as for the large layers of large models: the kernel is packed once, not twice, and its gradient is left
    /// to one product over many pictures.
    /// </summary>
    Lean,

    /// <summary>Winograd F(4×4, 3×3), a quarter of the multiplications: 3 × 3 kernels with stride 1 whose output is as large as the input.</summary>
    Winograd,
}
