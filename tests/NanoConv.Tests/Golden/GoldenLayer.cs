using System.Numerics;

namespace NanoConv.Tests.Golden;

/// <summary>A layer by itself against a golden case: <c>input</c>, <c>output</c>, <c>d_output</c>, <c>d_input</c>, and parameters likewise.</summary>
internal static class GoldenLayer
{
    /// <summary>Holds if output and gradients are the file's, with the parameters that the file has for the layer, if any.</summary>
    public static void Check<T>(GoldenFile file, string name, Layer layer)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Tensor<T> x = file.Tensor<T>($"{name}/input");
        int examples = x.Shape[0];
        Model<T> model = new Sequential(layer).Build<T>(new Shape(x.Shape.Axes[1..]));
        foreach (Parameter<T> parameter in model.Parameters)
            model.Edit(parameter, file.Values<T>($"{name}/{Role(parameter)}").CopyTo);

        Workspace<T> workspace = new(model, examples, training: true);
        workspace.Load(new TensorInputs<T>(x), [], 0, examples);
        workspace.Configure(training: true, wantsLogits: false, seed: 0, step: 1, firstExample: 0);
        file.Check<T>($"{name}/output", workspace.Forward());
        T[] gradient = new T[model.ParameterCount];
        Span<T> dx = workspace.Backward(file.Values<T>($"{name}/d_output"), gradient, needsInputGradient: true);
        file.Check<T>($"{name}/d_input", dx);
        foreach (Parameter<T> parameter in model.Parameters)
            file.Check<T>($"{name}/d_{Role(parameter)}", gradient.AsSpan(parameter.Offset, parameter.Shape.Elements));
    }

    private static string Role<T>(Parameter<T> parameter)
        where T : unmanaged, IFloatingPointIeee754<T> => parameter.Name.Split('/')[1];
}
