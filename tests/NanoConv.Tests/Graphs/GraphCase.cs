namespace NanoConv.Tests;

/// <summary>A step by which a graph grows: a layer on an earlier node, or one that joins several of fitting shapes.</summary>
/// <param name="Layer">The layer; with more than one input it joins.</param>
/// <param name="Places">Which nodes it reads, by numbers that are taken modulo the nodes that fit.</param>
internal sealed record GraphStep(Layer Layer, int[] Places)
{
    public override string ToString() => $"{Layer.TypeName}[{string.Join(' ', Places)}]";
}

/// <summary>A graph that branches and joins, all of whose ends meet in a dense layer.</summary>
internal sealed record GraphCase(Shape InputShape, GraphStep[] Steps, Dense End, int Seed)
{
    /// <summary>The network. Nodes' shapes follow from same padding.</summary>
    public Network Network()
    {
        Node input = NanoConv.Graphs.Network.Input(InputShape);
        List<(Node Node, Shape Shape)> nodes = [(input, InputShape)];
        HashSet<Node> read = [];
        foreach (GraphStep step in Steps)
        {
            (Node Node, Shape Shape) first = nodes[step.Places[0] % nodes.Count];
            (Node Node, Shape Shape)[] fitting = [.. nodes.Where(node => Fits(step.Layer, first.Shape, node.Shape))];
            (Node Node, Shape Shape)[] inputs = [first, .. step.Places.Skip(1).Select(place => fitting[place % fitting.Length])];
            nodes.Add((Node.Join(step.Layer, [.. inputs.Select(one => one.Node)]), ShapeOf(step.Layer, [.. inputs.Select(one => one.Shape)])));
            read.UnionWith(inputs.Select(one => one.Node));
        }

        Node[] ends = [.. nodes.Select(node => node.Node).Where(node => !read.Contains(node)).Select(node => node.Then(new Flatten()))];
        return new Network(input, (ends.Length == 1 ? ends[0] : Node.Concatenate(ends)).Then(End));
    }

    /// <summary>The model, its parameters moved from their first values.</summary>
    public Model<T> Build<T>(SizeLimits? limits = null)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        Model<T> model = Network().Build<T>(InputShape, Seed, given: null, limits);
        T[] moves = Numbers.Reals<T>(model.ParameterCount, Seed, limit: 0.3);
        model.Edit(weights =>
        {
            for (int i = 0; i < moves.Length; i++)
                weights[i] += moves[i];
        });
        return model;
    }

    public override string ToString() =>
        $"{InputShape}: {string.Join(", ", Steps.Select(step => step.ToString()))}, {End.Units} {End.Activation.Name}, seed {Seed}";

    internal static bool Fits(Layer layer, Shape first, Shape other) => layer is Concatenate
        ? first.Axes[..^1].SequenceEqual(other.Axes[..^1])
        : first == other;

    internal static Shape ShapeOf(Layer layer, Shape[] inputs) => (layer, inputs[0]) switch
    {
        (Conv2D conv, var x) => (Halved(x[0], conv.Strides.Height), Halved(x[1], conv.Strides.Width), conv.Filters),
        (Pooling2D pooling, var x) => (Halved(x[0], pooling.Strides.Height), Halved(x[1], pooling.Strides.Width), x[2]),
        (GlobalAveragePooling2D or GlobalMaxPooling2D, var x) => (1, 1, x[2]),
        (ZeroPadding2D { Padding: var sides }, var x) => (x[0] + sides.Top + sides.Bottom, x[1] + sides.Left + sides.Right, x[2]),
        (UpSampling2D { Size: var size }, var x) => (x[0] * size.Height, x[1] * size.Width, x[2]),
        (Concatenate, var x) => (x[0], x[1], inputs.Sum(shape => shape[2])),
        (_, var x) => x,
    };

    private static int Halved(int side, int stride) => (side + stride - 1) / stride;
}
