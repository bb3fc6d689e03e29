using NanoConv.Cifar.Files;

namespace NanoConv.Cifar.Data;

/// <summary>
/// Reads the official binary layout of CIFAR-10 from a folder or a .tar.gz. Nothing is written, and besides the
/// images asked for only a small buffer is held in memory.
/// </summary>
public sealed class Cifar10Reader
{
    private readonly Cifar10Archive archive;

    /// <summary>Creates a reader.</summary>
    /// <param name="archive">The sizes to expect; those of the official archive if null.</param>
    public Cifar10Reader(Cifar10Archive? archive = null) => this.archive = archive ?? Cifar10Archive.Official;

    /// <summary>Reads the first training images and all test images.</summary>
    /// <param name="path">
    /// The folder with data_batch_1.bin in it, or the folder above it, or the .tar.gz. All six files have to be there
    /// and of the right size, even those that need not be read.
    /// </param>
    /// <param name="trainingImages">How many training images to read, from the first; at least 1.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <returns>The images; <see cref="ImageData.Source"/> is the full path of what was read.</returns>
    /// <exception cref="DataException">
    /// A file is missing, truncated, too long or unreadable, the archive is damaged, a label is above 9, or there are
    /// fewer training images than asked for, or the list of classes beside them is another than CIFAR-10's.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancellation was requested.</exception>
    public ImageData Read(string path, int trainingImages, CancellationToken cancellation = default)
    {
        var images = new Cifar10Images(archive, trainingImages);
        string source = Path.GetFullPath(path);
        try
        {
            if (Directory.Exists(source))
                source = ReadFolder(source, images, cancellation);
            else if (File.Exists(source))
            {
                using FileStream file = File.OpenRead(source);
                ReadArchive(file, source, images, cancellation);
            }
            else
                throw new DataException(
                    $"{source}: expected a folder with CIFAR-10 in its binary version, or its .tar.gz, " +
                    "found no such file or folder");
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            throw CannotRead(source, error);
        }

        return images.ToImageData(source);
    }

    /// <summary>As <see cref="Read(string, int, CancellationToken)"/> from a .tar.gz that is open.</summary>
    /// <param name="file">The .tar.gz, at its beginning; it can seek.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="trainingImages">How many training images to read, from the first; at least 1.</param>
    internal ImageData Read(Stream file, string name, int trainingImages)
    {
        var images = new Cifar10Images(archive, trainingImages);
        ReadArchive(file, name, images, CancellationToken.None);
        return images.ToImageData(name);
    }

    private string ReadFolder(string path, Cifar10Images images, CancellationToken cancellation)
    {
        string folder = FindFolder(path);
        if (archive.FindFault(folder) is { } fault)
            throw new DataException(fault);
        IEnumerable<string> wanted = Cifar10Archive.ImageFiles.Where(name => images.RecordsWanted(name) > 0);
        foreach (string name in File.Exists(Path.Combine(folder, Cifar10Archive.ClassNamesFile)) ? wanted.Prepend(Cifar10Archive.ClassNamesFile) : wanted)
        {
            string file = Path.Combine(folder, name);
            try
            {
                using FileStream stream = File.OpenRead(file);
                if (name == Cifar10Archive.ClassNamesFile)
                    RequireClasses(file, stream);
                else
                    images.Read(name, file, stream, cancellation);
            }
            catch (Exception error) when (FileErrors.IsFileError(error))
            {
                throw CannotRead(file, error);
            }
        }

        return folder;
    }

    private static void RequireClasses(string file, Stream stream)
    {
        if (Cifar10Archive.FindClassFault(stream) is { } fault)
            throw new DataException($"{file}: {fault}");
    }

    private static DataException CannotRead(string file, Exception error) =>
        new($"cannot read {file}: {FileErrors.Reason(error)}", error);

    private void ReadArchive(Stream file, string path, Cifar10Images images, CancellationToken cancellation) =>
        Cifar10Tar.ForEachFile(file, path, archive, (name, stream) =>
        {
            if (name == Cifar10Archive.ClassNamesFile)
                RequireClasses($"{path}: {name}", stream);
            else
                images.Read(name, $"{path}: {name}", stream, cancellation);
        }, cancellation);

    private static string FindFolder(string path)
    {
        if (Cifar10Archive.ImageFiles.Any(name => File.Exists(Path.Combine(path, name))))
            return path;
        string below = Path.Combine(path, Cifar10Archive.FolderName);
        if (Directory.Exists(below))
            return below;
        throw new DataException(
            $"{path}: expected {Cifar10Archive.TrainingFiles[0]} or a folder {Cifar10Archive.FolderName} in it, " +
            "found neither");
    }
}
