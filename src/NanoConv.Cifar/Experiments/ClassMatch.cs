using NanoConv.Cifar.Data;

namespace NanoConv.Cifar.Experiments;

/// <summary>Which of a model's classes each class of a data set is: the one with the same name, wherever either has it.</summary>
internal sealed class ClassMatch
{
    private readonly int[] places; // of each of the data's classes, among the model's

    private ClassMatch(int[] places, IReadOnlyList<string> names, string? notice) => (this.places, Names, Notice) = (places, names, notice);

    /// <summary>The names of the classes in the model's order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>What has to be said of the match; null if both have the same names in the same order.</summary>
    public string? Notice { get; }

    /// <summary>Matches. A model that does not name its classes is taken to have the data's, in the data's order.</summary>
    /// <param name="file">The model.</param>
    /// <param name="path">What errors call it.</param>
    /// <param name="images">The data.</param>
    /// <exception cref="UserErrorException">Model and data have other classes, or one name is of two classes.</exception>
    public static ClassMatch Of(ModelFile file, string path, ImageData images)
    {
        (IReadOnlyList<string> model, IReadOnlyList<string> data) = (file.ClassNames, images.ClassNames);
        if (!file.NamesClasses)
        {
            if (model.Count != data.Count)
            {
                throw new UserErrorException(
                    $"'{path}', which does not name its classes: expected {data.Count} outputs, one for each class of {images.Name} "
                    + $"({string.Join(", ", data)}), found {model.Count}");
            }

            return new ClassMatch(
                [.. Enumerable.Range(0, data.Count)], data,
                $"The model does not name its classes: they are taken to be those of {images.Name}, in its order: {string.Join(", ", data)}.");
        }

        if (FindTwice(model) is { } twice)
            throw new UserErrorException($"'{path}': expected different names of its classes, found '{twice}' twice");
        if (model.Count != data.Count || model.Except(data).Any())
        {
            throw new UserErrorException(
                $"'{path}'{(file.DataName is null ? "" : $" was trained on {file.DataName}")}: "
                + $"expected its classes ({string.Join(", ", model)}), found those of {images.Name} ({string.Join(", ", data)})");
        }

        string[] names = [.. model];
        return new ClassMatch(
            [.. data.Select(name => Array.IndexOf(names, name))], names,
            model.SequenceEqual(data) ? null : $"The model has the classes of {images.Name} in another order: they are matched by name.");
    }

    /// <summary>A name that comes more than once; null if none does.</summary>
    /// <param name="names">The names.</param>
    public static string? FindTwice(IReadOnlyList<string> names) => names.CountBy(name => name).FirstOrDefault(name => name.Value > 1).Key;

    /// <summary>The data's labels as the model has them.</summary>
    /// <param name="labels">Labels of the data.</param>
    public byte[] Translate(ReadOnlySpan<byte> labels)
    {
        byte[] translated = new byte[labels.Length];
        for (int i = 0; i < labels.Length; i++)
            translated[i] = (byte)places[labels[i]];
        return translated;
    }
}
