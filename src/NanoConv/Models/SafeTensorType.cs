namespace NanoConv.Models;

/// <summary>
/// The number types of the safetensors format. A model's weights are F32 or F64, imported ones also F16 or BF16; of the others a
/// file may hold tensors.
/// </summary>
internal static class SafeTensorType
{
    private static readonly Dictionary<string, int> Bits = new()
    {
        ["F4"] = 4,
        ["F6_E2M3"] = 6,
        ["F6_E3M2"] = 6,
        ["BOOL"] = 8,
        ["U8"] = 8,
        ["I8"] = 8,
        ["F8_E5M2"] = 8,
        ["F8_E4M3"] = 8,
        ["F8_E8M0"] = 8,
        ["F8_E4M3FNUZ"] = 8,
        ["F8_E5M2FNUZ"] = 8,
        ["I16"] = 16,
        ["U16"] = 16,
        ["F16"] = 16,
        ["BF16"] = 16,
        ["I32"] = 32,
        ["U32"] = 32,
        ["F32"] = 32,
        ["C64"] = 64,
        ["F64"] = 64,
        ["I64"] = 64,
        ["U64"] = 64,
    };

    /// <summary>Whether the format has a type of this name.</summary>
    public static bool IsKnown(string type) => Bits.ContainsKey(type);

    /// <summary>
    /// The bytes of a tensor, multiplied out from the outermost axis as the reference implementation does; null if that
    /// overflows 64 bits or is no whole number of bytes.
    /// </summary>
    public static long? BytesOf(string type, IReadOnlyList<long> shape)
    {
        UInt128 elements = 1;
        foreach (long axis in shape)
        {
            elements *= (UInt128)axis;
            if (elements > ulong.MaxValue)
                return null;
        }

        UInt128 bits = elements * (UInt128)Bits[type];
        return bits <= long.MaxValue && bits % 8 == 0 ? (long)(bits / 8) : null;
    }

    /// <summary>Whether a tensor can be the weights of a model file.</summary>
    public static bool IsWeights(SafeTensor tensor) => tensor.DataType is "F32" or "F64";

    /// <summary>Whether a tensor can be converted to weights by an import, which tells of it.</summary>
    public static bool IsConvertible(SafeTensor tensor) => tensor.DataType is "F32" or "F64" or "F16" or "BF16";
}
