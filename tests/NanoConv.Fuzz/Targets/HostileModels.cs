using NanoConv.Fuzz.Mutators;

namespace NanoConv.Fuzz.Targets;

/// <summary>Model files whose network is not what their bytes pay for.</summary>
internal static class HostileModels
{
    private const int Many = 10_000;
    private const int Most = int.MaxValue;

    public static IEnumerable<HandMade> All() => [.. Architectures(), .. Large(), .. Vouched()];

    private static IEnumerable<HandMade> Architectures()
    {
        (string Name, string Description)[] models =
        [
            ("2^31 - 1 units", Network("[1]", Dense(Most))),
            ("10^9 units", Network("[1]", Dense(1_000_000_000))),
            ("10^8 units", Network("[1]", Dense(100_000_000))),
            ("10^7 inputs", Network("[10000000]", Dense(10))),
            ("2^31 - 1 filters", Network("[4,4,1]", Conv(Most, "[1,1]", "[1,1]"))),
            ("10^8 filters", Network("[4,4,1]", Conv(100_000_000, "[1,1]", "[1,1]"))),
            ("a kernel of 10,000 x 10,000", Network("[4,4,1]", Conv(1, "[10000,10000]", "[1,1]"))),
            ("a kernel of 2^31 - 1 rows", Network("[1,1,1]", Conv(1, $"[{Most},1]", "[1,1]"))),
            ("a kernel and strides of 2^31 - 1 rows", Network("[1,1,1]", Conv(1, $"[{Most},1]", $"[{Most},1]"))),
            ("strides of 2^31 - 1", Network("[4,4,1]", Conv(1, "[1,1]", $"[{Most},{Most}]"))),
            ("strides of 2^31 - 1 in a picture as high", Network($"[{Most},1,1]", Conv(1, "[1,1]", $"[{Most},1]"))),
            ("a picture of 2^31 - 1 pixels", Network($"[{Most},1,1]", Conv(1, "[1,1]", "[1,1]"))),
            ("a picture of 2^62 pixels", Network($"[{Most},{Most},1]", Conv(1, "[1,1]", "[1,1]"))),
            ("padding of 2^31 - 1", Network("[4,4,1]", Conv(1, "[1,1]", "[1,1]", $"[{Most},{Most},{Most},{Most}]"))),
            ("pooling in strides of 2^31 - 1", Network("[4,4,1]", Pool($"[{Most},{Most}]", $"[{Most},{Most}]"))),
            ("flattening 2^31 - 1", Network($"[{Most}]", Flatten)),
            ("1e999 units", Network("[1]", Dense(1).Replace("\"units\":1", "\"units\":1e999", StringComparison.Ordinal))),
            ("a rate of NaN", Network("[1]", """{"name":null,"class":"Dropout","rate":"NaN"}""")),
            ("a rate of 1e-999", Network("[1]", """{"name":null,"class":"Dropout","rate":1e-999}""")),
            ("a penalty of 1e999", Network("[1]", Dense(1).Replace("null}", "{\"l1\":1e999}}", StringComparison.Ordinal))),
            ("a rescaling of 2^31 - 1 channels", Network($"[{Most}]", """{"name":null,"class":"Rescaling","scale":2,"offset":0}""")),
            ("a mean of 2^31 - 1 pixels", Network($"[{Most},1]", Means("[1,2]", "1", "1"))),
            ("groups of 2^31 - 1 channels", Network($"[{Most}]", """
                {"name":null,"class":"GroupNormalization","groups":-1,"epsilon":1,"center":false,"scale":false,
                "beta_regularizer":null,"gamma_regularizer":null}
                """)),
            ("10,000 arrays", new string('[', Many) + new string(']', Many)),
            ("an empty description", ""),
            ("half a surrogate in a name", Network("[1]", """{"name":"\uD800","class":"Flatten"}""")),
        ];
        foreach ((string name, string description) in models)
        {
            yield return new HandMade(name, File(description));
            yield return new HandMade($"{name}, with small weights", File(description, Weights()));
            yield return new HandMade($"{name}, in double", [.. File(description, Weights(), pad: 1)]);
        }
    }

    // Large, for the multiple of the input's size that reading may allocate.
    private static IEnumerable<HandMade> Large()
    {
        (string Name, string Description)[] models =
        [
            ("many layers", Network("[1]", string.Join(',', Enumerable.Repeat("""{"name":null,"class":"Flatten"}""", Many)))),
            ("many axes", Network($"[{string.Join(',', Enumerable.Repeat("1", 10 * Many))}]", Flatten)),
            ("many axes through many layers", Network(
                $"[{string.Join(',', Enumerable.Repeat("1", 1000))}]",
                string.Join(',', Enumerable.Repeat("""{"name":null,"class":"Dropout","rate":0}""", 1000)))),
            ("many means", Network($"[{10 * Many}]", Means("[-1]", Numbers(10 * Many), Numbers(10 * Many)))),
            ("many normalised axes", Network($"[{Numbers(Many)}]", Means($"[{string.Join(',', Enumerable.Range(1, Many))}]", "1", "1"))),
            ("many missing weights", Network("[1]", string.Join(',', Enumerable.Repeat(Dense(1), Many)))),
            ("many nulls", $"[{string.Join(',', Enumerable.Repeat("null", 10 * Many))}]"),
        ];
        foreach ((string name, string description) in models)
        {
            yield return new HandMade(name, File(description));
            yield return new HandMade($"{name}, in double", File(description, pad: 1));
        }

        SafeTensor one = new("F32", [1], new byte[4]);
        OrderedDictionary<string, SafeTensor> tensors = new(Enumerable.Range(0, Many).Select(i => KeyValuePair.Create($"t{i}", one)));
        yield return new HandMade("many tensors that nothing asks for", File(Network("[1]", Flatten), tensors));
    }

    // Networks whose weights are in the file, in shapes that packing makes the most of.
    private static IEnumerable<HandMade> Vouched()
    {
        foreach ((string type, int bytes) in ((string, int)[])[("F32", 4), ("F64", 8), ("F16", 2), ("BOOL", 1)])
        {
            // 3 × 3 with stride 1: packed for Winograd's algorithm, four times the kernel, in both directions.
            OrderedDictionary<string, SafeTensor> kernels = [];
            for (int layer = 1; layer <= 20; layer++)
            {
                kernels[$"conv2d_{layer}/kernel"] = new(type, [3, 3, 9, 9], new byte[729 * bytes]);
                kernels[$"conv2d_{layer}/bias"] = new(type, [9], new byte[9 * bytes]);
            }

            string layers = string.Join(',', Enumerable.Repeat(Conv(9, "[3,3]", "[1,1]"), 20));
            yield return new HandMade($"convolutions of {type}", File(Network("[4,4,9]", layers), kernels));
            yield return new HandMade($"convolutions of {type}, in double", File(Network("[4,4,9]", layers), kernels, pad: 1));
            foreach ((int inputs, int units) in ((int, int)[])[(Many, 1), (1, Many), (100, 100)])
            {
                OrderedDictionary<string, SafeTensor> tensors = new()
                {
                    ["dense_1/kernel"] = new(type, [inputs, units], new byte[inputs * units * bytes]),
                    ["dense_1/bias"] = new(type, [units], new byte[units * bytes]),
                };
                yield return new HandMade($"{inputs} x {units} of {type}", File(Network($"[{inputs}]", Dense(units)), tensors));
                yield return new HandMade($"{inputs} x {units} of {type}, in double", File(Network($"[{inputs}]", Dense(units)), tensors, pad: 1));
            }
        }

        SafeTensor kernel = new("F32", [100, 100, 1, 1], new byte[40_000]), bias = new("F32", [1], new byte[4]);
        OrderedDictionary<string, SafeTensor> weights = new() { ["conv2d_1/kernel"] = kernel, ["conv2d_1/bias"] = bias };
        yield return new HandMade("a kernel of 100 x 100", File(Network("[4,4,1]", Conv(1, "[100,100]", "[7,7]")), weights));
        yield return new HandMade(
            "a kernel of 100 x 100 in a picture of 40,000 x 40,000", File(Network("[40000,40000,1]", Conv(1, "[100,100]", "[7,7]")), weights));
    }

    private const string Flatten = """{"name":null,"class":"Flatten"}""";

    private static string Network(string shape, string layers) => $"{{\"input_shape\":{shape},\"layers\":[{layers}]}}";

    private static string Dense(int units) =>
        $"{{\"name\":null,\"class\":\"Dense\",\"units\":{units},\"activation\":\"linear\",\"use_bias\":true,\"kernel_regularizer\":null}}";

    private static string Conv(int filters, string kernel, string strides, string padding = "\"same\"") =>
        $"{{\"name\":null,\"class\":\"Conv2D\",\"filters\":{filters},\"kernel_size\":{kernel},\"strides\":{strides},\"padding\":{padding},"
        + "\"activation\":\"relu\",\"use_bias\":true,\"kernel_regularizer\":null}";

    private static string Pool(string size, string strides) =>
        $"{{\"name\":null,\"class\":\"MaxPooling2D\",\"pool_size\":{size},\"strides\":{strides},\"padding\":\"same\"}}";

    private static string Means(string axis, string mean, string variance) =>
        $"{{\"name\":null,\"class\":\"Normalization\",\"axis\":{axis},\"mean\":[{mean}],\"variance\":[{variance}],\"invert\":false}}";

    private static string Numbers(int count) => string.Join(',', Enumerable.Repeat("1", count));

    private static OrderedDictionary<string, SafeTensor> Weights()
    {
        SafeTensor one = new("F32", [1], new byte[4]);
        return new()
        {
            ["conv2d_1/kernel"] = new("F32", [1, 1, 1, 1], new byte[4]),
            ["conv2d_1/bias"] = one,
        };
    }

    // A file whose length is even, read as float, or odd, read as double.
    private static byte[] File(string description, OrderedDictionary<string, SafeTensor>? tensors = null, int pad = 0)
    {
        OrderedDictionary<string, SafeTensor> all = new(tensors ?? []);
        Dictionary<string, string> metadata = new() { [ModelInfo.NetworkKey] = description };
        byte[] content = SafeTensorsMutators.Bytes(all, metadata);
        return content.Length % 2 == pad ? content : SafeTensorsMutators.Padded(content);
    }
}
