using System.Reflection;

namespace NanoConv.Tests.Training;

/// <summary>Weights changed by hand: what is written is what is used, whoever asks and whenever.</summary>
public sealed class EditTests
{
    private static readonly Tensor<double> Inputs = new((6, 3), Numbers.Reals<double>(18, seed: 5, limit: 2));

    /// <summary>Nothing public can be written to without the layers being prepared.</summary>
    [Fact]
    public void Weights_are_read_only_but_in_Edit()
    {
        Assert.Equal(typeof(ReadOnlySpan<double>), typeof(Model<double>).GetProperty("Weights")!.PropertyType);
        Assert.Equal(typeof(ReadOnlySpan<double>), typeof(Parameter<double>).GetProperty("Value")!.PropertyType);
        foreach (Type type in (Type[])[typeof(Model<double>), typeof(Parameter<double>)])
        {
            Assert.DoesNotContain(type.GetMembers(), member => member is PropertyInfo { PropertyType: { IsGenericType: true } property }
                && property.GetGenericTypeDefinition() == typeof(Span<>));
            Assert.DoesNotContain(type.GetMethods(), method => method.ReturnType is { IsGenericType: true } returned
                && returned.GetGenericTypeDefinition() == typeof(Span<>));
        }
    }

    [Fact]
    public void An_edit_of_all_weights_or_of_one_parameter_is_what_Predict_goes_by()
    {
        Model<double> all = Model(), one = Model(), named = Model();
        double[] first = all.Predict(Inputs).AsSpan().ToArray();
        all.Edit(weights =>
        {
            Assert.Equal(all.ParameterCount, weights.Length);
            weights.Slice(all.Parameters[2].Offset, all.Parameters[2].Shape.Elements).Fill(0.5);
        });
        one.Edit(one.Parameters[2], kernel =>
        {
            Assert.Equal(one.Parameters[2].Shape.Elements, kernel.Length);
            kernel.Fill(0.5);
        });
        named.Edit("dense_2/kernel", kernel => kernel.Fill(0.5));
        Assert.NotEqual(first, all.Predict(Inputs).AsSpan().ToArray());
        Expect.SameBits<double>("by parameter", all.Predict(Inputs).AsSpan(), one.Predict(Inputs).AsSpan());
        Expect.SameBits<double>("by name", all.Predict(Inputs).AsSpan(), named.Predict(Inputs).AsSpan());
        Expect.SameBits<double>("by name", all.Weights, named.Weights);
    }

    [Fact]
    public void What_was_written_before_an_edit_failed_is_used_too()
    {
        Model<double> broken = Model(), whole = Model();
        whole.Edit(weights => weights[0] = 7);
        Assert.Throws<TimeZoneNotFoundException>(() => broken.Edit(weights =>
        {
            weights[0] = 7;
            throw new TimeZoneNotFoundException();
        }));
        Expect.SameBits<double>("y", whole.Predict(Inputs).AsSpan(), broken.Predict(Inputs).AsSpan());
        broken.Edit(weights => weights[0] = 8); // it is not locked for good
    }

    [Fact]
    public void A_parameter_that_the_model_has_not_is_refused()
    {
        Model<double> model = Model();
        Expect.Throws<ArgumentException>(() => model.Edit(Model().Parameters[1], _ => { }), "expected a parameter of this model", "'dense_1/bias' of another");
        Expect.Throws<ArgumentException>(
            () => model.Edit("dense_1/weight", _ => { }),
            "expected a parameter out of dense_1/kernel, dense_1/bias, dense_2/kernel, dense_2/bias",
            "received 'dense_1/weight'");
    }

    [Fact]
    public void An_edit_within_an_edit_or_a_prediction_within_one_is_refused()
    {
        Model<double> model = Model();
        Expect.Throws<InvalidOperationException>(() => model.Edit(_ => model.Edit(_ => { })), "Edit: expected a call between steps");
        Expect.Throws<InvalidOperationException>(() => model.Edit(_ => model.Predict(Inputs, threads: 1)), "expected a prediction after the edit");
        model.Edit(weights => weights[0] = 1);
        model.Predict(Inputs);
    }

    [Fact]
    public void A_fit_within_an_edit_is_refused()
    {
        Model<double> model = Model();
        WatchedDataset data = new(4, _ => { });
        Expect.Throws<InvalidOperationException>(
            () => model.Edit(weights =>
            {
                weights.Fill(0.25);
                model.Fit(data, new FitOptions { Threads = 1 });
            }),
            "Fit: expected a call between steps, predictions and edits");
        Assert.All(model.Weights.ToArray(), weight => Assert.Equal(0.25, weight));
        model.Fit(data);
    }

    /// <summary>Else an edit might fall between the outputs and the penalties, and the loss be that of no weights at all.</summary>
    [Fact]
    public void An_edit_by_a_penalty_that_Evaluate_adds_is_refused()
    {
        Caught caught = new();
        Model<double> model = new Sequential(new Dense(4, Activation.Softmax, kernelRegularizer: caught)).Build<double>(3);
        caught.Penalized = () => model.Edit(_ => { });
        Expect.Throws<InvalidOperationException>(() => model.Evaluate(new WatchedDataset(4, _ => { })), "Edit: expected a call between steps");
        caught.Penalized = () => { };
        model.Edit(weights => weights[0] = 1);
    }

    /// <summary>Here the first part of the weights has taken its step, and the second has not.</summary>
    [Fact]
    public void What_a_step_that_failed_halfway_has_written_is_used()
    {
        Caught caught = new() { Differentiated = static () => throw new TimeZoneNotFoundException() };
        Sequential network = new(new Dense(1500, Activation.ReLU), new Dense(4, Activation.Softmax, kernelRegularizer: caught));
        Model<double> broken = network.Build<double>(3), whole = network.Build<double>(3);
        WatchedDataset data = new(8, _ => { });
        Assert.Throws<TimeZoneNotFoundException>(() => broken.Fit(data, new FitOptions { Threads = 1 }));
        Assert.NotEqual(whole.Weights.ToArray(), broken.Weights.ToArray());
        whole.Edit(broken.Weights.ToArray().CopyTo);
        Expect.SameBits<double>("y", whole.Predict(Inputs).AsSpan(), broken.Predict(Inputs).AsSpan());
    }

    [Fact]
    public void An_edit_by_the_data_that_a_model_computes_on_is_refused()
    {
        Model<double> model = Model();
        WatchedDataset data = new(6, _ => model.Edit(_ => { }));
        Expect.Throws<InvalidOperationException>(() => model.Predict(data, threads: 1), "Edit: expected a call between steps");
        Expect.Throws<InvalidOperationException>(() => model.Fit(data, new FitOptions { Threads = 1 }), "Edit: expected a call between steps");
        model.Edit(weights => weights[0] = 1);
    }

    /// <summary>All of a call's answers are those of the weights with which it began.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void An_edit_waits_for_predictions_that_are_under_way(int threads)
    {
        Model<double> model = Model(), reference = Model();
        Thread? edit = null;
        WatchedDataset data = new(16, example =>
        {
            if (example == 0)
                edit = StartEdit(model);
        });
        Expect.SameBits<double>("y", reference.Predict(new WatchedDataset(16, _ => { })).AsSpan(), model.Predict(data, threads).AsSpan());
        edit!.Join();
        Assert.All(model.Weights.ToArray(), weight => Assert.Equal(0.25, weight));
    }

    /// <summary>On another thread, while a step is under way: the step goes by one state of the weights, before or after.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void An_edit_waits_for_the_end_of_a_training_step(int threads)
    {
        Model<double> model = Model(), reference = Model();
        Thread? edit = null;
        WatchedDataset data = new(32, example =>
        {
            if (edit is null && example == 0)
                edit = StartEdit(model);
        });
        FitOptions options = new() { BatchSize = 16, Shuffle = false, Optimizer = new SGD(0.1), Threads = threads };
        model.Fit(data, options with { Callbacks = [new OnStep(_ => edit?.Join())] });
        reference.Fit(new WatchedDataset(32, _ => { }), options with { Callbacks = [new OnStep(state => EditAfterFirst(reference, state))] });
        Expect.SameBits<double>("weights", reference.Weights, model.Weights);

        static void EditAfterFirst(Model<double> model, TrainingState state)
        {
            if (state.Step == 1)
                model.Edit(weights => weights.Fill(0.25));
        }
    }

    [Fact]
    public void A_callback_may_edit_between_steps_and_training_goes_on_from_there()
    {
        Model<double> model = Model(), twice = Model();
        FitOptions options = new() { BatchSize = 16, Shuffle = false, Optimizer = new SGD(0.1) };
        OnStep halve = new(state => model.Edit(weights => weights[3] = state.Step == 1 ? 2 : weights[3]));
        WatchedDataset data = new(32, _ => { });
        model.Fit(data, options with { Callbacks = [halve] });
        twice.Fit(new DatasetSlice<double>(data, 0, 16), options);
        twice.Edit(weights => weights[3] = 2);
        twice.Fit(new DatasetSlice<double>(data, 16, 16), options);
        Expect.SameBits<double>("weights", twice.Weights, model.Weights);
    }

    private static Model<double> Model() => new Sequential(new Dense(5, Activation.ReLU), new Dense(4, Activation.Softmax)).Build<double>(3, seed: 2);

    // Returns when the edit is done, as it should not be, or waits for its turn.
    private static Thread StartEdit(Model<double> model)
    {
        Thread thread = new(() => model.Edit(weights => weights.Fill(0.25)));
        thread.Start();
        SpinWait.SpinUntil(() => (thread.ThreadState & (ThreadState.WaitSleepJoin | ThreadState.Stopped)) != 0);
        return thread;
    }

    /// <summary>No penalty, but says when it is asked for one.</summary>
    private sealed class Caught : Regularizer
    {
        public Action Penalized { get; set; } = static () => { };

        public Action Differentiated { get; set; } = static () => { };

        public override T Penalty<T>(ReadOnlySpan<T> w)
        {
            Penalized();
            return T.Zero;
        }

        public override void AddGradient<T>(Span<T> gradient, ReadOnlySpan<T> w) => Differentiated();
    }

    /// <summary>Says which example is read.</summary>
    private sealed class WatchedDataset(int count, Action<int> reading) : IDataset<double>
    {
        public int Count => count;

        public int Classes => 4;

        public Shape InputShape => 3;

        public void CopyInput(int index, Span<double> destination)
        {
            reading(index);
            Numbers.Reals<double>(3, seed: index, limit: 2).CopyTo(destination);
        }

        public void CopyTarget(int index, Span<double> destination)
        {
            destination.Clear();
            destination[index % 4] = 1;
        }
    }
}
