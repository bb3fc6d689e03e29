using System.Numerics;

namespace NanoConv.Tests.Golden;

/// <summary>Losses and their gradients as PyTorch computes them: smoothed, summed, weighted, at logits of up to ±1000; and five steps of training.</summary>
public abstract class LossesGoldenTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly GoldenFile File = GoldenFile.OfNetwork("losses");

    public static TheoryData<string> Cases => File.Cases("categorical", "binary", "squared");

    public static TheoryData<string> CategoricalCases => File.Cases("categorical");

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_mean_the_sum_and_the_weighted_mean_are_PyTorchs(string name)
    {
        int rows = File.Shape($"{name}/outputs")[0];
        T[] ones = [.. Enumerable.Repeat(T.One, rows)], weights = File.Values<T>($"{name}/weights");
        Check(name, "mean", Reduction.SumOverBatchSize, ones, T.One / T.CreateChecked(rows));
        Check(name, "sum", Reduction.Sum, ones, T.One);
        Check(name, "weighted", Reduction.SumOverBatchSize, weights, T.One / T.CreateChecked(rows));
    }

    /// <summary>The whole way, through data set, model and validation.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Evaluate_tells_PyTorchs_losses(string name)
    {
        Tensor<T> outputs = File.Tensor<T>($"{name}/outputs");
        TensorDataset<T> data = new(outputs, File.Tensor<T>($"{name}/targets"));
        WeightedDataset<T> weighted = new(data, File.Values<T>($"{name}/weights"));
        Model<T> identity = new Sequential(new ActivationLayer(Activation.Linear)).Build<T>(outputs.Shape[1]);
        Same("mean", identity.Evaluate(data, Loss(name), threads: 1));
        Same("sum", identity.Evaluate(data, Loss(name, Reduction.Sum), threads: 2));
        Same("weighted", identity.Evaluate(weighted, Loss(name), threads: 2));

        void Same(string kind, Evaluation evaluation) => File.Check<T>($"{name}/{kind}_loss", [T.CreateChecked(evaluation.Loss)]);
    }

    /// <summary>PyTorch's own weights of classes, without smoothing as it applies these otherwise.</summary>
    [Theory]
    [MemberData(nameof(CategoricalCases))]
    public void Weights_of_classes_are_PyTorchs(string name)
    {
        if (File.Values<double>($"{name}/smoothing")[0] != 0)
            return;
        Tensor<T> outputs = File.Tensor<T>($"{name}/outputs");
        double[] weights = File.Values<double>($"{name}/class_weights");
        Model<T> bias = new Sequential(new Dense(outputs.Shape[1], useBias: true)).Build<T>(1);
        FitOptions options = new()
        {
            BatchSize = outputs.Shape[0],
            Loss = Loss(name, Reduction.Sum),
            Optimizer = new SGD(1),
            ClassWeights = weights.Index().ToDictionary(weight => weight.Index, weight => weight.Item),
        };
        double[] gradients = File.Values<double>($"{name}/classes_gradient"), golden = new double[outputs.Shape[1]];
        double loss = 0;
        T[] actual = new T[golden.Length];
        for (int row = 0; row < outputs.Shape[0]; row++) // one after the other: each step's gradient is one row's
        {
            Tensor<T> logits = new((1, golden.Length), outputs.AsSpan().Slice(row * golden.Length, golden.Length).ToArray());
            bias.Edit(bias.Parameters[1], values => logits.AsSpan().CopyTo(values));
            Trainer<T> trainer = new(bias, options);
            Tensor<T> target = new((1, golden.Length), File.Values<T>($"{name}/targets").AsSpan(row * golden.Length, golden.Length).ToArray());
            loss += trainer.Step(new TensorDataset<T>(new Tensor<T>((1, 1)), target)).Loss;
            trainer.Gradient(bias.Parameters[1]).CopyTo(actual);
            GoldenFile.Check<T>($"{name}, row {row}", gradients.AsSpan(row * golden.Length, golden.Length), actual);
        }

        File.Check<T>($"{name}/classes_loss", [T.CreateChecked(loss)]);
    }

    [Fact]
    public void Five_steps_on_a_weighted_sum_of_a_network_that_ends_in_sigmoid_are_PyTorchs()
    {
        Model<T> model = new Sequential(new Dense(2, Activation.Sigmoid)).Build<T>(5);
        model.Edit("dense_1/kernel", File.Values<T>("trace/start_kernel").CopyTo);
        model.Edit("dense_1/bias", File.Values<T>("trace/start_bias").CopyTo);
        WeightedDataset<T> data = new(
            new TensorDataset<T>(File.Tensor<T>("trace/inputs"), File.Tensor<T>("trace/targets")), File.Values<T>("trace/weights"));
        Loss loss = new BinaryCrossentropy(labelSmoothing: 0.1, reduction: Reduction.Sum);
        Trainer<T> trainer = new(model, new FitOptions { BatchSize = 6, Loss = loss, Optimizer = new SGD(0.1), Threads = 2 });
        double[] losses = [.. Enumerable.Range(0, 5).Select(_ => trainer.Step(data).Loss)];
        GoldenFile.Check<T>("trace/loss", File.Values<double>("trace/loss"), [.. losses.Select(T.CreateChecked)]);
        File.Check<T>("trace/kernel", model.Parameters[0].Value);
        File.Check<T>("trace/bias", model.Parameters[1].Value);
    }

    private static void Check(string name, string kind, Reduction reduction, T[] weights, T scale)
    {
        Tensor<T> outputs = File.Tensor<T>($"{name}/outputs"), targets = File.Tensor<T>($"{name}/targets");
        (int rows, int length) = (outputs.Shape[0], outputs.Shape[1]);
        T[] gradient = new T[rows * length];
        Loss loss = Loss(name, reduction);
        T sum = T.Zero;
        for (int i = 0; i < rows; i++)
        {
            Span<T> row = gradient.AsSpan(i * length, length);
            T value = loss.Evaluate(row, outputs.AsSpan().Slice(i * length, length), targets.AsSpan().Slice(i * length, length), scale * weights[i]);
            sum += scale * weights[i] * value;
        }

        File.Check<T>($"{name}/{kind}_loss", [sum]);
        File.Check<T>($"{name}/{kind}_gradient", gradient);
    }

    private static Loss Loss(string name, Reduction reduction = Reduction.SumOverBatchSize)
    {
        double smoothing = File.Values<double>($"{name}/smoothing")[0];
        return name.Split('/')[0] switch
        {
            "categorical" => new CategoricalCrossentropy(fromLogits: true, smoothing, reduction),
            "binary" => new BinaryCrossentropy(fromLogits: true, smoothing, reduction),
            _ => new MeanSquaredError(reduction),
        };
    }
}

public sealed class LossesGoldenFloatTests : LossesGoldenTests<float>;

public sealed class LossesGoldenDoubleTests : LossesGoldenTests<double>;
