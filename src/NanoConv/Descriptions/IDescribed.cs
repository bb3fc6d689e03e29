namespace NanoConv.Descriptions;

/// <summary>Something that writes its settings into a model file; <see cref="IDescribed{TSelf}"/> reads them, too.</summary>
public interface IDescribed
{
    /// <summary>Writes all settings, as Keras's <c>get_config</c>; a layer's name is written for it.</summary>
    /// <param name="config">Where to.</param>
    void Describe(ConfigWriter config);
}
