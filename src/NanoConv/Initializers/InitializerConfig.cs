using NanoConv.Descriptions;

namespace NanoConv.Initializers;

/// <summary>Initializers among a layer's settings.</summary>
public static class InitializerConfig
{
    /// <summary>Adds an initializer: its name alone, or with its settings.</summary>
    /// <param name="config">The settings.</param>
    /// <param name="key">The setting's name, as <c>kernel_initializer</c>.</param>
    /// <param name="value">The initializer.</param>
    public static void Add(this ConfigWriter config, string key, Initializer value) => config.Add(key, value, Initializers.Initializer.Registry);

    /// <summary>Reads an initializer.</summary>
    /// <param name="config">The settings.</param>
    /// <param name="key">The setting's name.</param>
    /// <param name="other">Where a file has none, as the first ones; by default <see cref="GlorotUniform"/>.</param>
    /// <exception cref="FormatException">It is malformed, or none that is registered.</exception>
    public static Initializer Initializer(this ConfigReader config, string key, Initializer? other = null) => !config.Has(key)
        ? other ?? new GlorotUniform()
        : config.Part(key, Initializers.Initializer.Registry) ?? throw new FormatException($"'{key}': expected an initializer, found null");
}
