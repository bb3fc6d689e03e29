using System.Collections.Concurrent;
using NanoConv.Layers;
using NanoConv.Layers.Activations;
using NanoConv.Onnx.Translators;

namespace NanoConv.Onnx;

/// <summary>What makes ONNX's nodes of a layer, by its class, and of an activation; those of one's own are registered here.</summary>
public static class OnnxTranslators
{
    private static readonly ConcurrentDictionary<Type, LayerTranslator> Layers = new(
        (IEnumerable<KeyValuePair<Type, LayerTranslator>>)
        [
            .. Translators.Convolutions.All, .. Poolings.All, .. DenseLayers.All, .. Shapes.All, .. Joins.All, .. Normalizations.All, .. Rescalings.All,
            .. Activations.Layers,
        ]);

    private static readonly ConcurrentDictionary<Type, Action<LayerTranslation, Activation>> OfActivations = new(Activations.All);

    /// <summary>Registers the translator of a layer of one's own; any thread may.</summary>
    /// <param name="translate">Adds nodes that do in prediction what the layer does, in NanoConv's order of axes.</param>
    /// <typeparam name="TLayer">The layer's class.</typeparam>
    /// <exception cref="ArgumentException">The class has a translator already.</exception>
    public static void Register<TLayer>(Action<LayerTranslation, TLayer> translate)
        where TLayer : Layer
    {
        ArgumentNullException.ThrowIfNull(translate);
        LayerTranslator translator = new((layer, _) => translate(layer, (TLayer)layer.Layer));
        if (!Layers.TryAdd(typeof(TLayer), translator))
            throw new ArgumentException($"expected a class without a translator, received {typeof(TLayer)}, which has one", nameof(translate));
    }

    /// <summary>Registers the translator of an activation of one's own; any thread may.</summary>
    /// <param name="translate">
    /// Adds nodes that do what it does to the value so far. If it is over the last axis, that one is where <see cref="LayerTranslation.ChannelAxis"/> says.
    /// </param>
    /// <typeparam name="TActivation">The activation's class.</typeparam>
    /// <exception cref="ArgumentException">The class has a translator already.</exception>
    public static void RegisterActivation<TActivation>(Action<LayerTranslation, TActivation> translate)
        where TActivation : Activation
    {
        ArgumentNullException.ThrowIfNull(translate);
        if (!OfActivations.TryAdd(typeof(TActivation), (layer, activation) => translate(layer, (TActivation)activation)))
            throw new ArgumentException($"expected a class without a translator, received {typeof(TActivation)}, which has one", nameof(translate));
    }

    /// <summary>The translator of a layer; null if there is none.</summary>
    internal static LayerTranslator? Of(Layer layer) => Layers.GetValueOrDefault(layer.GetType());

    /// <summary>The names of all classes that can be exported.</summary>
    internal static string Known => Names(Layers.Keys);

    /// <summary>Adds an activation's nodes.</summary>
    /// <exception cref="ArgumentException">It has no translator.</exception>
    internal static void Add(LayerTranslation layer, Activation activation)
    {
        if (!OfActivations.TryGetValue(activation.GetType(), out Action<LayerTranslation, Activation>? translate))
        {
            throw layer.Error(
                $"expected an activation that ONNX has operators for ({Names(OfActivations.Keys)}), received {activation} ('{activation.Name}'), "
                + $"which cannot be exported: {nameof(OnnxTranslators)}.{nameof(RegisterActivation)} takes a translator of your own");
        }

        translate(layer, activation);
    }

    private static string Names(IEnumerable<Type> types) => string.Join(", ", types.Select(type => type.Name).Order(StringComparer.Ordinal));
}
