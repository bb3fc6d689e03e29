using System.Numerics;

namespace NanoConv.Tests.Golden;

/// <summary>One of the files that PyTorch's values are in, read with the library's own reader.</summary>
internal sealed class GoldenFile
{
    internal const double FloatTolerance = 1e-4;

    private readonly SafeTensorsFile file;

    private GoldenFile(string name) =>
        file = SafeTensorsFile.Read(Path.Combine(AppContext.BaseDirectory, "golden", $"{name}.safetensors"));

    /// <summary>Single operations.</summary>
    public static GoldenFile Operations { get; } = new("operations");

    /// <summary>Weights after each of some steps.</summary>
    public static GoldenFile Optimizers { get; } = new("optimizers");

    /// <summary>A network's file.</summary>
    public static GoldenFile OfNetwork(string name) => new(name);

    /// <summary>The cases <c>group/case</c> whose tensors are called <c>group/case/…</c>, as data of a theory.</summary>
    public TheoryData<string> Cases(params string[] groups) => [.. file.Tensors.Keys
        .Where(name => groups.Contains(name.Split('/')[0]) && name.Split('/').Length == 3)
        .Select(name => name[..name.LastIndexOf('/')])
        .Distinct()];

    /// <summary>A tensor's shape; a scalar's is empty.</summary>
    public Shape Shape(string name) => new([.. file.Tensors[name].Shape.Select(axis => (int)axis)]);

    /// <summary>A tensor's elements, row-major.</summary>
    public T[] Values<T>(string name)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] values = new T[Shape(name).Elements];
        file.Tensors[name].CopyTo<T>(values);
        return values;
    }

    /// <summary>A tensor.</summary>
    public Tensor<T> Tensor<T>(string name)
        where T : unmanaged, IFloatingPointIeee754<T> => new(Shape(name), Values<T>(name));

    /// <summary>A layer by itself, with the parameters that the file has for it, if any: its output, and all its gradients.</summary>
    public void CheckLayer<T>(string name, Layer layer)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Tensor<T> x = Tensor<T>($"{name}/input");
        int examples = x.Shape[0];
        Model<T> model = new Sequential(layer).Build<T>(new Shape(x.Shape.Axes[1..]));
        foreach (Parameter<T> parameter in model.Parameters)
            model.Edit(parameter, Values<T>($"{name}/{Role(parameter)}").CopyTo);

        Workspace<T> workspace = new(model, examples, training: true);
        workspace.Load(new TensorInputs<T>(x), [], 0, examples);
        workspace.Configure(training: true, wantsLogits: false, seed: 0, step: 1, firstExample: 0);
        Check<T>($"{name}/output", workspace.Forward());
        T[] gradient = new T[model.ParameterCount];
        Span<T> dx = workspace.Backward(Values<T>($"{name}/d_output"), gradient, needsInputGradient: true);
        Check<T>($"{name}/d_input", dx);
        foreach (Parameter<T> parameter in model.Parameters)
            Check<T>($"{name}/d_{Role(parameter)}", gradient.AsSpan(parameter.Offset, parameter.Shape.Elements));

        static string Role(Parameter<T> parameter) => parameter.Name.Split('/')[1];
    }

    /// <summary>Holds if max|actual − golden| is small beside max|golden|: 1e-4 for float, 1e-9 for double.</summary>
    /// <remarks>By tensor and not by element, because an element's own relative error is unbounded near zero.</remarks>
    /// <param name="name">The golden tensor.</param>
    /// <param name="actual">What is to be compared with it.</param>
    /// <param name="floatTolerance">Another tolerance for float.</param>
    public void Check<T>(string name, ReadOnlySpan<T> actual, double floatTolerance = FloatTolerance)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Check(name, Values<double>(name), actual, floatTolerance);

    /// <summary>The same, against values that were worked out from golden ones.</summary>
    public static void Check<T>(string name, ReadOnlySpan<double> golden, ReadOnlySpan<T> actual, double floatTolerance = FloatTolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Assert.Equal(golden.Length, actual.Length);
        double tolerance = typeof(T) == typeof(float) ? floatTolerance : 1e-9;
        double scale = 0;
        foreach (double value in golden)
            scale = Math.Max(scale, Math.Abs(value));
        double bound = tolerance * (scale > 0 ? scale : 1);
        for (int i = 0; i < golden.Length; i++)
        {
            // Not "greater than", which NaN would pass.
            if (!(Math.Abs(double.CreateChecked(actual[i]) - golden[i]) <= bound))
                Assert.Fail($"{name}[{i}]: expected {golden[i]:R} ± {bound:0.#e+0}, received {actual[i]:R}");
        }
    }
}
