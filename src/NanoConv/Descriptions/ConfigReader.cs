using System.Text.Json;
using NanoConv.Tensors;

namespace NanoConv.Descriptions;

/// <summary>The settings that a <see cref="ConfigWriter"/> took, as a model file has them.</summary>
/// <remarks>What is missing or malformed is a <see cref="FormatException"/> that names the setting; of a file's, the loader makes its own.</remarks>
public sealed class ConfigReader
{
    private readonly JsonElement json;

    internal ConfigReader(JsonElement json, string? name = null) => (this.json, Name) = (json, name);

    /// <summary>The layer's name; null of a part of one.</summary>
    public string? Name { get; }

    /// <summary>A whole number.</summary>
    /// <param name="key">The setting's name.</param>
    /// <exception cref="FormatException">It is missing, or none.</exception>
    public int Whole(string key) => Read(key, JsonNumbers.Whole);

    /// <summary>A number.</summary>
    /// <inheritdoc cref="Whole(string)"/>
    public double Real(string key) => Read(key, JsonNumbers.Real);

    /// <summary>A number that may be missing.</summary>
    /// <param name="key">The setting's name.</param>
    /// <param name="otherwise">What it is then.</param>
    /// <exception cref="FormatException">It is none.</exception>
    public double Real(string key, double otherwise) => Has(key) ? Real(key) : otherwise;

    /// <summary>A truth value.</summary>
    /// <inheritdoc cref="Whole(string)"/>
    public bool Flag(string key) => Read(key, static element => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new FormatException($"expected true or false, found {Quoted.Of(element.GetRawText())}"),
    });

    /// <summary>A truth value that may be missing.</summary>
    /// <param name="key">The setting's name.</param>
    /// <param name="otherwise">What it is then.</param>
    /// <exception cref="FormatException">It is none.</exception>
    public bool Flag(string key, bool otherwise) => Has(key) ? Flag(key) : otherwise;

    /// <summary>Text.</summary>
    /// <inheritdoc cref="Whole(string)"/>
    public string Text(string key) => Read(key, static element => element.ValueKind == JsonValueKind.String
        ? element.GetString()!
        : throw new FormatException($"expected text, found {Quoted.Of(element.GetRawText())}"));

    /// <summary>Whole numbers.</summary>
    /// <param name="key">The setting's name.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="FormatException">They are missing, others, or not as many.</exception>
    public int[] Wholes(string key, int count) => Read(key, element => element.ValueKind == JsonValueKind.Array && element.GetArrayLength() == count
        ? (int[])[.. element.EnumerateArray().Select(JsonNumbers.Whole)]
        : throw new FormatException($"expected {count} numbers, found {Quoted.Of(element.GetRawText())}"));

    /// <summary>Numbers.</summary>
    /// <param name="key">The setting's name.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="FormatException">They are missing, others, or not as many.</exception>
    public double[] Reals(string key, int count) => Read(key, element => element.ValueKind == JsonValueKind.Array && element.GetArrayLength() == count
        ? (double[])[.. element.EnumerateArray().Select(JsonNumbers.Real)]
        : throw new FormatException($"expected {count} numbers, found {Quoted.Of(element.GetRawText())}"));

    /// <summary>One of several choices.</summary>
    /// <inheritdoc cref="Whole(string)"/>
    /// <typeparam name="TChoice">The choices.</typeparam>
    public TChoice Choice<TChoice>(string key)
        where TChoice : struct, Enum
    {
        string text = Text(key);
        foreach (TChoice choice in Enum.GetValues<TChoice>())
        {
            if (ConfigWriter.Word(choice) == text)
                return choice;
        }

        string known = string.Join(", ", Enum.GetValues<TChoice>().Select(choice => $"'{ConfigWriter.Word(choice)}'"));
        throw new FormatException($"expected '{key}' to be one of {known}, found {Quoted.Of(text)}");
    }

    /// <summary>Whole numbers, however many.</summary>
    /// <inheritdoc cref="Whole(string)"/>
    public int[] Wholes(string key) => Each(key, JsonNumbers.Whole);

    /// <summary>Numbers, however many.</summary>
    /// <inheritdoc cref="Whole(string)"/>
    public double[] Reals(string key) => Each(key, JsonNumbers.Real);

    /// <summary>Whole numbers, however many; a single one may stand alone, as Keras writes an axis.</summary>
    /// <inheritdoc cref="Whole(string)"/>
    public int[] OneOrMoreWholes(string key) => Read(key, static element => element.ValueKind == JsonValueKind.Number) ? [Whole(key)] : Wholes(key);

    /// <summary>Numbers, however many; a single one may stand alone, for all channels.</summary>
    /// <inheritdoc cref="Whole(string)"/>
    public double[] OneOrMoreReals(string key) => Read(key, static element => element.ValueKind == JsonValueKind.Number) ? [Real(key)] : Reals(key);

    /// <summary>A height and a width.</summary>
    /// <inheritdoc cref="Whole(string)"/>
    public Size2D Size(string key)
    {
        int[] sides = Wholes(key, count: 2);
        return new Size2D(sides[0], sides[1]);
    }

    /// <summary>A range: its least and its greatest number.</summary>
    /// <inheritdoc cref="Whole(string)"/>
    public FactorRange Factor(string key)
    {
        double[] ends = Reals(key, count: 2);
        return new FactorRange(ends[0], ends[1]);
    }

    /// <summary>Padding.</summary>
    /// <inheritdoc cref="Whole(string)"/>
    public Padding Padding(string key)
    {
        if (Read(key, static element => element.ValueKind == JsonValueKind.Array))
        {
            int[] sides = Wholes(key, count: 4);
            return Tensors.Padding.Explicit(sides[0], sides[1], sides[2], sides[3]);
        }

        return Text(key) switch
        {
            "same" => Tensors.Padding.Same,
            "valid" => Tensors.Padding.Valid,
            string other => throw new FormatException($"expected '{key}' to be 'same', 'valid' or four numbers, found {Quoted.Of(other)}"),
        };
    }

    /// <summary>Pixels on each side.</summary>
    /// <inheritdoc cref="Whole(string)"/>
    public Sides Sides(string key)
    {
        int[] sides = Wholes(key, count: 4);
        return new Sides(sides[0], sides[1], sides[2], sides[3]);
    }

    /// <summary>Whether there is such a setting.</summary>
    /// <param name="key">The setting's name.</param>
    public bool Has(string key) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(key, out _);

    /// <summary>A part that describes itself; null where the file has null.</summary>
    internal TPart? Part<TPart>(string key, Registry<TPart> registry)
        where TPart : class => Read(key, element => element.ValueKind == JsonValueKind.Null ? null : registry.Read(element));

    /// <summary>Whether a setting is described by more than a number.</summary>
    internal bool IsPart(string key) => Read(key, static element => element.ValueKind is JsonValueKind.String or JsonValueKind.Object);

    /// <summary>A part of one class; null where there is none.</summary>
    internal TPart? PartOrNull<TPart>(string key)
        where TPart : class, IDescribed<TPart> => Has(key) ? Read(key, static element => TPart.FromConfig(new ConfigReader(element))) : null;

    /// <summary>Parts of one class; none where there are none.</summary>
    internal TPart[] Parts<TPart>(string key)
        where TPart : IDescribed<TPart> => Has(key) ? Each(key, static element => TPart.FromConfig(new ConfigReader(element))) : [];

    /// <summary>A number; null where there is none.</summary>
    internal double? RealOrNull(string key) => Has(key) ? Real(key) : null;

    private TValue[] Each<TValue>(string key, Func<JsonElement, TValue> read) => Read(key, element => element.ValueKind == JsonValueKind.Array
        ? (TValue[])[.. element.EnumerateArray().Select(read)]
        : throw new FormatException($"expected an array, found {Quoted.Of(element.GetRawText())}"));

    private TValue Read<TValue>(string key, Func<JsonElement, TValue> read)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(key, out JsonElement element))
            throw new FormatException($"expected '{key}', found none");
        try
        {
            return read(element);
        }
        catch (NotRegisteredException mistake)
        {
            throw new NotRegisteredException($"'{key}': {mistake.Message}");
        }
        catch (FormatException mistake)
        {
            throw new FormatException($"'{key}': {mistake.Message}", mistake);
        }
    }
}
