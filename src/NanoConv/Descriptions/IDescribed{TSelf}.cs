namespace NanoConv.Descriptions;

/// <summary>
/// A layer, an activation, an initializer, a regularizer, a schedule or an optimizer that owns its description in model files: it writes
/// its settings, and makes an equal one of them. Those of one's own are loaded once they are registered, as by <see cref="Layers.Layer.Register{TLayer}"/>.
/// </summary>
/// <typeparam name="TSelf">The class itself.</typeparam>
public interface IDescribed<TSelf> : IDescribed
    where TSelf : IDescribed<TSelf>
{
    /// <summary>Makes what <see cref="IDescribed.Describe"/> has described, as Keras's <c>from_config</c>.</summary>
    /// <param name="config">The settings, which a file may only claim: the constructor checks them as ever.</param>
    /// <exception cref="FormatException">A setting is missing or malformed.</exception>
    static abstract TSelf FromConfig(ConfigReader config);
}
