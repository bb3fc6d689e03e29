using System.Text.Json;
using System.Text.Json.Nodes;
using NanoConv.Tensors;

namespace NanoConv.Descriptions;

/// <summary>Takes the settings of a layer, or of a part of one, in the order in which a model file will have them.</summary>
public sealed class ConfigWriter
{
    internal const string NameKey = "name", ClassKey = "class";

    internal ConfigWriter()
    {
    }

    /// <summary>What is known so far.</summary>
    internal JsonObject Json { get; } = [];

    /// <summary>What cannot be described, if anything, and what to do about it.</summary>
    internal string? Mistake { get; private set; }

    /// <summary>Remembers what a file could not be read for.</summary>
    internal void Refuse(string reason) => Mistake ??= reason;

    /// <summary>Adds a part of one class, which needs no name.</summary>
    internal void AddPart(string key, IDescribed part) => AddNode(key, JsonOf(part));

    /// <summary>Adds parts of one class.</summary>
    internal void AddParts(string key, IEnumerable<IDescribed> parts) => AddNode(key, new JsonArray([.. parts.Select(JsonOf)]));

    /// <summary>Adds a whole number.</summary>
    /// <param name="key">The setting's name, in Keras's words.</param>
    /// <param name="value">The setting.</param>
    /// <exception cref="ArgumentException">The name is taken: twice the same, <c>name</c>, or <c>class</c>.</exception>
    public void Add(string key, int value) => AddNode(key, value);

    /// <summary>Adds a number, which comes back exactly.</summary>
    /// <inheritdoc cref="Add(string, int)"/>
    /// <exception cref="ArgumentException">The name is taken, or the number is not finite.</exception>
    public void Add(string key, double value) => AddNode(
        key, double.IsFinite(value) ? value : throw new ArgumentException($"'{key}': expected a finite number, received {value}", nameof(value)));

    /// <summary>Adds a truth value.</summary>
    /// <inheritdoc cref="Add(string, int)"/>
    public void Add(string key, bool value) => AddNode(key, value);

    /// <summary>Adds text.</summary>
    /// <inheritdoc cref="Add(string, int)"/>
    public void Add(string key, string value) => AddNode(key, value);

    /// <summary>Adds whole numbers.</summary>
    /// <inheritdoc cref="Add(string, int)"/>
    public void Add(string key, ReadOnlySpan<int> value)
    {
        JsonArray array = [];
        foreach (int number in value)
            array.Add((JsonNode)number);
        AddNode(key, array);
    }

    /// <summary>Adds numbers, which come back exactly.</summary>
    /// <inheritdoc cref="Add(string, double)"/>
    public void Add(string key, ReadOnlySpan<double> value)
    {
        JsonArray array = [];
        foreach (double number in value)
        {
            array.Add((JsonNode)(double.IsFinite(number)
                ? number
                : throw new ArgumentException($"'{key}': expected finite numbers, received {number}", nameof(value))));
        }

        AddNode(key, array);
    }

    /// <summary>Adds numbers, of which a single one stands alone.</summary>
    /// <inheritdoc cref="Add(string, double)"/>
    public void AddOneOrMore(string key, ReadOnlySpan<double> value)
    {
        if (value.Length == 1)
            Add(key, value[0]);
        else
            Add(key, value);
    }

    /// <summary>Adds one of several choices, in lower case with underscores.</summary>
    /// <inheritdoc cref="Add(string, int)"/>
    /// <typeparam name="TChoice">The choices.</typeparam>
    public void AddChoice<TChoice>(string key, TChoice value)
        where TChoice : struct, Enum => Add(key, Word(value));

    /// <summary>Adds a height and a width.</summary>
    /// <inheritdoc cref="Add(string, int)"/>
    public void Add(string key, Size2D value) => Add(key, [value.Height, value.Width]);

    /// <summary>Adds a range, as its least and its greatest number.</summary>
    /// <inheritdoc cref="Add(string, int)"/>
    public void Add(string key, FactorRange value) => Add(key, [value.Lower, value.Upper]);

    /// <summary>Adds pixels on each side: top, bottom, left and right.</summary>
    /// <inheritdoc cref="Add(string, int)"/>
    public void Add(string key, Sides value) => Add(key, [value.Top, value.Bottom, value.Left, value.Right]);

    /// <summary>Adds padding: <c>same</c>, <c>valid</c>, or top, bottom, left and right.</summary>
    /// <inheritdoc cref="Add(string, int)"/>
    public void Add(string key, Padding value)
    {
        if (value.IsSame || value == Padding.Valid)
            Add(key, value.IsSame ? "same" : "valid");
        else
            Add(key, [value.Top, value.Bottom, value.Left, value.Right]);
    }

    /// <summary>Adds a part that describes itself, or remembers that it does not.</summary>
    internal void Add<TPart>(string key, TPart? part, Registry<TPart> registry)
        where TPart : class
    {
        JsonNode? node = null;
        if (part is not null && !registry.TryDescribe(part, out node, out string? mistake))
            Mistake ??= mistake;
        AddNode(key, node);
    }

    /// <summary>A choice as files call it: <c>HorizontalAndVertical</c> is <c>horizontal_and_vertical</c>.</summary>
    internal static string Word<TChoice>(TChoice value)
        where TChoice : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private JsonNode JsonOf(IDescribed part)
    {
        ConfigWriter writer = new();
        part.Describe(writer);
        Mistake ??= writer.Mistake;
        return writer.Json;
    }

    private void AddNode(string key, JsonNode? value)
    {
        if (key is NameKey or ClassKey || !Json.TryAdd(key, value))
            throw new ArgumentException($"expected a setting's name that is neither 'name' nor 'class' nor taken, received '{key}'", nameof(key));
    }
}
