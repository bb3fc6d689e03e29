#!/usr/bin/env bash
# System.Numerics.Tensors 10.0.15 (NuGet), Tensor<T>.Slice, GetPinnableReference, GetSpan and Tensor.Reshape, on .NET 10.
#
# A good guess: a slice that is dense is a tensor like any other, so a reference to its beginning is one to its own first element,
# and an axis of length 1 is an axis like any other, so a dense tensor with one can be seen as one span and reshaped. Seen:
#   - slice.GetPinnableReference() refers to the first element of the tensor that was sliced, while
#     slice.AsTensorSpan().GetPinnableReference() refers to the slice's own: whoever pins or walks a slice by the former reads
#     other numbers, without an error;
#   - axes of length 1 have strides of 0. IsDense says true all the same, but GetSpan over all elements throws
#     ArgumentOutOfRangeException where such an axis is the last or between others, as in a batch of grey pictures [2, 4, 4, 1],
#     and Reshape throws ArgumentException. After Squeeze it works.
#
# Who hands pictures of one channel, batches of one or slices to code that takes references or spans is the one who meets it.
# Fails if any of this changes. Needs the .NET 10 SDK and a NuGet source.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
cat > seen.cs <<'CSHARP'
#:package System.Numerics.Tensors@10.0.15
#:property PublishAot=false
using System.Numerics.Tensors;

Tensor<float> whole = Tensor.Create([1f, 2, 3, 4, 5, 6], [3, 2]), slice = whole.Slice([1..3, 0..2]);
float byTensor = slice.GetPinnableReference(), bySpan = slice.AsTensorSpan().GetPinnableReference();
Console.WriteLine($"slice of rows 1 and 2: first element {slice[0, 0]}, by the tensor's reference {byTensor}, by its span's {bySpan}; dense: {slice.IsDense}");
Expect(slice[0, 0] == 3 && byTensor == 1 && bySpan == 3 && slice.IsDense);

Tensor<float> grey = Tensor.Create(new float[32], [2, 4, 4, 1]);
string strides = string.Join(", ", grey.Strides.ToArray());
Console.WriteLine($"[2, 4, 4, 1]: strides {strides}; dense: {grey.IsDense}");
Expect(strides == "16, 4, 1, 0" && grey.IsDense);
Console.WriteLine($"GetSpan of all 32: {Thrown(() => grey.GetSpan(new nint[4], 32).Clear())}");
Expect(Thrown(() => grey.GetSpan(new nint[4], 32).Clear()) == nameof(ArgumentOutOfRangeException));
Console.WriteLine($"Reshape to [2, 16]: {Thrown(() => Tensor.Reshape(grey, [2, 16]))}");
Expect(Thrown(() => Tensor.Reshape(grey, [2, 16])) == nameof(ArgumentException));
Expect(Thrown(() => Tensor.Reshape(Tensor.Squeeze(grey), [2, 16])) == "nothing");
Expect(Thrown(() => Tensor.Create(new float[32], [1, 4, 8]).GetSpan(new nint[3], 32).Clear()) == "nothing"); // a first axis of 1 is fine
return 0;

static string Thrown(Action action)
{
    try
    {
        action();
        return "nothing";
    }
    catch (Exception exception)
    {
        return exception.GetType().Name;
    }
}

static void Expect(bool holds)
{
    if (!holds)
        throw new InvalidOperationException("the behaviour has changed");
}
CSHARP
dotnet run seen.cs
