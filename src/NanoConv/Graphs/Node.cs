using NanoConv.Layers;
using NanoConv.Tensors;

namespace NanoConv.Graphs;

/// <summary>
/// A place in a network that is being written down: the input, or what a layer makes of the nodes before it. Nodes are immutable, and
/// several may begin at the same one: so networks branch.
/// </summary>
/// <remarks>A layer that is used twice is two layers of the same kind, each with parameters of its own.</remarks>
/// <example><code>
/// Node image = Network.Input((32, 32, 3));
/// Node x = image.Then(new Conv2D(16, 3, padding: Padding.Same, activation: Activation.ReLU));
/// Node y = Node.Add(x, x.Then(new Conv2D(16, 3, padding: Padding.Same)));
/// Network network = new(image, y.Then(new Flatten(), new Dense(10, Activation.Softmax)));
/// </code></example>
public sealed class Node
{
    internal Node(Shape shape) => (InputShape, Inputs) = (shape, []);

    private Node(Layer layer, Node[] inputs) => (Layer, Inputs) = (layer, inputs);

    /// <summary>The layer that makes it; null for a network's input.</summary>
    public Layer? Layer { get; }

    /// <summary>What the layer reads, in order; none for a network's input.</summary>
    public IReadOnlyList<Node> Inputs { get; }

    /// <summary>The shape of one example; null but for a network's input.</summary>
    public Shape? InputShape { get; }

    /// <summary>Layers one after another, the first of which reads this node.</summary>
    /// <param name="layers">At least one.</param>
    /// <returns>What the last one makes.</returns>
    /// <exception cref="ArgumentException">There is none, or one joins several nodes.</exception>
    public Node Then(params ReadOnlySpan<Layer> layers)
    {
        if (layers.IsEmpty)
            throw new ArgumentException("Then: expected at least one layer, received none", nameof(layers));
        Node last = this;
        foreach (Layer layer in layers)
            last = Join(layer, last);
        return last;
    }

    /// <summary>A layer that reads several nodes.</summary>
    /// <param name="layer">As <see cref="Layers.Add"/>; one that reads a single node is fine too.</param>
    /// <param name="inputs">The nodes, in the layer's order.</param>
    /// <exception cref="ArgumentException">The layer reads more or fewer.</exception>
    public static Node Join(Layer layer, params ReadOnlySpan<Node> inputs)
    {
        ArgumentNullException.ThrowIfNull(layer);
        foreach (Node input in inputs)
            ArgumentNullException.ThrowIfNull(input, nameof(inputs));
        (int least, int most) = layer.InputCount;
        if (inputs.Length >= least && inputs.Length <= most)
            return new Node(layer, inputs.ToArray());
        string expected = least == most ? $"{least}" : $"at least {least}";
        throw new ArgumentException(
            $"{layer.TypeName}{(layer.Name is { } name ? $" '{name}'" : "")}: expected {expected} input{(least == 1 ? "" : "s")}, received {inputs.Length}",
            nameof(inputs));
    }

    /// <summary>The sum of several nodes of one shape, as at the end of a residual block.</summary>
    /// <param name="inputs">At least two.</param>
    public static Node Add(params ReadOnlySpan<Node> inputs) => Join(new Add(), inputs);

    /// <summary>The product, element by element, of several nodes of one shape.</summary>
    /// <param name="inputs">At least two.</param>
    public static Node Multiply(params ReadOnlySpan<Node> inputs) => Join(new Multiply(), inputs);

    /// <summary>Several nodes one after another along their last axis; pictures' channels.</summary>
    /// <param name="inputs">At least two, of shapes that are equal but for the last axis.</param>
    public static Node Concatenate(params ReadOnlySpan<Node> inputs) => Join(new Concatenate(), inputs);
}
