namespace NanoConv.Cifar.Data;

/// <summary>
/// The rule by which a run gets its images. <c>--data PATH</c>: CIFAR-10 from that folder or .tar.gz.
/// <c>--data cifar10</c>: CIFAR-10 from the cache, downloaded if need be, else an error. <c>--data shapes10</c>: the
/// built-in drawings. Without the option: CIFAR-10 if it is in the cache or can be downloaded, else the drawings.
/// </summary>
public sealed class DataSelection
{
    /// <summary>The value of --data that stands for CIFAR-10 from the cache.</summary>
    public const string Cifar10 = "cifar10";

    /// <summary>The value of --data that stands for the built-in drawings.</summary>
    public const string Shapes10 = "shapes10";

    private readonly Cifar10Cache cache;
    private readonly Func<int, ImageData> shapes10;

    /// <summary>Joins the two sources.</summary>
    /// <param name="cache">Where CIFAR-10 is kept and downloaded to.</param>
    /// <param name="shapes10">Draws the built-in data set with so many training images and all its test images.</param>
    public DataSelection(Cifar10Cache cache, Func<int, ImageData> shapes10)
    {
        this.cache = cache;
        this.shapes10 = shapes10;
    }

    /// <summary>Gets the images, downloading them if the rule says so.</summary>
    /// <param name="data">The value of --data; null if the option was not given.</param>
    /// <param name="trainingImages">How many training images, from the first; at least 1.</param>
    /// <param name="progress">Receives the progress of a download: bytes had so far and in all.</param>
    /// <param name="cancellation">Stops downloading and reading.</param>
    /// <exception cref="DataException">The images cannot be had; the message is one line for the user.</exception>
    /// <exception cref="OperationCanceledException">Cancellation was requested.</exception>
    public async Task<SelectedData> SelectAsync(
        string? data,
        int trainingImages,
        IProgress<(long Received, long Total)>? progress = null,
        CancellationToken cancellation = default)
    {
        if (data is not null && string.IsNullOrWhiteSpace(data))
            throw new DataException($"--data: expected {Cifar10}, {Shapes10} or a path, found nothing");
        if (Is(data, Shapes10))
            return Draw(trainingImages, $"chosen with --data {Shapes10}");

        // Before anything is downloaded: no run can have more images than CIFAR-10 has.
        Cifar10Images.RequireAvailable(cache.Archive, trainingImages);
        if (IsPath(data))
            return Read(data!, trainingImages, cancellation);

        string folder;
        try
        {
            folder = await cache.ObtainAsync(progress, cancellation);
        }
        catch (DataException error) when (data is null)
        {
            return Draw(trainingImages, $"CIFAR-10 is not in the cache and cannot be downloaded ({error.Message})");
        }

        return Read(folder, trainingImages, cancellation);
    }

    /// <summary>Whether a value of --data is a path rather than a name or nothing.</summary>
    /// <param name="data">The value.</param>
    public static bool IsPath(string? data) => data is not null && !Is(data, Shapes10) && !Is(data, Cifar10);

    private static bool Is(string? data, string name) => string.Equals(data, name, StringComparison.OrdinalIgnoreCase);

    private SelectedData Read(string path, int trainingImages, CancellationToken cancellation) =>
        new(new Cifar10Reader(cache.Archive).Read(path, trainingImages, cancellation), Notice: null);

    private SelectedData Draw(int trainingImages, string reason) =>
        new(shapes10(trainingImages), $"Shapes10 (built-in drawings), not CIFAR-10: {reason}");
}
