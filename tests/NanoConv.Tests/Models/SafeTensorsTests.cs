using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace NanoConv.Tests.Models;

/// <summary>The safetensors format: what is written is read back, and whatever departs from the format is refused.</summary>
public sealed class SafeTensorsTests : PropertySuite
{
    private static readonly Arbitrary<(int Tensors, int Seed)> Files = Arb.From(Gen.Zip(Gen.Choose(0, 4), Gen.Choose(0, 1_000_000)));

    [Fact]
    public void What_is_written_is_read_back_bit_by_bit() => ForAll(Files, static c =>
    {
        SafeTensorsFile file = File(c.Tensors, c.Seed), back = SafeTensorsFile.Parse(Bytes(file));
        Assert.Equal(file.Tensors.Keys, back.Tensors.Keys);
        Assert.Equal(file.Metadata, back.Metadata);
        foreach ((string name, SafeTensor tensor) in file.Tensors)
        {
            Assert.Equal(tensor.DataType, back.Tensors[name].DataType);
            Assert.Equal(tensor.Data.ToArray(), back.Tensors[name].Data.ToArray());
            Assert.Equal(tensor.Shape, back.Tensors[name].Shape);
        }
    });

    [Fact]
    public void A_file_cut_off_anywhere_is_refused() => ForAll(Files, static c =>
    {
        byte[] bytes = Bytes(File(1 + (c.Tensors / 2), c.Seed));
        for (int length = 0; length < bytes.Length; length++)
            Assert.Throws<InvalidDataException>(() => SafeTensorsFile.Parse(bytes.AsMemory(0, length)));
        Assert.Throws<InvalidDataException>(() => SafeTensorsFile.Parse((byte[])[.. bytes, 0]));
    }, share: 0.1);

    /// <summary>Whatever becomes of a file, reading it ends in a file or in InvalidDataException.</summary>
    [Fact]
    public void A_file_with_wrong_bytes_is_read_or_refused() => ForAll(Files, static c =>
    {
        byte[] bytes = Bytes(File(c.Tensors, c.Seed));
        Random random = new(c.Seed);
        for (int i = 0; i < 50; i++)
        {
            byte[] wrong = (byte[])bytes.Clone();
            for (int change = 0; change <= i % 3; change++)
                wrong[random.Next(wrong.Length)] = (byte)random.Next(256);
            try
            {
                _ = SafeTensorsFile.Parse(wrong);
            }
            catch (InvalidDataException)
            {
                // as it should be
            }
        }
    });

    [Fact]
    public void The_header_is_padded_to_8_bytes_and_the_data_follow_in_order()
    {
        byte[] bytes = Bytes(File(2, seed: 3));
        ulong header = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        Assert.Equal(0UL, header % 8);
        SafeTensorsFile back = SafeTensorsFile.Parse(bytes);
        Assert.Equal(bytes[(8 + (int)header)..], back.Tensors.Values.SelectMany(tensor => tensor.Data.ToArray()));
    }

    [Theory]
    [InlineData("[]", "starts with '{'")]
    [InlineData("", "starts with '{'")]
    [InlineData("{", "JSON")]
    [InlineData("{} {}", "header")]
    [InlineData("{\"a\":1}", "an object as 'a'")]
    [InlineData("{\"__metadata__\":{\"k\":1}}", "text as __metadata__ 'k'")]
    [InlineData("{\"__metadata__\":[]}", "an object as __metadata__")]
    [InlineData("{\"__metadata__\":{},\"__metadata__\":{}}", "'__metadata__' twice")]
    [InlineData("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", "'k' twice")]
    [InlineData("{\"a\":{}}", "dtype, shape and two data_offsets of 'a'")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}", "two data_offsets")]
    [InlineData("{\"a\":{\"dtype\":\"F33\",\"shape\":[2],\"data_offsets\":[0,8]}}", "known dtype", "F33")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1,\"x\":1}}", "'x' twice")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", "'dtype'")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", "from 0 to")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-0,8]}}", "from 0 to", "found '-0'")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2e0],\"data_offsets\":[0,8]}}", "integers", "found '2e0'")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2.5],\"data_offsets\":[0,8]}}", "integers")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", "12 bytes", "of 8")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", "data_offsets", "[8, 0]")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}", "within 8 bytes")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "'a' at byte 4 instead of 0")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "4 bytes of tensors, found 8")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "overlap")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[8,8]}}", "'a' twice")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}}", "fits into memory")]
    [InlineData("{\"a\":[[[[[[[[[1]]]]]]]]]}", "'a'")]
    [InlineData("{\"\\uD800\":{}}", "JSON")]
    public void A_malformed_header_is_refused_with_the_reason(string header, params string[] parts) =>
        Expect.Throws<InvalidDataException>(() => SafeTensorsFile.Parse(WithHeader(header)), parts);

    [Fact]
    public void A_header_length_that_cannot_be_is_refused()
    {
        byte[] bytes = Bytes(File(1, seed: 1));
        (ulong, string)[] lengths = [(ulong.MaxValue, "at most 100000000"), (100_000_001, "at most"), (100_000_000, "100000000 bytes, found")];
        foreach ((ulong length, string part) in lengths)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
            Expect.Throws<InvalidDataException>(() => SafeTensorsFile.Parse(bytes), part);
        }
    }

    [Fact]
    public void A_scalar_an_empty_tensor_and_an_empty_file_are_fine()
    {
        byte[] scalar = WithHeader(
            """{"a":{"dtype":"F64","shape":[],"data_offsets":[0,8]},"b":{"dtype":"F16","shape":[0,7],"data_offsets":[8,8]}}  """);
        SafeTensorsFile file = SafeTensorsFile.Parse(scalar);
        Assert.Equal((0, 0), (file.Tensors["a"].Shape.Count, file.Tensors["b"].Data.Length));
        Assert.Empty(SafeTensorsFile.Parse(WithHeader("{}", data: 0)).Tensors);
    }

    [Fact]
    public void Numbers_are_little_endian_and_convert_between_float_and_double()
    {
        SafeTensor single = SafeTensor.From<float>(2, [1, -0.1f]), full = SafeTensor.From<double>(2, [1, -0.1]);
        Assert.Equal([0, 0, 0x80, 0x3F], single.Data[..4].ToArray());
        Assert.Equal(("F32", "F64", 16), (single.DataType, full.DataType, full.Data.Length));
        double[] wide = new double[2];
        float[] narrow = new float[2];
        single.CopyTo<double>(wide);
        full.CopyTo<float>(narrow);
        Assert.Equal([1.0, -0.1f], wide);
        Assert.Equal([1f, -0.1f], narrow);
        Expect.Throws<InvalidDataException>(() => (single with { DataType = "I32" }).CopyTo<float>(narrow), "F32, F64, F16 or BF16", "I32");
        Assert.Throws<NotSupportedException>(() => SafeTensor.From<Half>(1, [Half.One]));
    }

    /// <summary>Every number that half precision has, computed from its bits by the definition.</summary>
    [Theory]
    [InlineData("F16", 5, 10)]
    [InlineData("BF16", 8, 7)]
    public void Half_precision_becomes_the_same_numbers(string type, int exponentBits, int fractionBits)
    {
        byte[] data = new byte[2 * 65536];
        for (int bits = 0; bits < 65536; bits++)
            BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(2 * bits), (ushort)bits);
        SafeTensor tensor = new(type, [65536], data);
        float[] single = new float[65536];
        double[] full = new double[65536];
        tensor.CopyTo<float>(single);
        tensor.CopyTo<double>(full);
        int most = (1 << exponentBits) - 1, bias = most >> 1;
        for (int bits = 0; bits < 65536; bits++)
        {
            int fraction = bits & ((1 << fractionBits) - 1), exponent = (bits >> fractionBits) & most;
            double sign = bits >= 0x8000 ? -1 : 1;
            double expected = exponent == most ? (fraction == 0 ? double.PositiveInfinity : double.NaN)
                : exponent == 0 ? Math.ScaleB(fraction, 1 - bias - fractionBits)
                : Math.ScaleB(fraction + (1 << fractionBits), exponent - bias - fractionBits);
            if (double.IsNaN(expected))
            {
                Assert.True(float.IsNaN(single[bits]) && double.IsNaN(full[bits]), $"0x{bits:X4}");
                continue;
            }

            Assert.Equal(BitConverter.DoubleToInt64Bits(sign * expected), BitConverter.DoubleToInt64Bits(full[bits])); // −0 as well
            Assert.Equal(BitConverter.DoubleToInt64Bits(sign * expected), BitConverter.DoubleToInt64Bits(single[bits]));
        }
    }

    /// <summary>Whatever a header claims or repeats, what is allocated stays a small multiple of its length.</summary>
    [Theory]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8],\"shape\":[", "0,", "0]}}")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[", "0,", "0]}}")]
    [InlineData("{\"a\":{\"dtype\":\"", "F", "\"}}")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[9000000000000000000,9000000000000000000", ",9000000000000000000", "],\"data_offsets\":[0,8]}}")]
    [InlineData("{\"a\":{\"x\":[", "[],", "0]}}")]
    [InlineData("{\"a\":{\"x\":", "[", "0")]
    [InlineData("{\"", "a", "\":{}}")]
    [InlineData("{", "\"#\":{\"dtype\":\"F32\",\"shape\":[9,0],\"data_offsets\":[0,0]},", "\"\":{}}")]
    [InlineData("{\"__metadata__\":{", "\"#\":\"\",", "\"\":0}}")]
    [InlineData("{\"a\":{", "\"#\":0,", "\"\":0}}")]
    public void A_hostile_header_costs_a_small_multiple_of_its_length(string start, string middle, string end)
    {
        StringBuilder header = new(start);
        for (int i = 0; header.Length < 3_000_000; i++)
            header.Append(middle.Replace("#", i.ToString("X"), StringComparison.Ordinal));
        byte[] bytes = WithHeader(header.Append(end).ToString());
        long before = GC.GetAllocatedBytesForCurrentThread();
        InvalidDataException refusal = Assert.Throws<InvalidDataException>(() => SafeTensorsFile.Parse(bytes));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(allocated, 0, 25L * bytes.Length);
        Assert.InRange(refusal.Message.Length, 1, 400);
    }

    [Fact]
    public void A_file_that_would_be_invalid_is_not_made()
    {
        SafeTensor right = SafeTensor.From<float>(2, [1, 2]);
        Make("__metadata__", right, "'__metadata__'");
        Make("a", right with { DataType = "F33" }, "'a'", "F33");
        Make("a", right with { Shape = [3] }, "'a'", "F32 (3,)", "received 8");
        Make("a", right with { Shape = [-1, -2] }, "(-1, -2)");
        Make("a", right with { Shape = [1L << 40, 1L << 40] }, "received 8");
        Make("a", right with { DataType = "F4", Shape = [3] }, "F4");
        Dictionary<string, string> text = new() { ["a"] = new string('a', SafeTensorsFile.MaxHeaderLength) };
        SafeTensorsFile tooLong = new(new Dictionary<string, SafeTensor>(), text);
        using MemoryStream stream = new();
        Expect.Throws<InvalidDataException>(() => tooLong.Write(stream), "at most 100000000", "metadata");
        Assert.Equal(0, stream.Length);

        static void Make(string name, SafeTensor tensor, params string[] parts) => Expect.Throws<ArgumentException>(
            () => _ = new SafeTensorsFile(new Dictionary<string, SafeTensor> { [name] = tensor }, new Dictionary<string, string>()), parts);
    }

    [Fact]
    public void Writing_replaces_the_file_or_leaves_the_old_one()
    {
        string folder = Directory.CreateTempSubdirectory().FullName, path = Path.Combine(folder, "model.safetensors");
        try
        {
            File(1, seed: 1).Write(path);
            File(2, seed: 2).Write(path);
            Assert.Equal(2, SafeTensorsFile.Read(path).Tensors.Count);
            Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, static stream => throw new InvalidOperationException()));
            Assert.Equal(2, SafeTensorsFile.Read(path).Tensors.Count);
            Assert.Equal([path], Directory.GetFiles(folder));

            System.IO.File.WriteAllText(path, "hello");
            Expect.Throws<InvalidDataException>(() => SafeTensorsFile.Read(path), path, "text that begins with 'hello'");
            Assert.Throws<FileNotFoundException>(() => SafeTensorsFile.Read(path + ".none"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static SafeTensorsFile File(int tensors, int seed)
    {
        Random random = new(seed);
        OrderedDictionary<string, SafeTensor> content = [];
        for (int i = 0; i < tensors; i++)
        {
            Shape shape = (random.Next(1, 4), random.Next(1, 5));
            content.Add($"layer {i}/\"kernel\"", i % 2 == 0
                ? SafeTensor.From<float>(shape, Numbers.Reals<float>(shape.Elements, seed))
                : SafeTensor.From<double>(shape, Numbers.Reals<double>(shape.Elements, seed)));
        }

        OrderedDictionary<string, string> metadata = [];
        if (seed % 2 == 0)
            metadata.Add("text", "äöü \"quoted\"\n");
        return new SafeTensorsFile(content, metadata);
    }

    private static byte[] Bytes(SafeTensorsFile file)
    {
        using MemoryStream stream = new();
        file.Write(stream);
        return stream.ToArray();
    }

    private static byte[] WithHeader(string header, int data = 8)
    {
        byte[] text = Encoding.UTF8.GetBytes(header), bytes = new byte[8 + text.Length + data];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)text.Length);
        text.CopyTo(bytes, 8);
        return bytes;
    }
}
