using System.Globalization;
using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Tensors;

namespace NanoConv.Training;

/// <summary>
/// What a checkpoint holds, by name: texts, numbers and arrays of numbers, each of which comes back with the same bits.
/// </summary>
public sealed class SavedState
{
    private readonly OrderedDictionary<string, string> texts;
    private readonly OrderedDictionary<string, SavedArray> arrays;
    private readonly string prefix;

    /// <summary>Nothing yet.</summary>
    public SavedState()
        : this(null, [], [], string.Empty)
    {
    }

    internal SavedState(
        string? source, OrderedDictionary<string, string> texts, OrderedDictionary<string, SavedArray> arrays, string prefix) =>
        (Source, this.texts, this.arrays, this.prefix) = (source, texts, arrays, prefix);

    /// <summary>Where it was read from; null if it was not.</summary>
    public string? Source { get; }

    /// <summary>The texts and numbers by their whole names, in the order in which they were set.</summary>
    public IReadOnlyDictionary<string, string> Texts => texts;

    /// <summary>The arrays by their whole names.</summary>
    internal IReadOnlyDictionary<string, SavedArray> Arrays => arrays;

    /// <summary>The names of this part that begin so; nothing of other parts is seen.</summary>
    /// <param name="name">The part's name; a dot is put behind it.</param>
    public SavedState Part(string name) => new(Source, texts, arrays, $"{prefix}{name}.");

    /// <summary>Keeps a text.</summary>
    /// <param name="name">Its name in this part.</param>
    /// <param name="text">The text.</param>
    public void Set(string name, string text) => texts[prefix + name] = text;

    /// <summary>Keeps a whole number.</summary>
    /// <param name="name">Its name in this part.</param>
    /// <param name="number">The number.</param>
    public void Set(string name, int number) => Set(name, number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Keeps a number, infinite ones included.</summary>
    /// <param name="name">Its name in this part.</param>
    /// <param name="number">The number.</param>
    public void Set(string name, double number) => Set(name, number.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>Keeps a copy of an array.</summary>
    /// <param name="name">Its name in this part.</param>
    /// <param name="values">Its elements.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    public void Set<T>(string name, ReadOnlySpan<T> values)
        where T : unmanaged, IFloatingPointIeee754<T> => Keep(name, values, [values.Length]);

    /// <summary>A text that was kept.</summary>
    /// <param name="name">Its name in this part.</param>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public string Text(string name) => texts.TryGetValue(prefix + name, out string? text) ? text : throw Mistake(name, "found nothing");

    /// <summary>Whether a text or a number was kept.</summary>
    /// <param name="name">Its name in this part.</param>
    public bool Has(string name) => texts.ContainsKey(prefix + name);

    /// <summary>A whole number that was kept.</summary>
    /// <param name="name">Its name in this part.</param>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public int Whole(string name) => PlainNumber.TryWhole(Text(name), out int number)
        ? number
        : throw Mistake(name, $"expected a whole number, found '{Text(name)}'");

    /// <summary>A number that was kept.</summary>
    /// <param name="name">Its name in this part.</param>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public double Number(string name) => Text(name) switch
    {
        "NaN" => double.NaN,
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        string text => PlainNumber.TryReal(text, out double number) ? number : throw Mistake(name, $"expected a number, found '{text}'"),
    };

    /// <summary>An array that was kept.</summary>
    /// <param name="name">Its name in this part.</param>
    /// <param name="length">Its length; any if not given.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>, as when it was kept.</typeparam>
    /// <exception cref="InvalidDataException">There is none of this type and length.</exception>
    public ReadOnlySpan<T> Array<T>(string name, int? length = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!arrays.TryGetValue(prefix + name, out SavedArray? array))
            throw Mistake(name, "found nothing");
        if (array.Values is not T[] values)
            throw Mistake(name, $"expected numbers of type {typeof(T).Name}, found {array.Values.GetType().GetElementType()!.Name}");
        return length is null || values.Length == length
            ? values
            : throw Mistake(name, $"expected {length} numbers, found {values.Length}");
    }

    /// <summary>Keeps a copy of a tensor.</summary>
    internal void Set<T>(string name, ReadOnlySpan<T> values, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Keep(name, values, [.. shape.Axes.ToArray().Select(axis => (long)axis)]);

    /// <summary>What is wrong with something kept, where there is a file with the file's name.</summary>
    internal InvalidDataException Mistake(string name, string what) =>
        new($"{(Source is null ? "the checkpoint" : $"'{Source}'")}: '{prefix}{name}': {what}");

    private void Keep<T>(string name, ReadOnlySpan<T> values, IReadOnlyList<long> shape)
        where T : unmanaged, IFloatingPointIeee754<T> => arrays[prefix + name] = new SavedArray(shape, values.ToArray());
}
