using System.Numerics;
using NanoConv.Graphs;
using NanoConv.Kernels;
using NanoConv.Layers;
using NanoConv.Optimizers;

namespace NanoConv.Training;

/// <summary>
/// A fit's checkpoints: gathers all that the rest of the fit depends on, and puts it back. Shuffling and dropout are
/// functions of seed, epoch and step, so the random state is these three numbers.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
internal sealed class Checkpointer<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Model<T> model;
    private readonly FitOptions options;
    private readonly CheckpointStore store;
    private readonly OptimizerState<T> optimizer;
    private readonly TrainingState state;
    private readonly OrderedDictionary<string, string> identity;
    private int lastStep = -1;
    private bool hasBegun;

    public Checkpointer(Model<T> model, FitOptions options, OptimizerState<T> optimizer, TrainingState state, int validation)
    {
        (this.model, this.options, this.optimizer, this.state) = (model, options, optimizer, state);
        store = options.Checkpoints!;
        identity = new()
        {
            ["numbers"] = typeof(T).Name,
            ["network"] = store.Describe(model),
            ["training_examples"] = $"{state.AllExamples}",
            ["validation_examples"] = $"{validation}",
            ["batch_size"] = $"{options.BatchSize}",
            ["shuffle"] = $"{options.Shuffle}",
            ["seed"] = $"{options.Seed}",
            ["random_numbers"] = CounterRandom.Scheme,
            ["optimizer"] = $"{options.Optimizer}",
            ["loss"] = $"{options.Loss}",
            ["callbacks"] = string.Join(", ", options.Callbacks.OfType<IResumable>().DefaultIfEmpty<object>("none")),
        };
        if (options.DropRemainder)
            identity["drop_remainder"] = $"{options.DropRemainder}";
        if (options.MaxSteps is { } steps)
            identity["max_steps"] = $"{steps}";
        if (model.Layers.Where(layer => !layer.IsTrainable).Select(layer => layer.Name).ToArray() is { Length: > 0 } frozen)
            identity["frozen"] = string.Join(", ", frozen);
        if (options.ClassWeights is not null)
            identity["class_weights"] = ClassWeighting.Describe(options.ClassWeights);
        foreach ((string name, string value) in store.Identity)
            identity[name] = value;
    }

    /// <summary>Puts the checkpoint to go on from into model, optimiser and state, or leaves them; callbacks follow in <see cref="Begin"/>.</summary>
    public SavedState? Resume()
    {
        SavedState? saved = store.Begin();
        hasBegun = true;
        if (saved is null)
            return null;
        CheckIdentity(saved);
        foreach (Parameter<T> parameter in model.Parameters)
            saved.Part("weights").Array<T>(parameter.Name, parameter.Shape.Elements);
        foreach ((string name, _) in optimizer.AllTensors)
            saved.Part("optimizer").Array<T>(name, model.ParameterCount);
        state.Restore(saved.Part("state"));

        // Up to here the model has not been changed; from here on nothing fails.
        model.Edit(_ =>
        {
            foreach (Parameter<T> parameter in model.Parameters)
                saved.Part("weights").Array<T>(parameter.Name).CopyTo(parameter.Writable);
        });
        foreach ((string name, T[] values) in optimizer.AllTensors)
            saved.Part("optimizer").Array<T>(name).CopyTo(values);
        optimizer.ReturnTo(lastStep = state.StepsTaken);
        return saved;
    }

    /// <summary>After the callbacks' OnTrainBegin: gives them back what they remembered, or keeps the first checkpoint.</summary>
    public void Begin(SavedState? resumed)
    {
        if (resumed is null)
        {
            Write();
            return;
        }

        foreach ((int index, IResumable callback) in options.Callbacks.OfType<IResumable>().Index())
            callback.Restore(resumed.Part($"callback{index + 1}"));
    }

    /// <summary>After a step. The last one of an epoch is left to <see cref="Write"/> after the validation.</summary>
    public void StepEnded()
    {
        if (store.EverySteps > 0 && optimizer.Step % store.EverySteps == 0 && state.Step < state.StepsPerEpoch && !state.IsAtLastStep)
            Write();
    }

    /// <summary>Keeps a checkpoint, between two steps, unless there is one of this step.</summary>
    public void Write()
    {
        if (optimizer.Step == lastStep)
            return;
        SavedState saved = new();
        foreach ((string name, string value) in identity)
            saved.Part("setting").Set(name, value);
        state.Save(saved.Part("state"));
        foreach (Parameter<T> parameter in model.Parameters)
            saved.Part("weights").Set<T>(parameter.Name, parameter.Value, parameter.Shape);
        foreach ((string name, T[] values) in optimizer.AllTensors)
            saved.Part("optimizer").Set<T>(name, values);
        foreach ((int index, IResumable callback) in options.Callbacks.OfType<IResumable>().Index())
            callback.Save(saved.Part($"callback{index + 1}"));
        store.Write(saved, optimizer.Step);
        lastStep = optimizer.Step;
    }

    /// <summary>The fit is over: the store serves others, unless it had never begun to serve this one.</summary>
    public void Dispose()
    {
        if (hasBegun)
            store.End();
        hasBegun = false;
    }

    private void CheckIdentity(SavedState saved)
    {
        const string Prefix = "setting.";
        Dictionary<string, string> then = saved.Texts.Where(text => text.Key.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(text => text.Key[Prefix.Length..], text => text.Value);
        string[] differences = [.. identity.Keys.Union(then.Keys)
            .Where(name => identity.GetValueOrDefault(name) != then.GetValueOrDefault(name))
            .Select(name => Difference(name, then.GetValueOrDefault(name, "(not given)"), identity.GetValueOrDefault(name, "(not given)")))];
        if (differences.Length > 0)
            throw new ArgumentException($"expected the settings of '{saved.Source}' to go on from it, found: {string.Join("; ", differences)}");
    }

    /// <summary>Long texts from a little before the first character that differs.</summary>
    private static string Difference(string name, string then, string now)
    {
        const int Before = 40, Most = 80;
        int start = Math.Max(0, then.AsSpan().CommonPrefixLength(now) - Before);
        return Math.Max(then.Length, now.Length) <= Most ? $"{name} {then} then, {now} now" : $"{name} {Cut(then)} then, {Cut(now)} now";

        string Cut(string text) => $"{(start > 0 ? "…" : "")}{text[start..Math.Min(text.Length, start + Most)]}{(text.Length > start + Most ? "…" : "")}";
    }
}
