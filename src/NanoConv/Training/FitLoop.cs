using System.Numerics;

namespace NanoConv;

/// <summary>The epochs of a fit: steps, validation, callbacks, checkpoints.</summary>
internal static class FitLoop
{
    /// <summary>Trains on data that has been checked; without validation if that is empty.</summary>
    public static History Run<T>(
        Model<T> model, IDataset<T> training, IDataset<T> validation, FitOptions options, CancellationToken cancellation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Trainer<T> trainer = new(model, training, options);
        TrainingState state = new(options.Epochs, training.Count, options.BatchSize, options.ToKeep())
        {
            ValidationExamples = validation.Count,
            NewKeptWeights = () => new KeptWeights<T>(model),
        };
        History history = state.History;
        if (ClassCoverage.Warning(training, validation) is { } warning)
        {
            history.Add(warning);
            options.Warn?.Invoke(warning);
        }

        using Checkpointer<T>? checkpoints = options.Checkpoints is null ? null : new(model, options, trainer.Optimizer, state, validation.Count);
        SavedState? resumed = checkpoints?.Resume();
        foreach (Callback callback in options.Callbacks)
            callback.OnTrainBegin(state);
        checkpoints?.Begin(resumed);
        while (state.IsInEpoch || (history.Epochs.Count < options.Epochs && !state.StopTraining))
        {
            if (!state.IsInEpoch)
                BeginEpoch(history.Epochs.Count + 1);
            trainer.RunEpoch(state, checkpoints, cancellation);
            Evaluation? held = validation.Count > 0 ? Inference.Evaluate(model, validation, options.Loss, options.Threads) : null;
            CheckFinite(model, state, held, validation, options.Threads);
            EpochRecord record = new(
                state.Epoch, state.Loss, state.Accuracy, held?.Loss, held?.Accuracy, state.TrainingSeconds, training.Count / state.TrainingSeconds);
            history.Add(record);
            foreach (Callback callback in options.Callbacks)
                callback.OnEpochEnd(state, record);
            checkpoints?.Write();
        }

        foreach (Callback callback in options.Callbacks)
            callback.OnTrainEnd(state);
        return history;

        void BeginEpoch(int epoch)
        {
            state.BeginEpoch(epoch);
            foreach (Callback callback in options.Callbacks)
                callback.OnEpochBegin(state);
        }
    }

    // The last step may have spoilt the weights after its own loss was still finite.
    private static void CheckFinite<T>(Model<T> model, TrainingState state, Evaluation? held, IDataset<T> validation, int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (held is not null && !(double.IsFinite(held.Loss) && double.IsFinite(held.Accuracy)))
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
