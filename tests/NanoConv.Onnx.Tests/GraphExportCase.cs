namespace NanoConv.Onnx.Tests;

/// <summary>A step by which a graph grows.</summary>
/// <param name="Layer">The layer; one that joins reads as many nodes as there are places.</param>
/// <param name="Places">Which nodes it reads, by numbers that are taken modulo the nodes that fit.</param>
internal sealed record GraphExportStep(Layer Layer, int[] Places)
{
    public override string ToString() => $"{(Layer as ActivationLayer)?.Activation.Name ?? Layer.TypeName}[{string.Join(' ', Places)}]";
}

/// <summary>A network that branches and joins, with one output or several, and the seed of its weights and inputs.</summary>
/// <param name="Outputs">Its outputs by numbers, taken modulo the nodes that are left; the last node is one, too.</param>
internal sealed record GraphExportCase(Shape InputShape, GraphExportStep[] Steps, int[] Outputs, OnnxLayout Layout, int Seed)
{
    /// <summary>The network; null if no layer fits.</summary>
    public Network? Network()
    {
        Node input = NanoConv.Graphs.Network.Input(InputShape);
        List<(Node Node, Shape Shape)> nodes = [(input, InputShape)];
        foreach (GraphExportStep step in Steps)
        {
            (Node Node, Shape Shape)[] fitting = [.. nodes.Where(node => IsFor(step.Layer, node.Shape))];
            if (fitting.Length == 0)
                continue;
            (Node Node, Shape Shape) first = fitting[step.Places[0] % fitting.Length];
            (Node Node, Shape Shape)[] others = [.. nodes.Where(node => Joins(step.Layer, first.Shape, node.Shape))];
            Node made = Node.Join(step.Layer, [first.Node, .. step.Places.Skip(1).Select(place => others[place % others.Length].Node)]);
            nodes.Add((made, new Network(input, made).Build<float>().OutputShape));
        }

        Node[] all = [.. nodes.Skip(1).Select(node => node.Node)];
        return all.Length == 0 ? null : new Network(input, [.. Outputs.Select(place => all[place % all.Length]).Append(all[^1]).Distinct()]);
    }

    /// <summary>The model, its parameters moved from their first values.</summary>
    public Model<float> Build() => Moved(Network()!, Seed);

    /// <summary>A model, its parameters moved from their first values: moving averages too.</summary>
    public static Model<float> Moved(Network network, int seed)
    {
        Model<float> model = network.Build<float>(seed: seed);
        float[] moves = NanoConv.Tests.Numbers.Reals<float>(model.ParameterCount, seed, limit: 0.3);
        model.Edit(weights =>
        {
            for (int i = 0; i < moves.Length; i++)
                weights[i] += moves[i];
        });
        return model;
    }

    public override string ToString() =>
        $"{InputShape} {Layout}: {string.Join(", ", Steps.Select(step => step.ToString()))}; outputs {string.Join(' ', Outputs)}; seed {Seed}";

    private static bool IsFor(Layer layer, Shape shape) => layer switch
    {
        Conv2D or MaxPooling2D or SpatialDropout2D => shape.Rank == 3,
        Dense => shape.Rank == 1,
        _ => true,
    };

    private static bool Joins(Layer layer, Shape first, Shape other) => layer is Concatenate
        ? first.Rank == other.Rank && first.Axes[..^1].SequenceEqual(other.Axes[..^1])
        : first == other;
}
