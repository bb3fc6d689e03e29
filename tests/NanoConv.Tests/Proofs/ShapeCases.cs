namespace NanoConv.Tests;

/// <summary>Pictures, what is put around them or taken off, and the seed of their numbers.</summary>
internal sealed record BorderCase(Shape Picture, Sides Border, int Images, int Seed)
{
    /// <summary>A picture with its border.</summary>
    public Shape Outer => (Border.Top + Picture[0] + Border.Bottom, Border.Left + Picture[1] + Border.Right, Picture[2]);

    /// <summary>Where an element of the pictures within lies among those with the border.</summary>
    public int Place(int element)
    {
        (int rest, int c) = Math.DivRem(element, Picture[2]);
        (rest, int column) = Math.DivRem(rest, Picture[1]);
        (int image, int row) = Math.DivRem(rest, Picture[0]);
        return (((((image * Outer[0]) + row + Border.Top) * Outer[1]) + column + Border.Left) * Picture[2]) + c;
    }

    public override string ToString() => $"{Images} × {Picture}, {Border}, seed {Seed}";
}

/// <summary>Pictures to be made larger, and the seed of their numbers.</summary>
internal sealed record UpSamplingCase(Shape Picture, Size2D Size, Interpolation Interpolation, int Images, int Seed)
{
    /// <summary>A large picture.</summary>
    public Shape Large => (Picture[0] * Size.Height, Picture[1] * Size.Width, Picture[2]);

    public override string ToString() => $"{Images} × {Picture}, {Interpolation} {Size}, seed {Seed}";
}

/// <summary>A network in which shapes change between layers, by numbers that each step makes of what it can use.</summary>
/// <param name="InputShape">Pictures or features.</param>
/// <param name="Steps">What comes next, and which of its kind.</param>
/// <param name="Seed">Of weights and inputs.</param>
internal sealed record ReshapeCase(Shape InputShape, (int Kind, int Choice)[] Steps, int Seed)
{
    /// <summary>The network; its last node, and perhaps one before it, are outputs.</summary>
    public Network Network()
    {
        Node input = NanoConv.Graphs.Network.Input(InputShape);
        List<(Node Node, Shape Shape)> nodes = [(input, InputShape)];
        foreach ((int kind, int choice) in Steps)
        {
            (Node node, Shape shape) = nodes[^1];
            (Node Node, Shape Shape)[] alike = [.. nodes.SkipLast(1).Where(other => other.Shape.Elements == shape.Elements)];
            (Node Node, Shape Shape) other = alike.Length > 0 ? alike[choice % alike.Length] : (node, shape);
            Layer? layer = kind switch
            {
                0 when shape.Rank == 3 => new Conv2D(4 << (choice % 2), choice % 3 == 0 ? 1 : 3, padding: Padding.Same),
                0 when shape.Rank == 1 => new Dense(8 << (choice % 3)),
                1 => new Reshape(Target(shape.Elements, choice)),
                2 => new BatchNormalization(),
                3 => Activation.Softmax,
                4 => Activation.ReLU,
                5 => new Flatten(),
                _ => null,
            };
            Node made = layer is not null ? node.Then(layer) : Node.Add(node.Then(new Reshape(other.Shape.Axes.ToArray())), other.Node);
            nodes.Add((made, new Network(input, made).Build<float>().OutputShape));
        }

        Node[] all = [.. nodes.Skip(1).Select(node => node.Node)];
        return new Network(input, Seed % 3 == 0 ? [.. new[] { all[^1], all[Seed % all.Length] }.Distinct()] : [all[^1]]);
    }

    public override string ToString() => $"{InputShape}: {string.Join(", ", Network().Layers.Select(layer => layer is Reshape reshape
        ? $"Reshape({string.Join(' ', reshape.TargetShape)})"
        : layer is Conv2D conv ? $"Conv2D({conv.Filters}, {conv.KernelSize})" : (layer as ActivationLayer)?.Activation.Name ?? layer.TypeName))}, seed {Seed}";

    // One axis to four, pictures mostly; one of them open now and then.
    private static int[] Target(int elements, int choice)
    {
        int[] some = [.. new[] { 1, 2, 4, 8, 3, 16 }.Where(axis => elements % axis == 0)];
        int channels = some[choice % some.Length];
        int[] fitting = [.. some.Where(axis => elements / channels % axis == 0)];
        int width = fitting[choice / 7 % fitting.Length], height = elements / channels / width;
        int[] target = (choice % 10) switch
        {
            0 => [elements],
            1 => [height * width, channels],
            2 => [height, 1, width, channels],
            _ => [height, width, channels],
        };
        if (choice % 4 == 0)
            target[choice % target.Length] = -1;
        return target;
    }
}
