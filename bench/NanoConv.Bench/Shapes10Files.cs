using NanoConv.Cifar.Data;

namespace NanoConv.Bench;

/// <summary>Writes Shapes10 in CIFAR-10's binary layout, so that other frameworks can train on the same pictures.</summary>
internal static class Shapes10Files
{
    private const int Files = 5, Side = Shapes10.ImageSize;

    public static int Write(string folder)
    {
        Directory.CreateDirectory(folder);
        (byte[] pixels, byte[] labels) = Shapes10.Generate(Shapes10Split.Train, Shapes10.TrainCount);
        int count = Shapes10.TrainCount / Files;
        for (int file = 0; file < Files; file++)
            WriteFile(Path.Combine(folder, $"data_batch_{file + 1}.bin"), pixels, labels, file * count, count);
        (pixels, labels) = Shapes10.Generate(Shapes10Split.Test, Shapes10.TestCount);
        WriteFile(Path.Combine(folder, "test_batch.bin"), pixels, labels, 0, Shapes10.TestCount);
        return 0;
    }

    // A record is the label, then the red, the green and the blue plane.
    private static void WriteFile(string path, byte[] pixels, byte[] labels, int first, int count)
    {
        using FileStream stream = File.Create(path);
        byte[] record = new byte[1 + Shapes10.ImageBytes];
        for (int image = first; image < first + count; image++)
        {
            record[0] = labels[image];
            for (int i = 0; i < Shapes10.ImageBytes; i++)
            {
                (int pixel, int channel) = Math.DivRem(i, Shapes10.Channels);
                record[1 + (channel * Side * Side) + pixel] = pixels[(image * Shapes10.ImageBytes) + i];
            }

            stream.Write(record);
        }
    }
}
