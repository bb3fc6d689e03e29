using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NanoConv.Descriptions;

/// <summary>The classes of one kind that model files may name, each with its word. Any thread may register and read.</summary>
/// <typeparam name="TBase">Layer, Activation, Initializer, Regularizer, Schedule or Optimizer.</typeparam>
/// <param name="kind">What they are, as <c>an activation</c>.</param>
/// <param name="unregistered">The word for one whose class is not registered.</param>
internal sealed class Registry<TBase>(string kind, Func<TBase, string> unregistered)
    where TBase : class
{
    private readonly ConcurrentDictionary<string, (Type Type, Func<ConfigReader, TBase> Read)> classes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Type, string> words = [];

    /// <summary>Registers a class of the library.</summary>
    public Registry<TBase> With<TSelf>(string word)
        where TSelf : TBase, IDescribed<TSelf>
    {
        Register<TSelf>(word);
        return this;
    }

    /// <summary>Registers a class; once more changes nothing. Of several words of one class the first is written, all are read.</summary>
    /// <exception cref="ArgumentException">Another class has the word.</exception>
    public void Register<TSelf>(string word)
        where TSelf : TBase, IDescribed<TSelf>
    {
        ArgumentException.ThrowIfNullOrEmpty(word);
        (Type type, _) = classes.GetOrAdd(word, (typeof(TSelf), static config => TSelf.FromConfig(config)));
        if (type != typeof(TSelf))
            throw new ArgumentException($"expected a name for {typeof(TSelf)} that no other class has, received '{word}', which is {type}", nameof(word));
        words.TryAdd(type, word);
    }

    /// <summary>Whether a word is one of a registered class.</summary>
    public bool Knows(string word) => classes.ContainsKey(word);

    /// <summary>Whether a class is registered.</summary>
    public bool Knows(Type type) => words.ContainsKey(type);

    /// <summary>The word under which a file names it, and its settings; or why it cannot.</summary>
    public bool TryDescribe(TBase part, [NotNullWhen(true)] out string? word, [NotNullWhen(true)] out ConfigWriter? config, out string? mistake)
    {
        (config, mistake) = (null, null);
        Type type = part.GetType();
        word = words.TryGetValue(type, out string? registered) ? registered : unregistered(part);
        if (classes.TryGetValue(word, out (Type Type, Func<ConfigReader, TBase> Read) known) && known.Type != type)
            mistake = $"{type} is called '{word}' as {known.Type} is: expected a name of its own, as a file would mean the other";
        else if (part is not IDescribed described)
            mistake = $"{type.Name} does not describe itself: expected {kind} that is IDescribed<{type.Name}>, with Describe and FromConfig, and registered by "
                + $"{typeof(TBase).Name}.Register<{type.Name}>";
        else
            described.Describe(config = new ConfigWriter());
        mistake ??= config!.Mistake;
        return mistake is null;
    }

    /// <summary>A part's description: its word; with settings an object that has it as its name, or as the name of its only setting.</summary>
    public bool TryDescribe(TBase part, [NotNullWhen(true)] out JsonNode? node, out string? mistake)
    {
        node = null;
        if (!TryDescribe(part, out string? word, out ConfigWriter? config, out mistake))
            return false;
        if (config.Json.Count == 0)
        {
            node = word;
            return true;
        }

        node = config.Json;
        if (config.Json.Count > 1 || !config.Json.ContainsKey(word))
            config.Json.Insert(0, ConfigWriter.NameKey, word);
        return true;
    }

    /// <summary>The part that a description means.</summary>
    /// <exception cref="FormatException">It is none, or names a class that is not registered.</exception>
    public TBase Read(JsonElement description)
    {
        if (description.ValueKind == JsonValueKind.String)
            return Read(description.GetString()!, new ConfigReader(default));
        if (description.ValueKind != JsonValueKind.Object)
            throw new FormatException($"expected the description of {kind}, found {Quoted.Of(description.GetRawText())}");
        string? word = description.TryGetProperty(ConfigWriter.NameKey, out JsonElement name)
            ? name.GetString()
            : description.EnumerateObject().Select(property => property.Name).FirstOrDefault();
        return Read(word ?? "", new ConfigReader(description));
    }

    /// <summary>What a class makes of its settings.</summary>
    /// <exception cref="FormatException">No such class is registered, or a setting is missing or malformed.</exception>
    public TBase Read(string word, ConfigReader config) => classes.TryGetValue(word, out (Type Type, Func<ConfigReader, TBase> Read) known)
        ? known.Read(config)
        : throw new NotRegisteredException(
            $"expected {kind} out of {string.Join(", ", classes.Keys.Order(StringComparer.Ordinal).Select(key => $"'{key}'"))}, "
            + $"found {Quoted.Of(word)}: one of your own has to be registered before, by {typeof(TBase).Name}.Register");
}
