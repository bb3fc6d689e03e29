using NanoConv.Data;
using NanoConv.Graphs;
using NanoConv.Kernels;
using NanoConv.Layers;
using NanoConv.Tensors;

namespace NanoConv.Proof;

/// <summary>
/// Proves a backward pass: compares every derivative that it gives, for each parameter and each input, with the slope
/// that the forward pass shows when that one number is moved a little to either side.
/// </summary>
/// <remarks>
/// <para>The function that is differentiated is ⟨c, f(x, w)⟩ with a random cotangent c, as training would run it, with a
/// fixed dropout mask. A plain sum would be blind: softmax's outputs sum to 1 whatever its gradient is.</para>
/// <para>All is done in double. Two differences, over h and h/2, give a slope whose error falls with h⁴ (Richardson), and
/// their disagreement shows a kink between x − h and x + h. Whether an element is skipped so depends on the forward pass
/// alone: a wrong backward pass cannot hide there.</para>
/// <para>Before each pass the buffers that it has to overwrite are filled with NaN, and those that it has to add to with
/// ones. What a layer keeps is as another, larger shard has left it. Backward runs twice, with and without being asked for
/// the input's gradient, and of each derivative the worse of the two counts. It takes four forward passes an element, so
/// choose small shapes: all tails and borders, few pixels.</para>
/// <para>Beside the slopes, each example is passed alone and in the company of the others, in training and in prediction: a
/// layer whose output depends on the company, or that fails outside training, is named in
/// <see cref="GradientCheckResult.Mistake"/>.</para>
/// </remarks>
/// <example><code>GradientCheck.Run(new MyLayer(), inputShape: (6, 5, 3)).WorstRelativeError &lt; 1e-6</code></example>
public static class GradientCheck
{
    // 2⁻¹³: a power of two, so that x ± h is rounded as little as can be.
    private const double Step = 1.0 / 8192;
    private const double KinkTolerance = 5e-7;

    // Derivatives below these, relative to the tensor's greatest and to outputs of 1, drown in the differences' rounding.
    private const double SmallestShare = 1e-3;
    private const double SmallestScale = 2e-5;

    /// <summary>Checks one layer on random inputs in [−1, 1), its parameters moved at random from their first values.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="inputShape">The shape of one example, as (6, 5, 3).</param>
    /// <param name="examples">Examples that pass together.</param>
    /// <param name="seed">The seed of everything random.</param>
    /// <exception cref="ArgumentException">The input's shape does not suit the layer.</exception>
    public static GradientCheckResult Run(Layer layer, Shape inputShape, int examples = 2, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(layer);
        Model<double> model = new Sequential(layer).Build<double>(inputShape, seed);

        // A bias of zero would leave its part of the layer untried.
        double[] moves = RandomNumbers(model.ParameterCount, seed, stream: 1);
        model.Edit(weights =>
        {
            for (int i = 0; i < moves.Length; i++)
                weights[i] += moves[i] / 4;
        });
        return Run(model, examples, seed);
    }

    /// <summary>Checks a model, with its weights as they are, on random inputs in [−1, 1).</summary>
    /// <param name="model">The model; its weights are moved and put back, bit by bit.</param>
    /// <param name="examples">Examples that pass together.</param>
    /// <param name="seed">The seed of inputs, cotangent and dropout.</param>
    public static GradientCheckResult Run(Model<double> model, int examples = 2, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(examples, 1);
        Shape shape = model.InputShape.Batch(examples);
        return Run(model, new Tensor<double>(shape, RandomNumbers(shape.Elements, seed, stream: 2)), seed);
    }

    /// <summary>Checks a model, with its weights as they are, on given inputs.</summary>
    /// <param name="model">The model; its weights are moved and put back, bit by bit.</param>
    /// <param name="inputs">The examples [n, input shape], which pass together.</param>
    /// <param name="seed">The seed of cotangent and dropout.</param>
    /// <exception cref="ArgumentException">The inputs' shape does not fit the model.</exception>
    public static GradientCheckResult Run(Model<double> model, Tensor<double> inputs, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Shape.Rank == 0 || inputs.Shape != model.InputShape.Batch(inputs.Shape[0]))
        {
            throw new ArgumentException(
                $"expected inputs of shape {model.InputShape} behind a batch axis, received {inputs.Shape}", nameof(inputs));
        }

        Workspace<double> workspace = Used(model, examples: inputs.Shape[0] + 1, seed);
        workspace.Fill(double.NaN);
        Load(workspace, inputs, seed, step: 1);
        double[] output = workspace.Forward().ToArray();
        double[] cotangent = RandomNumbers(output.Length, seed, stream: 3);
        (double[] parameters, double[] input) = Gradients(model, workspace, cotangent, needsInputGradient: true);
        workspace.Forward();
        (double[] alone, _) = Gradients(model, workspace, cotangent, needsInputGradient: false);

        Comparison comparison = new(workspace, output, cotangent);
        model.Access.BeginUpdate(); // nobody is to see weights that are moved
        try
        {
            for (int index = 0; index < model.Layers.Count; index++)
            {
                BuiltLayer<double> layer = model.Layers[index];
                foreach (Parameter<double> parameter in layer.Parameters.Where(parameter => !parameter.IsState))
                {
                    ReadOnlySpan<double> analytic = parameters.AsSpan(parameter.Offset), again = alone.AsSpan(parameter.Offset);
                    comparison.Add(parameter.Name, parameter.Writable, analytic, again, index, layer.Prepare);
                }
            }
        }
        finally
        {
            model.Access.EndUpdate(model.LayerSpan);
        }

        comparison.Add("input", workspace.Activation(0), input, input, firstLayer: 0, static () => { });
        return ForwardCheck.Mistake(model, inputs, seed) is { } mistake
            ? comparison.Result with { WorstRelativeError = double.NaN, Mistake = mistake }
            : comparison.Result;
    }

    // Buffers that other examples have passed, one more than will: a layer may not rely on what is left there.
    private static Workspace<double> Used(Model<double> model, int examples, int seed)
    {
        Workspace<double> workspace = new(model, examples, training: true);
        Shape shape = model.InputShape.Batch(examples);
        Load(workspace, new Tensor<double>(shape, RandomNumbers(shape.Elements, seed, stream: 4)), seed, step: 2);
        double[] cotangent = RandomNumbers(workspace.Forward().Length, seed, stream: 5);
        workspace.Backward(cotangent, new double[model.ParameterCount], needsInputGradient: true);
        return workspace;
    }

    private static void Load(Workspace<double> workspace, Tensor<double> inputs, int seed, int step)
    {
        int examples = inputs.Shape[0];
        workspace.Load(new TensorInputs<double>(inputs), [], 0, examples);
        workspace.Configure(training: true, wantsLogits: false, seed, step, firstExample: 0);
    }

    private static (double[] Parameters, double[] Input) Gradients(
        Model<double> model, Workspace<double> workspace, double[] cotangent, bool needsInputGradient)
    {
        double[] sum = new double[model.ParameterCount];
        Array.Fill(sum, 1);
        double[] input = workspace.Backward(cotangent, sum, needsInputGradient).ToArray();
        return ([.. sum.Select(value => value - 1)], input);
    }

    // Uniform in [−1, 1).
    internal static double[] RandomNumbers(int count, int seed, int stream)
    {
        double[] numbers = new double[count];
        ulong key = CounterRandom.Key(RandomDomain.GradientCheck, seed, stream);
        for (int i = 0; i < count; i++)
            numbers[i] = (2 * CounterRandom.Uniform(key, i)) - 1;
        return numbers;
    }

    /// <summary>Compares tensor after tensor and remembers the worst element.</summary>
    private sealed class Comparison(Workspace<double> workspace, double[] output, double[] cotangent)
    {
        private readonly double magnitude = Math.Max(1, output.Max(Math.Abs));
        private double worst = double.NegativeInfinity;

        public GradientCheckResult Result { get; private set; } = new(double.NaN, "input", 0, 0, 0, 0, 0);

        public void Add(
            string name, Span<double> values, ReadOnlySpan<double> analytic, ReadOnlySpan<double> again, int firstLayer, Action changed)
        {
            double[] numeric = new double[values.Length], disagreement = new double[values.Length];
            double greatest = 0;
            for (int i = 0; i < values.Length; i++)
            {
                (numeric[i], disagreement[i]) = Slope(values, i, firstLayer, changed);
                greatest = Math.Max(greatest, Math.Abs(numeric[i]));
            }

            double floor = Math.Max(SmallestShare * greatest, SmallestScale * magnitude);
            for (int i = 0; i < values.Length; i++)
            {
                double scale = Math.Max(Math.Abs(numeric[i]), floor);
                if (disagreement[i] > KinkTolerance * scale)
                    Result = Result with { Skipped = Result.Skipped + 1 };
                else
                    Compare(name, i, Worse(analytic[i], again[i], numeric[i]), numeric[i], floor);
            }
        }

        // Whichever of two is further off; NaN is furthest.
        private static double Worse(double a, double b, double expected) =>
            Math.Abs(a - expected) <= Math.Abs(b - expected) ? b : double.IsNaN(b) ? b : a;

        private void Compare(string name, int index, double analytic, double numeric, double floor)
        {
            double scale = Math.Max(Math.Max(Math.Abs(analytic), Math.Abs(numeric)), floor);
            double error = Math.Abs(analytic - numeric) / scale;
            Result = Result with { Checked = Result.Checked + 1 };
            if (error <= worst || double.IsNaN(worst))
                return; // NaN is worst of all, and the first one stays
            worst = error;
            Result = Result with { WorstRelativeError = error, Tensor = name, Index = index, Analytic = analytic, Numeric = numeric };
        }

        // The slope along one element, and how much two step sizes disagree about it.
        private (double Slope, double Disagreement) Slope(Span<double> values, int i, int firstLayer, Action changed)
        {
            double centre = values[i];
            double h = Step * Math.Max(1, Math.Abs(centre));
            double plus = At(centre + h, values, i, firstLayer, changed);
            double minus = At(centre - h, values, i, firstLayer, changed);
            double plusHalf = At(centre + (h / 2), values, i, firstLayer, changed);
            double minusHalf = At(centre - (h / 2), values, i, firstLayer, changed);
            values[i] = centre;
            changed();
            workspace.Forward(firstLayer);

            double whole = (plus - minus) / (2 * h), half = (plusHalf - minusHalf) / h;

            // A kink at the centre itself tilts both slopes alike; it shows in the bend, which for a smooth function
            // halves with h, and at a kink does not.
            double bend = (plus + minus) / h, bendHalf = 2 * (plusHalf + minusHalf) / h;
            double disagreement = Math.Max(Math.Abs(whole - half), Math.Abs(bend - (2 * bendHalf)));
            return (((4 * half) - whole) / 3, disagreement);
        }

        // ⟨c, f⟩ with one element moved, less ⟨c, f⟩ as it was. Subtracted before the sum: outputs that the element
        // does not reach cancel exactly.
        private double At(double value, Span<double> values, int i, int firstLayer, Action changed)
        {
            values[i] = value;
            changed();
            ReadOnlySpan<double> moved = workspace.Forward(firstLayer);
            double sum = 0;
            for (int k = 0; k < moved.Length; k++)
                sum += cotangent[k] * (moved[k] - output[k]);
            return sum;
        }
    }
}
