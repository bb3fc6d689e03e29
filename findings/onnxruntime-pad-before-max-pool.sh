#!/usr/bin/env bash
# ONNX Runtime 1.31.1 (NuGet Microsoft.ML.OnnxRuntime), a Pad of zeros right before a MaxPool, on a CPU.
#
# A good guess: graph optimizations make a network faster and leave its numbers. Seen: with the default level a Pad and the MaxPool
# behind it become one MaxPool, with the border as its own padding. A pooling's padding never wins, a border's zeros do wherever all
# pixels of a window are negative: the outputs at the border are others, without a warning. With optimizations off, or with a Max of the
# picture and itself between the two, they are what the operators' definitions say.
#
# Who exports ZeroPadding2D before MaxPooling2D (as ResNets have them, there behind a ReLU, where it does not show) is the one who meets it
# as soon as pictures are normalized, or an activation leaves negative numbers. Fails if this changes. Needs the .NET 10 SDK and a NuGet source.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
cat > seen.cs <<'CSHARP'
#:package Microsoft.ML.OnnxRuntime@1.31.1
#:property PublishAot=false
using System.Text;
using Microsoft.ML.OnnxRuntime;

float[] byDefault = Run(GraphOptimizationLevel.ORT_ENABLE_ALL, between: false);
float[] off = Run(GraphOptimizationLevel.ORT_DISABLE_ALL, between: false);
float[] kept = Run(GraphOptimizationLevel.ORT_ENABLE_ALL, between: true);
Console.WriteLine($"a border of zeros around [[-1, -2], [-3, -4]], then MaxPool 2x2 by 2: optimized {Row(byDefault)}, as written {Row(off)}");
Console.WriteLine($"with a Max between, optimized: {Row(kept)}");
if (Row(byDefault) != "-1 -2 -3 -4" || Row(off) != "0 0 0 0" || Row(kept) != "0 0 0 0")
    throw new InvalidOperationException("the behaviour has changed");

static string Row(float[] values) => string.Join(' ', values);

static float[] Run(GraphOptimizationLevel level, bool between)
{
    using SessionOptions options = new() { GraphOptimizationLevel = level };
    using InferenceSession session = new(Onnx.Model(between), options);
    using OrtValue x = OrtValue.CreateTensorValueFromMemory(new float[] { -1, -2, -3, -4 }, [1, 1, 2, 2]);
    using RunOptions run = new();
    using IDisposableReadOnlyCollection<OrtValue> y = session.Run(run, ["x"], [x], ["y"]);
    return y[0].GetTensorDataAsSpan<float>().ToArray();
}

// The file by hand: fields of protocol buffers as onnx.proto numbers them.
static class Onnx
{
    public static byte[] Model(bool between)
    {
        byte[] pads = Message((1, Varint(8)), (2, Varint(7)), (7, Packed(0, 0, 1, 1, 0, 0, 1, 1)), (8, Text("pads"))); // dims, INT64, data, name
        List<(int, object)> graph =
        [
            (1, Node("Pad", "padded", ["x", "pads"])),
            .. between ? [(1, (object)Node("Max", "greater", ["padded", "padded"]))] : Array.Empty<(int, object)>(),
            (1, Node("MaxPool", "y", [between ? "greater" : "padded"], Ints("kernel_shape", 2, 2), Ints("strides", 2, 2))),
            (2, Text("pad and pool")),
            (5, pads),
            (11, Value("x", 2)),
            (12, Value("y", 2)),
        ];
        return Message((1, Varint(8)), (7, Message([.. graph])), (8, Message((2, Varint(13))))); // IR version, graph, opset
    }

    private static byte[] Node(string operation, string output, string[] inputs, params byte[][] attributes) => Message(
        [.. inputs.Select(input => (1, (object)Text(input))), (2, Text(output)), (4, Text(operation)), .. attributes.Select(one => (5, (object)one))]);

    private static byte[] Ints(string name, params long[] values) =>
        Message([(1, Text(name)), .. values.Select(value => (8, (object)Varint(value))), (20, Varint(7))]);

    private static byte[] Value(string name, int side)
    {
        byte[] shape = Message([.. new long[] { 1, 1, side, side }.Select(axis => (1, (object)Message((1, Varint(axis)))))]);
        return Message((1, Text(name)), (2, Message((1, Message((1, Varint(1)), (2, shape))))));
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Packed(params long[] values) => [.. values.SelectMany(value => Bytes((ulong)value))];

    private static Number Varint(long value) => new((ulong)value);

    private static byte[] Message(params (int Field, object Content)[] fields) => [.. fields.SelectMany(field => field.Content is Number number
        ? [.. Bytes((ulong)field.Field << 3), .. Bytes(number.Value)]
        : (byte[])[.. Bytes(((ulong)field.Field << 3) | 2), .. Bytes((ulong)((byte[])field.Content).Length), .. (byte[])field.Content])];

    private static IEnumerable<byte> Bytes(ulong value)
    {
        for (; value >= 128; value >>= 7)
            yield return (byte)(value | 128);
        yield return (byte)value;
    }

    private sealed record Number(ulong Value);
}
CSHARP
dotnet run seen.cs
