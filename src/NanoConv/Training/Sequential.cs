using System.Numerics;

namespace NanoConv;

/// <summary>A network whose layers follow one another: a specification, from which models are built.</summary>
public sealed class Sequential
{
    /// <summary>Takes the layers in order.</summary>
    /// <param name="layers">At least one.</param>
    /// <exception cref="ArgumentException">There is none, or two have the same name.</exception>
    public Sequential(params ReadOnlySpan<Layer> layers)
    {
        if (layers.IsEmpty)
            throw new ArgumentException("Sequential: expected at least one layer, received none", nameof(layers));
        foreach (Layer layer in layers)
            ArgumentNullException.ThrowIfNull(layer, nameof(layers));
        Layers = [.. layers];
        HashSet<string> names = [];
        foreach (Layer layer in layers)
        {
            if (layer.Name is { } name && !names.Add(name))
                throw new ArgumentException($"Sequential: expected layers of different names, received two named '{name}'", nameof(layers));
        }
    }

    /// <summary>The layers in order.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>Fixes the network to an input shape and a number type, and draws its initial weights.</summary>
    /// <param name="inputShape">The shape of one example, as (32, 32, 3).</param>
    /// <param name="seed">The seed of the initial weights; float and double models of one seed start alike.</param>
    /// <typeparam name="T"><see cref="float"/> to train, <see cref="double"/> to prove gradients.</typeparam>
    /// <exception cref="ArgumentException">A layer does not suit its input; the message names it.</exception>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public Model<T> Build<T>(Shape inputShape, int seed = 0)
        where T : unmanaged, IFloatingPointIeee754<T> => Build<T>(inputShape, seed, given: null);

    /// <summary>Fixes the network to an input shape and a number type, with weights that are there already.</summary>
    /// <inheritdoc cref="Build{T}(Shape, int)"/>
    /// <param name="inputShape">The shape of one example.</param>
    /// <param name="seed">The seed of the initial weights, if none are given.</param>
    /// <param name="given">See <see cref="LayerBuilder{T}"/>.</param>
    /// <param name="limits">From what sizes on memory counts for more than speed.</param>
    internal Model<T> Build<T>(Shape inputShape, int seed, Func<string, Shape, Action<Span<T>>>? given, SizeLimits? limits = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
            throw new NotSupportedException($"expected a model of float or double, received {typeof(T).Name}");
        Dictionary<string, int> numbers = [];
        HashSet<string> names = [];
        HashSet<string> byHand = [.. Layers.Where(layer => layer.Name is not null).Select(layer => layer.Name!)];
        List<BuiltLayer<T>> built = [];
        Shape shape = inputShape;
        foreach (Layer layer in Layers)
        {
            string name = layer.Name ?? NextName(layer.Kind, numbers, byHand);
            if (!names.Add(name))
                throw new ArgumentException($"Sequential: expected layers of different names, received two named '{name}'");
            BuiltLayer<T> next = layer.Build(new LayerBuilder<T>(layer, name, shape, seed, built.Count, given));
            built.Add(next);
            shape = next.OutputShape;
        }

        return new Model<T>(this, inputShape, seed, built, limits ?? SizeLimits.Default);
    }

    // conv2d_1, conv2d_2, …, without those that were given by hand.
    private static string NextName(string kind, Dictionary<string, int> numbers, HashSet<string> given)
    {
        string name;
        do
            name = $"{kind}_{numbers[kind] = numbers.GetValueOrDefault(kind) + 1}";
        while (given.Contains(name));
        return name;
    }
}
