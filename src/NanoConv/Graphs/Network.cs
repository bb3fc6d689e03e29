using System.Numerics;
using NanoConv.Layers;
using NanoConv.Tensors;

namespace NanoConv.Graphs;

/// <summary>
/// A network of layers, in which values may have several readers and layers several inputs: a specification, from which models are
/// built. Where layers follow one another, <see cref="Sequential"/> is shorter.
/// </summary>
/// <example>See <see cref="Node"/>.</example>
public class Network
{
    private readonly Layer[] layers;

    /// <summary>All that lies between an input and an output.</summary>
    /// <param name="input">Made by <see cref="Input"/>.</param>
    /// <param name="output">A node that depends on it.</param>
    /// <exception cref="ArgumentException">The output does not depend on the input alone, or two layers have the same name.</exception>
    public Network(Node input, Node output)
        : this(input, [output])
    {
    }

    /// <summary>With several outputs: such a network predicts, <see cref="Model{T}.Outputs"/>, but there is none to train it on.</summary>
    /// <param name="input">Made by <see cref="Input"/>.</param>
    /// <param name="outputs">Different nodes, at least one, that depend on it.</param>
    /// <exception cref="ArgumentException">An output does not depend on the input alone, or two layers have the same name.</exception>
    public Network(Node input, IReadOnlyList<Node> outputs)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(outputs);
        if (input.Layer is not null)
            throw new ArgumentException($"Network: expected a node of Network.Input as input, received one that {input.Layer.TypeName} makes", nameof(input));
        if (outputs.Count == 0)
            throw new ArgumentException("Network: expected at least one output, received none", nameof(outputs));
        InputShape = input.InputShape;
        (layers, Topology) = Order(input, outputs);
        CheckNames();
    }

    /// <summary>A chain, whose input's shape is told when it is built.</summary>
    private protected Network(ReadOnlySpan<Layer> chain)
    {
        layers = [.. chain];
        Topology = Topology.Chain(layers.Length);
        CheckNames();
    }

    /// <summary>The layers, each behind those that it reads.</summary>
    public IReadOnlyList<Layer> Layers => layers;

    /// <summary>Which layer reads what.</summary>
    public Topology Topology { get; }

    /// <summary>The shape of one example, where the network has one.</summary>
    public Shape? InputShape { get; }

    /// <summary>Where a network begins.</summary>
    /// <param name="shape">The shape of one example, as (32, 32, 3).</param>
    public static Node Input(Shape shape) => new(shape);

    /// <summary>Fixes the network to an input shape and a number type, and draws its initial weights.</summary>
    /// <param name="inputShape">The shape of one example, as (32, 32, 3); by default that of the network's input, which a Sequential has not.</param>
    /// <param name="seed">The seed of the initial weights; float and double models of one seed start alike.</param>
    /// <typeparam name="T"><see cref="float"/> to train, <see cref="double"/> to prove gradients.</typeparam>
    /// <exception cref="ArgumentException">A layer does not suit its input; the message names it. Or there is no shape.</exception>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public Model<T> Build<T>(Shape? inputShape = null, int seed = 0)
        where T : unmanaged, IFloatingPointIeee754<T> => Build<T>(
            inputShape ?? InputShape
                ?? throw new ArgumentException("Sequential: expected the shape of its input, as (32, 32, 3), received none", nameof(inputShape)),
            seed,
            given: null);

    /// <summary>Fixes the network to an input shape and a number type, with weights that are there already.</summary>
    /// <inheritdoc cref="Build{T}(Shape?, int)"/>
    /// <param name="inputShape">The shape of one example.</param>
    /// <param name="seed">The seed of the initial weights, if none are given.</param>
    /// <param name="given">See <see cref="LayerBuilder{T}"/>.</param>
    /// <param name="limits">From what sizes on memory counts for more than speed.</param>
    internal Model<T> Build<T>(Shape inputShape, int seed, Func<string, Shape, Action<Span<T>>>? given, SizeLimits? limits = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
            throw new NotSupportedException($"expected a model of float or double, received {typeof(T).Name}");
        string[] names = Names();
        BuiltLayer<T>[] built = new BuiltLayer<T>[layers.Length];
        for (int index = 0; index < layers.Length; index++)
        {
            Shape[] shapes = new Shape[Topology.Inputs(index).Length];
            for (int i = 0; i < shapes.Length; i++)
                shapes[i] = Topology.Inputs(index)[i] is > 0 and int value ? built[value - 1].OutputShape : inputShape;
            built[index] = layers[index].Build(new LayerBuilder<T>(layers[index], names[index], shapes, seed, index, given));
        }

        return new Model<T>(this, inputShape, seed, built, limits ?? SizeLimits.Default);
    }

    /// <summary>The layers' names: those given by hand, and conv2d_1, conv2d_2, … without these.</summary>
    private string[] Names()
    {
        Dictionary<string, int> numbers = [];
        HashSet<string> given = [.. layers.Where(layer => layer.Name is not null).Select(layer => layer.Name!)];
        string[] names = new string[layers.Length];
        for (int i = 0; i < names.Length; i++)
        {
            string kind = layers[i].Kind;
            names[i] = layers[i].Name ?? string.Empty;
            while (names[i].Length == 0 || (layers[i].Name is null && given.Contains(names[i])))
                names[i] = $"{kind}_{numbers[kind] = numbers.GetValueOrDefault(kind) + 1}";
        }

        return names.Distinct().Count() == names.Length ? names : throw new ArgumentException(
            $"{GetType().Name}: expected layers of different names, received two named '{names.GroupBy(name => name).First(group => group.Count() > 1).Key}'");
    }

    private void CheckNames()
    {
        HashSet<string> names = [];
        foreach (Layer layer in layers)
        {
            if (layer.Name is { } name && !names.Add(name))
                throw new ArgumentException($"{GetType().Name}: expected layers of different names, received two named '{name}'", nameof(layers));
        }
    }

    // Depth first, each node behind those that it reads, in the order in which they are read. On a stack of its own: networks may be deep.
    private static (Layer[] Layers, Topology Topology) Order(Node input, IReadOnlyList<Node> outputs)
    {
        Dictionary<Node, int> values = new(ReferenceEqualityComparer.Instance) { [input] = 0 };
        List<Node> order = [];
        Stack<(Node Node, int Next)> open = new();
        foreach (Node output in outputs)
        {
            ArgumentNullException.ThrowIfNull(output, nameof(outputs));
            open.Push((output, 0));
            while (open.TryPop(out (Node Node, int Next) top))
            {
                if (values.ContainsKey(top.Node))
                    continue;
                if (top.Node.Layer is null)
                {
                    throw new ArgumentException(
                        "Network: expected outputs that depend on the network's input alone, received one that depends on another input");
                }

                if (top.Next < top.Node.Inputs.Count)
                {
                    open.Push((top.Node, top.Next + 1));
                    open.Push((top.Node.Inputs[top.Next], 0));
                    continue;
                }

                order.Add(top.Node);
                values[top.Node] = order.Count;
            }
        }

        int[] ends = [.. outputs.Select(output => values[output])];
        if (ends.Contains(0))
            throw new ArgumentException("Network: expected outputs that layers make, received the input itself");
        if (ends.Distinct().Count() < ends.Length)
            throw new ArgumentException("Network: expected different outputs, received one twice");
        return ([.. order.Select(node => node.Layer!)], new Topology([.. order.Select(node => (int[])[.. node.Inputs.Select(one => values[one])])], ends));
    }
}
