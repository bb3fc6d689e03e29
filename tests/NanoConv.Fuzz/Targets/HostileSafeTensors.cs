using System.Buffers.Binary;
using System.Text;
using NanoConv.Fuzz.Mutators;

namespace NanoConv.Fuzz.Targets;

/// <summary>safetensors files as someone would make them who means harm.</summary>
internal static class HostileSafeTensors
{
    private const int Many = 20_000;

    public static IEnumerable<HandMade> All() => [.. Lengths(), .. Headers(), .. Large()];

    private static IEnumerable<HandMade> Lengths()
    {
        foreach (ulong length in (ulong[])[0, 1, 1UL << 31, 1UL << 32, 100_000_000, 100_000_001, 1UL << 60, long.MaxValue, 1UL << 63, ulong.MaxValue])
        {
            byte[] content = SafeTensorsMutators.Join("{}"u8, []);
            BinaryPrimitives.WriteUInt64LittleEndian(content, length);
            yield return new HandMade($"a header of {length} bytes, it says", content);
        }

        yield return new HandMade("nothing", []);
        yield return new HandMade("half a length", new byte[4]);
    }

    private static IEnumerable<HandMade> Headers()
    {
        (string Name, string Header, int Data)[] headers =
        [
            ("overlapping tensors", $"{{{Tensor("a", "[2]", 0, 8)},{Tensor("b", "[2]", 4, 12)}}}", 12),
            ("the same bytes twice", $"{{{Tensor("a", "[2]", 0, 8)},{Tensor("b", "[2]", 0, 8)}}}", 8),
            ("a hole", $"{{{Tensor("a", "[1]", 0, 4)},{Tensor("b", "[1]", 8, 12)}}}", 12),
            ("bytes behind", $"{{{Tensor("a", "[1]", 0, 4)}}}", 5),
            ("offsets backwards", $"{{{Tensor("a", "[1]", 4, 0)}}}", 4),
            ("offsets beyond 2^60", $"{{{Tensor("a", "[1]", 1L << 60, (1L << 60) + 4)}}}", 4),
            ("an end of 2^60", $"{{{Tensor("a", "[288230376151711744]", 0, 1L << 60)}}}", 4),
            ("2^32 x 2^32", $"{{{Tensor("a", "[4294967296,4294967296]", 0, 4)}}}", 4),
            ("2^63 - 1", $"{{{Tensor("a", "[9223372036854775807]", 0, 4)}}}", 4),
            ("2^63", $"{{{Tensor("a", "[9223372036854775808]", 0, 4)}}}", 4),
            ("2^62 x 4 is 0 modulo 2^64", $"{{{Tensor("a", "[4611686018427387904,1]", 0, 0)}}}", 0),
            ("2^62 x 0", $"{{{Tensor("a", "[4611686018427387904,0]", 0, 0)}}}", 0),
            ("0 x 2^62", $"{{{Tensor("a", "[0,4611686018427387904]", 0, 0)}}}", 0),
            ("2^32 x 2^32 x 0 x 2^62", $"{{{Tensor("a", "[0,4294967296,4294967296,4611686018427387904]", 0, 0)}}}", 0),
            ("an empty tensor inside another", $"{{{Tensor("a", "[1]", 0, 4)},{Tensor("b", "[0]", 2, 2)}}}", 4),
            ("a negative axis", $"{{{Tensor("a", "[-1]", 0, 4)}}}", 4),
            ("NaN as an axis", $"{{{Tensor("a", "[NaN]", 0, 4)}}}", 4),
            ("1e999 as an axis", $"{{{Tensor("a", "[1e999]", 0, 4)}}}", 4),
            ("NaN as metadata", "{\"__metadata__\":{\"a\":NaN}}", 0),
            ("NaN as text in metadata", "{\"__metadata__\":{\"a\":\"NaN\"}}", 0),
            ("a number as metadata", "{\"__metadata__\":{\"a\":1}}", 0),
            ("metadata twice", "{\"__metadata__\":{},\"__metadata__\":{}}", 0),
            ("a tensor twice", $"{{{Tensor("a", "[1]", 0, 4)},{Tensor("a", "[1]", 4, 8)}}}", 8),
            ("half a surrogate in a name", $"{{{Tensor("\\uD800", "[1]", 0, 4)}}}", 4),
            ("half a surrogate in metadata", "{\"__metadata__\":{\"\\uDC00\":\"\\uD800\"}}", 0),
            ("a NUL in a name", $"{{{Tensor("\\u0000", "[1]", 0, 4)}}}", 4),
            ("10,000 arrays", "{\"a\":" + new string('[', 10_000) + new string(']', 10_000) + "}", 0),
            ("10,000 arrays that do not end", "{\"a\":" + new string('[', 10_000), 0),
            ("10,000 objects", string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1" + new string('}', 10_000), 0),
            ("a comment", "{/* */}", 0),
            ("two objects", "{}{}", 0),
        ];
        foreach ((string name, string header, int data) in headers)
            yield return new HandMade(name, SafeTensorsMutators.Join(Encoding.UTF8.GetBytes(header), new byte[data]));
        yield return new HandMade("a byte order mark", SafeTensorsMutators.Join([0xEF, 0xBB, 0xBF, .. "{}"u8], []));
        yield return new HandMade("no UTF-8 in a name", SafeTensorsMutators.Join([.. "{\"__metadata__\":{\""u8, 0xFF, .. "\":\"\"}}"u8], []));
        yield return new HandMade("no UTF-8 in metadata", SafeTensorsMutators.Join([.. "{\"__metadata__\":{\"a\":\""u8, 0xC0, 0x80, .. "\"}}"u8], []));
    }

    // Large, for the multiple of the input's size that reading may allocate.
    private static IEnumerable<HandMade> Large()
    {
        string axes = string.Join(',', Enumerable.Repeat("1", 10 * Many));
        (string Name, string Header)[] headers =
        [
            ("many empty tensors", $"{{{string.Join(',', Enumerable.Range(0, Many).Select(i => Tensor($"{i}", "[0]", 0, 0)))}}}"),
            ("many axes", $"{{{Tensor("a", $"[{axes},0]", 0, 0)}}}"),
            ("many axes that are too many elements", $"{{{Tensor("a", $"[{axes},9223372036854775807]", 0, 0)}}}"),
            ("many offsets", $"{{\"a\":{{\"data_offsets\":[{axes}]}}}}"),
            ("much metadata", $"{{\"__metadata__\":{{{string.Join(',', Enumerable.Range(0, Many).Select(i => $"\"{i}\":\"\""))}}}}}"),
            ("a long name", $"{{{Tensor(new string('x', 10 * Many), "[1]", 0, 0)}}}"),
            ("a long name in escapes", $"{{{Tensor(string.Concat(Enumerable.Repeat("\\u00e9", 2 * Many)), "[1]", 0, 0)}}}"),
            ("a long type", $"{{\"a\":{{\"dtype\":\"{new string('x', 10 * Many)}\",\"shape\":[],\"data_offsets\":[0,0]}}}}"),
        ];
        return headers.Select(made => new HandMade(made.Name, SafeTensorsMutators.Join(Encoding.UTF8.GetBytes(made.Header), [])));
    }

    private static string Tensor(string name, string shape, long begin, long end) =>
        $"\"{name}\":{{\"dtype\":\"F32\",\"shape\":{shape},\"data_offsets\":[{begin},{end}]}}";
}
