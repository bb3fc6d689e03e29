using System.Numerics;

namespace NanoConv.Tests;

/// <summary>A network with much to fold, to fuse and to leave out.</summary>
/// <param name="InputShape">Pictures.</param>
/// <param name="Steps">How it grows; places are counted from the newest node back.</param>
/// <param name="Head">The layers behind all ends, joined.</param>
/// <param name="AlsoOutputs">Places of nodes that are outputs besides, of the network that has several.</param>
/// <param name="Seed">Of weights and inputs.</param>
internal sealed record CompilationCase(Shape InputShape, GraphStep[] Steps, Layer[] Head, int[] AlsoOutputs, int Seed)
{
    /// <summary>The network, with one output or with several.</summary>
    public Network Network(bool several)
    {
        Node input = NanoConv.Graphs.Network.Input(InputShape);
        List<(Node Node, Shape Shape)> nodes = [(input, InputShape)];
        HashSet<Node> read = [];
        foreach (GraphStep step in Steps)
        {
            (Node Node, Shape Shape) first = nodes[^(1 + (step.Places[0] % nodes.Count))];
            (Node Node, Shape Shape)[] fitting = [.. nodes.Where(node => GraphCase.Fits(step.Layer, first.Shape, node.Shape))];
            (Node Node, Shape Shape)[] inputs = [first, .. step.Places.Skip(1).Select(place => fitting[^(1 + (place % fitting.Length))])];
            nodes.Add((Node.Join(step.Layer, [.. inputs.Select(one => one.Node)]), GraphCase.ShapeOf(step.Layer, [.. inputs.Select(one => one.Shape)])));
            read.UnionWith(inputs.Select(one => one.Node));
        }

        Node[] ends = [.. nodes.Select(node => node.Node).Where(node => !read.Contains(node)).Select(node => node.Then(new Flatten()))];
        Node head = (ends.Length == 1 ? ends[0] : Node.Concatenate(ends)).Then(Head);
        IEnumerable<Node> others = AlsoOutputs.Select(place => nodes[^(1 + (place % nodes.Count))].Node).Where(node => node != input).Distinct();
        return new Network(input, several ? [head, .. others] : [head]);
    }

    /// <summary>The model, with moving averages, γ and β far from where they begin; one of four with the little memory of large models.</summary>
    public Model<T> Build<T>(bool several = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        SizeLimits limits = Seed % 4 == 0 ? new SizeLimits(-1, 0, int.MaxValue) : SizeLimits.Default;
        Model<T> model = Network(several).Build<T>(InputShape, Seed, given: null, limits);
        Draw(model, Seed);
        return model;
    }

    /// <summary>Draws all weights anew.</summary>
    public static void Draw<T>(Model<T> model, int seed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Random random = new(seed);
        model.Edit(_ =>
        {
            foreach (Parameter<T> parameter in model.Parameters)
            {
                (double least, double most) = parameter.Name.Split('/')[1] switch
                {
                    "moving_mean" => (-2.0, 2.0),
                    "moving_variance" => (0.25, 4.0),
                    "gamma" => (-1.5, 1.5),
                    "beta" or "bias" => (-1.0, 1.0),
                    _ => (-2 / Math.Sqrt(parameter.Shape.Elements / parameter.Shape[^1]), 2 / Math.Sqrt(parameter.Shape.Elements / parameter.Shape[^1])),
                };
                foreach (ref T weight in parameter.Writable)
                    weight = T.CreateChecked(least + ((most - least) * random.NextDouble()));
            }
        });
    }

    /// <summary>Examples, two shards and a half.</summary>
    public Tensor<T> Inputs<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => new(InputShape.Batch(10), Numbers.Reals<T>(10 * InputShape.Elements, Seed));

    public override string ToString() => $"{InputShape}: {string.Join(", ", Steps.Select(Words))}; {string.Join(", ", Head.Select(Words))}; "
        + $"outputs also [{string.Join(' ', AlsoOutputs)}], seed {Seed}";

    private static string Words(GraphStep step) => $"{Words(step.Layer)}[{string.Join(' ', step.Places)}]";

    private static string Words(Layer layer) => layer switch
    {
        Conv2D conv => $"Conv2D({conv.Filters}, {conv.KernelSize}, {conv.Activation}{(conv.UseBias ? "" : ", no bias")})",
        Dense dense => $"Dense({dense.Units}, {dense.Activation}{(dense.UseBias ? "" : ", no bias")})",
        ActivationLayer activation => $"{activation.Activation}",
        _ => layer.TypeName,
    };
}
