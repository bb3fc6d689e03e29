using FsCheck;
using FsCheck.Fluent;

namespace NanoConv.Tests.Training;

/// <summary>A sum over the batch: what a step does, and what is told of steps, epochs, validation and data sets.</summary>
public sealed class ReductionTests : PropertySuite
{
    private static readonly Optimizer Standstill = new SGD(1e-300);

    /// <summary>Plain descent on a sum is that on a mean with as many times the rate, and n times the penalties' share.</summary>
    [Fact]
    public void A_step_on_a_sum_is_one_on_the_mean_times_the_number_of_examples() => ForAll(Cases, static c =>
    {
        Model<double> sum = Model(), mean = Model();
        TensorDataset<double> data = Data(c.Examples, c.Seed);
        FitOptions options = new() { BatchSize = c.Examples, Threads = 1 + (c.Seed % 3), Seed = c.Seed };
        double ofSum = new Trainer<double>(sum, options with { Loss = new CategoricalCrossentropy(reduction: Reduction.Sum), Optimizer = new SGD(0.01) })
            .Step(data).Loss;
        double ofMean = new Trainer<double>(mean, options with { Optimizer = new SGD(0.01 * c.Examples) }).Step(data).Loss;
        Expect.Close(c.Examples * ofMean, ofSum, 1e-12);
        Expect.Close("weights", mean.Weights, sum.Weights, 1e-11);
    }, share: 0.2);

    /// <summary>The sum is told, with the penalties once; and what plain descent goes down is the slope of that.</summary>
    [Fact]
    public void A_steps_loss_is_what_it_goes_down()
    {
        const int Examples = 7;
        Model<double> model = Model(new L2(0.1));
        TensorDataset<double> data = Data(Examples, seed: 3);
        Loss loss = new CategoricalCrossentropy(reduction: Reduction.Sum);
        Trainer<double> trainer = new(model, new FitOptions { BatchSize = Examples, Loss = loss, Optimizer = Standstill, Threads = 1 });
        double told = trainer.Step(data).Loss;
        Expect.Close(model.Evaluate(data, loss).Loss, told, 1e-13);
        double penalty = 0.1 * model.Parameters[0].Value.ToArray().Sum(weight => weight * weight);
        Expect.Close((Examples * (model.Evaluate(data).Loss - penalty)) + penalty, told, 1e-13);
        foreach (Parameter<double> parameter in model.Parameters)
        {
            double[] gradient = trainer.Gradient(parameter).ToArray();
            for (int i = 0; i < gradient.Length; i++)
                Assert.Equal((At(parameter, i, 1e-5) - At(parameter, i, -1e-5)) / 2e-5, gradient[i], 1e-7);
        }

        double At(Parameter<double> parameter, int i, double move)
        {
            double before = parameter.Value[i];
            model.Edit(parameter, values => values[i] = before + move);
            double value = model.Evaluate(data, loss, threads: 1).Loss;
            model.Edit(parameter, values => values[i] = before);
            return value;
        }
    }

    /// <summary>
    /// Keras's: the mean of the batches' sums, each counting as often as it has examples, in training and in validation alike; Evaluate takes
    /// the data for one batch.
    /// </summary>
    [Fact]
    public void Epochs_and_validation_tell_the_mean_of_the_batches_sums() => ForAll(Cases, static c =>
    {
        Model<double> model = Model(new L2(0.1));
        TensorDataset<double> data = Data(c.Examples, c.Seed), held = Data(c.Batch + 1 + (c.Seed % 20), c.Seed + 1); // more than a batch
        double penalty = 0.1 * model.Parameters[0].Value.ToArray().Sum(weight => weight * weight);
        Loss loss = new CategoricalCrossentropy(reduction: Reduction.Sum);
        FitOptions options = new() { BatchSize = c.Batch, Loss = loss, Optimizer = Standstill, Shuffle = false, Threads = 1 };
        EpochRecord epoch = model.Fit(data, held, options).Epochs[0];
        Expect.Close(Told(data), epoch.Loss, 1e-12);
        Expect.Close(Told(held), epoch.ValidationLoss!.Value, 1e-12);
        Expect.Close((held.Count * (model.Evaluate(held).Loss - penalty)) + penalty, model.Evaluate(held, loss).Loss, 1e-12);
        Assert.Equal(model.Evaluate(held).Accuracy, epoch.ValidationAccuracy);

        double Told(TensorDataset<double> examples)
        {
            double sum = 0;
            for (int start = 0; start < examples.Count; start += c.Batch)
            {
                int count = Math.Min(c.Batch, examples.Count - start);
                double mean = model.Evaluate(new DatasetSlice<double>(examples, start, count)).Loss - penalty;
                sum += count * ((count * mean) + penalty);
            }

            return sum / examples.Count;
        }
    }, share: 0.2);

    [Fact]
    public void A_fit_is_not_resumed_with_another_reduction()
    {
        Checkpoints.MemoryStore store = new();
        FitOptions options = new() { Loss = new CategoricalCrossentropy(reduction: Reduction.Sum), Checkpoints = store, Threads = 1 };
        Model().Fit(Data(5, seed: 1), options);
        Checkpoints.MemoryStore again = new() { From = store.Checkpoints[0] };
        FitOptions other = options with { Epochs = 2, Loss = new CategoricalCrossentropy(), Checkpoints = again };
        Expect.Throws<ArgumentException>(
            () => Model().Fit(Data(5, seed: 1), other),
            "loss CategoricalCrossentropy(from_logits False, reduction sum) then, CategoricalCrossentropy(from_logits False) now");
    }

    private static Arbitrary<(int Examples, int Batch, int Seed)> Cases => Arb.From(
        from examples in Gen.Choose(1, 40)
        from batch in Gen.Choose(1, 15)
        from seed in Gen.Choose(0, 1000)
        select (examples, batch, seed));

    private static Model<double> Model(Regularizer? regularizer = null) => new Sequential(
        new Dense(6, Activation.Tanh, kernelRegularizer: regularizer), new Dense(3, Activation.Softmax)).Build<double>(4, seed: 2);

    private static TensorDataset<double> Data(int examples, int seed)
    {
        Random random = new(seed);
        int[] labels = [.. Enumerable.Range(0, examples).Select(_ => random.Next(3))];
        return new TensorDataset<double>(new Tensor<double>((examples, 4), Numbers.Reals<double>(examples * 4, seed)), labels, 3);
    }
}
