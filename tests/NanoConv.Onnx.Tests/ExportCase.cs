namespace NanoConv.Onnx.Tests;

/// <summary>A network, how it is exported, and the seed of its weights and inputs.</summary>
internal sealed record ExportCase(Shape InputShape, Layer[] Layers, OnnxLayout Layout, int Seed)
{
    /// <summary>Whether kernels are moved from their first values as biases are; in wide layers that would saturate what follows.</summary>
    public bool MovesKernels { get; init; } = true;

    /// <summary>The model, its biases moved from zero; null if a layer does not suit its input.</summary>
    public Model<float>? Build()
    {
        try
        {
            Model<float> model = new Sequential(Layers).Build<float>(InputShape, Seed);
            float[] moves = NanoConv.Tests.Numbers.Reals<float>(model.ParameterCount, Seed, limit: 0.3);
            model.Edit(weights =>
            {
                foreach (Parameter<float> parameter in model.Parameters.Where(parameter => MovesKernels || parameter.Shape.Rank == 1))
                {
                    for (int i = parameter.Offset; i < parameter.Offset + parameter.Shape.Elements; i++)
                        weights[i] += moves[i];
                }
            });
            return model;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Inputs in a batch of this size.</summary>
    public float[] Inputs(int count) => NanoConv.Tests.Numbers.Reals<float>(count * InputShape.Elements, Seed + count);

    public override string ToString() => $"{InputShape} {Layout}: {string.Join(", ", Layers.Select(Describe))}; seed {Seed}";

    private static string Describe(Layer layer) => layer switch
    {
        Conv2D c => $"Conv2D({c.Filters}, {c.KernelSize}, {c.Padding}, strides {c.Strides}, {c.Activation}{(c.UseBias ? "" : ", no bias")})",
        MaxPooling2D p => $"MaxPooling2D({p.PoolSize}, strides {p.Strides}, {p.Padding})",
        GlobalAveragePooling2D g => $"GlobalAveragePooling2D({(g.KeepDims ? "keepdims" : "")})",
        Dense d => $"Dense({d.Units}, {d.Activation}{(d.UseBias ? "" : ", no bias")})",
        ActivationLayer a => $"{a.Activation}",
        _ => layer.TypeName,
    };
}
