using System.Numerics;

namespace NanoConv.Tests.Golden;

/// <summary>Layer, group and instance normalisation and their gradients for a given cotangent, as PyTorch computes them.</summary>
public abstract class NormalizationGoldenTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly GoldenFile File = GoldenFile.OfNetwork("normalizations");

    public static TheoryData<string> LayerNormalizations => File.Cases("layer_normalization");

    public static TheoryData<string> GroupNormalizations => File.Cases("group_normalization");

    [Theory]
    [MemberData(nameof(LayerNormalizations))]
    public void LayerNormalization_is_PyTorchs(string name)
    {
        double[] settings = File.Values<double>($"{name}/settings");
        Check(name, new LayerNormalization([.. Enumerable.Range(-(int)settings[0], (int)settings[0])], settings[1]));
    }

    [Theory]
    [MemberData(nameof(GroupNormalizations))]
    public void GroupNormalization_is_PyTorchs(string name)
    {
        double[] settings = File.Values<double>($"{name}/settings");
        Check(name, new GroupNormalization((int)settings[0], settings[1]));
    }

    private static void Check(string name, Layer layer)
    {
        Tensor<T> x = File.Tensor<T>($"{name}/input");
        int examples = x.Shape[0];
        Model<T> model = new Sequential(layer).Build<T>(new Shape(x.Shape.Axes[1..]));
        foreach (Parameter<T> parameter in model.Parameters)
        {
            Assert.Equal(File.Shape($"{name}/{Role(parameter)}"), parameter.Shape);
            model.Edit(parameter, File.Values<T>($"{name}/{Role(parameter)}").CopyTo);
        }

        Workspace<T> workspace = new(model, examples, training: true);
        workspace.Load(new TensorInputs<T>(x), [], 0, examples);
        workspace.Configure(training: true, wantsLogits: false, seed: 0, step: 1, firstExample: 0);
        File.Check<T>($"{name}/output", workspace.Forward());
        T[] gradient = new T[model.ParameterCount];
        File.Check<T>($"{name}/d_input", workspace.Backward(File.Values<T>($"{name}/d_output"), gradient, needsInputGradient: true));
        foreach (Parameter<T> parameter in model.Parameters)
            File.Check<T>($"{name}/d_{Role(parameter)}", gradient.AsSpan(parameter.Offset, parameter.Shape.Elements));
        File.Check<T>($"{name}/output", model.Predict(x).AsSpan());
    }

    private static string Role(Parameter<T> parameter) => parameter.Name.Split('/')[1];
}

public sealed class NormalizationGoldenFloatTests : NormalizationGoldenTests<float>;

public sealed class NormalizationGoldenDoubleTests : NormalizationGoldenTests<double>;
