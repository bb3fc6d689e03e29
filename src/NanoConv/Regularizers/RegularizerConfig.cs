using NanoConv.Descriptions;

namespace NanoConv.Regularizers;

/// <summary>Penalties among a layer's settings.</summary>
public static class RegularizerConfig
{
    /// <summary>Adds a penalty, or that there is none.</summary>
    /// <param name="config">The settings.</param>
    /// <param name="key">The setting's name, as <c>kernel_regularizer</c>.</param>
    /// <param name="value">The penalty; null for none.</param>
    public static void Add(this ConfigWriter config, string key, Regularizer? value) => config.Add(key, value, Regularizers.Regularizer.Registry);

    /// <summary>Reads a penalty; null if there is none.</summary>
    /// <param name="config">The settings.</param>
    /// <param name="key">The setting's name.</param>
    /// <exception cref="FormatException">It is missing, malformed, or none that is registered.</exception>
    public static Regularizer? Regularizer(this ConfigReader config, string key) => config.Part(key, Regularizers.Regularizer.Registry);
}
