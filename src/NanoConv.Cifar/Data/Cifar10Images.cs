namespace NanoConv.Cifar.Data;

/// <summary>
/// The arrays a read of CIFAR-10 fills, and the conversion of records into them. Files may come in any order, as
/// they do in the official archive; each has its own place in the arrays. Only a block of records is held besides
/// the arrays themselves.
/// </summary>
internal sealed class Cifar10Images
{
    private const int BlockRecords = 64;
    private const int PlaneBytes = ImageData.Height * ImageData.Width;

    private readonly Cifar10Archive archive;
    private readonly byte[] trainingPixels;
    private readonly byte[] trainingLabels;
    private readonly byte[] testPixels;
    private readonly byte[] testLabels;

    /// <summary>Allocates room for the first <paramref name="trainingImages"/> training and all test images.</summary>
    /// <exception cref="DataException">There are not that many training images, or fewer than 1 are wanted.</exception>
    internal Cifar10Images(Cifar10Archive archive, int trainingImages)
    {
        RequireAvailable(archive, trainingImages);
        this.archive = archive;
        trainingPixels = GC.AllocateUninitializedArray<byte>(trainingImages * ImageData.ImageBytes);
        trainingLabels = new byte[trainingImages];
        testPixels = GC.AllocateUninitializedArray<byte>(archive.RecordsPerFile * ImageData.ImageBytes);
        testLabels = new byte[archive.RecordsPerFile];
    }

    /// <summary>Checks a number of training images before anything is opened or downloaded.</summary>
    /// <exception cref="DataException">There are not that many training images, or fewer than 1 are wanted.</exception>
    internal static void RequireAvailable(Cifar10Archive archive, int trainingImages)
    {
        if (trainingImages < 1)
            throw new DataException($"--samples: expected at least 1 training image, found {trainingImages}");
        if (trainingImages > archive.TrainingImages)
            throw new DataException(
                $"--samples: expected at most {archive.TrainingImages:N0} training images, as many as CIFAR-10 has, " +
                $"found {trainingImages:N0}");
    }

    /// <summary>How many records of a file are wanted, from its first; 0 if the file need not be read.</summary>
    internal int RecordsWanted(string fileName)
    {
        if (fileName == Cifar10Archive.TestFile)
            return archive.RecordsPerFile;
        return Math.Clamp(trainingLabels.Length - FirstImage(fileName), 0, archive.RecordsPerFile);
    }

    /// <summary>Reads the wanted records of one file into their place.</summary>
    /// <param name="fileName">One of <see cref="Cifar10Archive.ImageFiles"/>.</param>
    /// <param name="shownName">The file as errors name it.</param>
    /// <param name="stream">The file, at its beginning.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="DataException">A label is above 9.</exception>
    /// <exception cref="EndOfStreamException">The stream ends within the wanted records.</exception>
    internal void Read(string fileName, string shownName, Stream stream, CancellationToken cancellation)
    {
        bool isTest = fileName == Cifar10Archive.TestFile;
        int first = isTest ? 0 : FirstImage(fileName);
        int wanted = RecordsWanted(fileName);
        Span<byte> block = new byte[Math.Min(BlockRecords, wanted) * Cifar10Archive.RecordBytes];
        for (int done = 0; done < wanted; done += BlockRecords)
        {
            cancellation.ThrowIfCancellationRequested();
            int records = Math.Min(BlockRecords, wanted - done);
            stream.ReadExactly(block[..(records * Cifar10Archive.RecordBytes)]);
            for (int i = 0; i < records; i++)
            {
                ReadOnlySpan<byte> record = block.Slice(i * Cifar10Archive.RecordBytes, Cifar10Archive.RecordBytes);
                RequireLabel(record[0], shownName, done + i);
                int image = first + done + i;
                (isTest ? testLabels : trainingLabels)[image] = record[0];
                Interleave(record[1..], (isTest ? testPixels : trainingPixels).AsSpan(
                    image * ImageData.ImageBytes, ImageData.ImageBytes));
            }
        }
    }

    /// <summary>The data set, once all files have been read.</summary>
    internal ImageData ToImageData(string source) => new(
        "CIFAR-10", source, isCifar10: true, Cifar10Archive.ClassNames,
        (trainingPixels, trainingLabels), (testPixels, testLabels));

    private int FirstImage(string fileName)
    {
        int file = 0;
        while (Cifar10Archive.TrainingFiles[file] != fileName)
            file++;
        return file * archive.RecordsPerFile;
    }

    private void RequireLabel(byte label, string shownName, int record)
    {
        if (label >= Cifar10Archive.ClassNames.Count)
            throw new DataException(
                $"{shownName}: record {record + 1:N0} of {archive.RecordsPerFile:N0}: " +
                $"expected a label from 0 to {Cifar10Archive.ClassNames.Count - 1}, found {label}");
    }

    /// <summary>pixels[p, c] = planes[c, p]: three planes of one image become pixels of three channels.</summary>
    private static void Interleave(ReadOnlySpan<byte> planes, Span<byte> pixels)
    {
        ReadOnlySpan<byte> red = planes[..PlaneBytes];
        ReadOnlySpan<byte> green = planes.Slice(PlaneBytes, PlaneBytes);
        ReadOnlySpan<byte> blue = planes.Slice(2 * PlaneBytes, PlaneBytes);
        for (int p = 0; p < PlaneBytes; p++)
        {
            pixels[3 * p] = red[p];
            pixels[3 * p + 1] = green[p];
            pixels[3 * p + 2] = blue[p];
        }
    }
}
