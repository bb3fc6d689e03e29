using System.Security.Cryptography;

namespace NanoConv.Tests.Checkpoints;

/// <summary>A checkpoint that is not the one that was written is never taken for it, and what is no checkpoint does no harm.</summary>
public sealed class CheckpointFileTests
{
    [Theory]
    [InlineData("+5")]
    [InlineData(" 5")]
    [InlineData("5\0")]
    [InlineData("5,0")]
    [InlineData("5.")]
    [InlineData("nan")]
    [InlineData("infinity")]
    [InlineData("1e400")]
    [InlineData("1e-400")]
    [InlineData("")]
    public void A_number_that_was_written_otherwise_is_none(string text)
    {
        SavedState state = new();
        state.Set("n", text);
        Expect.Throws<InvalidDataException>(() => state.Number("n"), "'n': expected a number", $"found '{text}'");
        Expect.Throws<InvalidDataException>(() => state.Whole("n"), "'n': expected a whole number", $"found '{text}'");
    }

    [Fact]
    public void Texts_numbers_and_arrays_come_back_with_the_same_bits()
    {
        float[] singles = [1.5f, -0f, float.NaN, float.PositiveInfinity, float.Epsilon, 0.1f];
        double[] doubles = [Math.PI, -0.0, double.NegativeInfinity, double.Epsilon], numbers = [.. doubles, 0.1, 1e300, double.NaN];
        SavedState state = new();
        state.Part("a").Set("text", "Grüße\n\"→\"");
        state.Part("a").Part("b").Set("whole", int.MinValue);
        for (int i = 0; i < numbers.Length; i++)
            state.Set($"number{i}", numbers[i]);
        state.Set<float>("singles", singles);
        state.Part("c").Set<double>("doubles", doubles);
        state.Set<double>("none", []);
        SavedState back = CheckpointFile.Parse("here", CheckpointFile.Write(state));
        Assert.Equal("Grüße\n\"→\"", back.Part("a").Text("text"));
        Assert.Equal(int.MinValue, back.Part("a.b").Whole("whole"));
        Expect.SameBits<double>("numbers", numbers, [.. numbers.Select((_, i) => back.Number($"number{i}"))]);
        Expect.SameBits<float>("singles", singles, back.Array<float>("singles", singles.Length));
        Expect.SameBits<double>("doubles", doubles, back.Part("c").Array<double>("doubles"));
        Assert.Equal(0, back.Array<double>("none").Length);
        Assert.Equal("here", back.Part("a").Source);
    }

    [Fact]
    public void Whatever_bit_is_flipped_it_is_noticed()
    {
        byte[] content = Small();
        for (int bit = 0; bit < content.Length * 8; bit++)
        {
            content[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<InvalidDataException>(() => CheckpointFile.Parse("x", content));
            content[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.Equal("1", CheckpointFile.Parse("x", content).Text("state.epoch"));
    }

    [Fact]
    public void Wherever_it_is_cut_short_or_carried_on_it_is_noticed()
    {
        byte[] content = Small();
        for (int length = 0; length < content.Length; length++)
            Assert.Throws<InvalidDataException>(() => CheckpointFile.Parse("x", content.AsMemory(0, length)));
        for (int more = 1; more <= 64; more++)
            Assert.Throws<InvalidDataException>(() => CheckpointFile.Parse("x", (byte[])[.. content, .. new byte[more]]));
        Expect.Throws<InvalidDataException>(() => CheckpointFile.Parse("x", content.AsMemory(1)), "cut short or damaged");
    }

    /// <summary>The digest is no seal: anybody can put the right one on anything.</summary>
    [Fact]
    public void What_is_no_checkpoint_is_refused_even_with_the_right_digest()
    {
        SafeTensor digest = new("U8", [32], new byte[32]);
        Refused(Encode([], [("sha256", digest)]), "expected nanoconv-checkpoint, version 1, found , version");
        Refused(Encode([("format", "nanoconv-checkpoint"), ("nanoconv.checkpoint", "2")], [("sha256", digest)]), "found nanoconv-checkpoint, version 2");
        Refused(Encode([("format", "nanoconv-checkpoint"), ("nanoconv.checkpoint", "1")], [("a", new("I64", [4], new byte[32]))]), "F32 or F64, found I64");
        Refused(Encode([("format", "nanoconv-checkpoint"), ("nanoconv.checkpoint", "1")], [("a", new("F16", [16], new byte[32]))]), "F32 or F64, found F16");
        Random random = new(1);
        for (int i = 0; i < 3000; i++)
        {
            byte[] content = Small();
            for (int changes = random.Next(1, 4); changes > 0; changes--)
                content[random.Next(content.Length - 32)] = (byte)random.Next(256);
            Seal(content);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                CheckpointFile.Parse("x", content);
            }
            catch (InvalidDataException)
            {
                // the one that is documented
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 40_000 + (10 * content.Length));
        }

        static void Refused(byte[] content, string reason) => Expect.Throws<InvalidDataException>(() => CheckpointFile.Parse("x", content), reason);
    }

    private static byte[] Small()
    {
        MemoryStore store = new();
        Model<float> model = new Sequential(new Flatten(), new Dense(3, Activation.Softmax)).Build<float>((4, 6, 2));
        model.Fit(new RecordingDataset<float>(4), new FitOptions { Optimizer = new SGD(), Checkpoints = store });
        return store.Checkpoints[1];
    }

    private static byte[] Encode((string, string)[] texts, (string, SafeTensor)[] tensors)
    {
        using MemoryStream stream = new();
        new SafeTensorsFile(tensors.ToDictionary(t => t.Item1, t => t.Item2), texts.ToDictionary(t => t.Item1, t => t.Item2)).Write(stream);
        return Seal(stream.ToArray());
    }

    private static byte[] Seal(byte[] content)
    {
        SHA256.HashData(content.AsSpan()[..^32], content.AsSpan()[^32..]);
        return content;
    }
}
