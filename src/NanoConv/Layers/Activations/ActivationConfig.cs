using NanoConv.Descriptions;

namespace NanoConv.Layers.Activations;

/// <summary>Activations among a layer's settings.</summary>
public static class ActivationConfig
{
    /// <summary>Adds an activation: its name alone, or with its settings.</summary>
    /// <param name="config">The settings.</param>
    /// <param name="key">The setting's name, as <c>activation</c>.</param>
    /// <param name="value">The activation.</param>
    public static void Add(this ConfigWriter config, string key, Activation value) => config.Add(key, value, Activations.Activation.Registry);

    /// <summary>Reads an activation.</summary>
    /// <param name="config">The settings.</param>
    /// <param name="key">The setting's name.</param>
    /// <exception cref="FormatException">It is missing, malformed, or none that is registered.</exception>
    public static Activation Activation(this ConfigReader config, string key) =>
        config.Part(key, Activations.Activation.Registry) ?? throw new FormatException($"'{key}': expected an activation, found null");
}
