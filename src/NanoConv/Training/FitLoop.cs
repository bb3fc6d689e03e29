using System.Diagnostics;
using System.Numerics;
using NanoConv.Data;
using NanoConv.Graphs;
using NanoConv.Kernels;
using NanoConv.Layers;
using NanoConv.Metrics;

namespace NanoConv.Training;

/// <summary>The epochs of a fit: steps, validation, callbacks, checkpoints.</summary>
internal static class FitLoop
{
    /// <summary>Trains on data that has been checked; without validation if that is empty.</summary>
    public static History Run<T>(
        Model<T> model, IDataset<T> training, IDataset<T> validation, FitOptions options, CancellationToken cancellation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TrainingStep<T> step = new(model, options, Math.Min(options.BatchSize, training.Count));
        ClassWeighting.Check(options, training);
        int[] order = [.. Enumerable.Range(0, training.Count)];
        Callback[] callbacks = [.. options.Callbacks];
        TrainingState state = new(training.Count, options.ToKeep())
        {
            ValidationExamples = validation.Count,
            AnswersOfExample = step.Answers.OfExample,
            NewKeptWeights = () => new KeptWeights<T>(model),
        };
        History history = state.History;
        if (ClassCoverage.Warning(training, validation) is { } warning)
        {
            history.Add(warning);
            options.Warn?.Invoke(warning);
        }

        using Checkpointer<T>? checkpoints = options.Checkpoints is null ? null : new(model, options, step.Optimizer, state, validation.Count);
        SavedState? resumed = checkpoints?.Resume();
        foreach (Callback callback in callbacks)
            callback.OnTrainBegin(state);
        checkpoints?.Begin(resumed);
        while (state.IsInEpoch || (history.Epochs.Count < options.Epochs && !state.StopTraining && !state.IsAtLastStep))
        {
            if (!state.IsInEpoch)
                BeginEpoch(history.Epochs.Count + 1);
            if (options.Shuffle)
                Shuffle(order, options.Seed, state.Epoch);
            while (state.Step < state.StepsPerEpoch && !state.IsAtLastStep)
                Step();
            Evaluation? held = validation.Count > 0
                ? Inference.Evaluate(model, validation, options.Loss, options.Threads, CancellationToken.None, options.BatchSize)
                : null;
            CheckFinite(model, state, held, validation, options.Threads);
            EpochRecord record = new(
                state.Epoch, state.Loss, state.Accuracy, held?.Loss, state.HasAccuracy ? held?.Accuracy : null,
                state.TrainingSeconds, state.ExamplesSeen / state.TrainingSeconds);
            history.Add(record);
            foreach (Callback callback in callbacks)
                callback.OnEpochEnd(state, record);
            checkpoints?.Write();
        }

        step.Finish();
        foreach (Callback callback in callbacks)
            callback.OnTrainEnd(state);
        return history;

        void Step()
        {
            if (cancellation.IsCancellationRequested)
                checkpoints?.Write();
            cancellation.ThrowIfCancellationRequested();
            long begin = Stopwatch.GetTimestamp();
            int count = Math.Min(options.BatchSize, state.Examples - state.ExamplesSeen);
            state.Step++;
            step.Optimizer.RateScale = state.LearningRateScale;
            (double loss, long correct) = step.Run(training, order, state.ExamplesSeen, count, (state.Epoch, state.Step));
            state.LossSum += loss * count;
            state.Correct += correct;
            state.ExamplesSeen += count;
            state.TrainingSeconds += Stopwatch.GetElapsedTime(begin).TotalSeconds;
            foreach (Callback callback in callbacks)
                callback.OnStepEnd(state);
            checkpoints?.StepEnded();
        }

        void BeginEpoch(int epoch)
        {
            state.BeginEpoch(epoch);
            foreach (Callback callback in callbacks)
                callback.OnEpochBegin(state);
        }
    }

    // From the same start in every epoch, so that an epoch's order is a function of seed and epoch alone.
    internal static void Shuffle(int[] order, int seed, int epoch)
    {
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        CounterRandom.Shuffle(order, CounterRandom.Key(RandomDomain.Shuffle, seed, epoch));
    }

    // The last step may have spoilt the weights after its own loss was still finite.
    private static void CheckFinite<T>(Model<T> model, TrainingState state, Evaluation? held, IDataset<T> validation, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (held is not null && !(double.IsFinite(held.Loss) && (double.IsFinite(held.Accuracy) || !state.HasAccuracy)))
        {
            double loss = double.IsFinite(held.Loss) ? double.NaN : held.Loss; // one that looks away from NaN is no number either
            throw new NonFiniteLossException(state.Epoch, state.Step, loss, Inference.FindNonFinite(model, validation, threads));
        }

        foreach (Parameter<T> parameter in model.Parameters)
        {
            foreach (T value in parameter.Value)
            {
                if (!T.IsFinite(value))
                    throw new NonFiniteLossException(state.Epoch, state.Step, double.NaN, $"'{parameter.Name}' is not finite after the step");
            }
        }
    }
}
