using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;
using NanoConv.Layers;
using NanoConv.Schedules;

namespace NanoConv.Optimizers;

/// <summary>What an optimiser remembers from step to step.</summary>
/// <typeparam name="T">The number type.</typeparam>
public abstract class OptimizerState<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Optimizer optimizer;
    private ParameterGroup?[] groups = [null];
    private GroupSize[] sizes = new GroupSize[1];
    private Run[] runs = [new(0, int.MaxValue)];
    private (int First, int Length)[] trained = [];
    private MovingAverage? movingAverage;
    private Lookahead? lookahead;
    private T[] average = [];
    private T[] slow = [];

    /// <summary>The state at step 0.</summary>
    /// <param name="optimizer">Whose state it is: its rate and its weight decay are what each update is given.</param>
    protected OptimizerState(Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        (this.optimizer, Rates) = (optimizer, optimizer.LearningRate);
    }

    /// <summary>Steps begun.</summary>
    public int Step { get; private set; }

    /// <summary>
    /// All that is remembered besides <see cref="Step"/>, as tensors by name, each as long as the parameters: for Adam
    /// <c>m</c> and <c>v</c>. Checkpoints keep them and write into them.
    /// </summary>
    public abstract IReadOnlyList<(string Name, T[] Values)> Tensors { get; }

    /// <summary>The same, and the averages that work with every optimizer.</summary>
    internal IReadOnlyList<(string Name, T[] Values)> AllTensors => (movingAverage, lookahead) switch
    {
        (not null, _) => [.. Tensors, (nameof(average), average)],
        (_, not null) => [.. Tensors, (nameof(slow), slow)],
        _ => Tensors,
    };

    /// <summary>The learning rate by the steps taken before: the optimizer's, unless one looks for a better.</summary>
    internal Schedule Rates { get; set; }

    /// <summary>What the rate is multiplied with: callbacks'.</summary>
    internal double RateScale { get; set; } = 1;

    /// <summary>Whether a fit's end changes weights.</summary>
    internal bool HasAverages => movingAverage is not null || lookahead is not null;

    /// <summary>Begins the next step; its parts follow in any order, on any thread.</summary>
    /// <exception cref="InvalidOperationException">The schedule's rate is none.</exception>
    public void BeginStep()
    {
        double rate = Rates.At(Step) * RateScale;
        if (!(rate >= 0 && double.IsFinite(rate)))
            throw new InvalidOperationException($"expected a learning rate of at least 0 after {Step} steps, received {rate} of {Rates}");
        for (int i = 0; i < groups.Length; i++)
        {
            double share = groups[i]?.Rate.At(Step) ?? 1, own = rate * share, decay = groups[i]?.Decay ?? optimizer.WeightDecay;
            if (!(share >= 0 && double.IsFinite(own)))
            {
                throw new InvalidOperationException(
                    $"group '{groups[i]?.Pattern}': expected a multiple of the rate of at least 0 after {Step} steps, received {share} of {groups[i]?.Rate}");
            }

            StepSize<T> size = new(T.CreateChecked(own), T.CreateChecked(optimizer.IsDecayCoupled ? decay : 0));
            sizes[i] = new GroupSize(size, T.CreateChecked(optimizer.IsDecayCoupled ? 0 : own * decay), share == 0);
        }

        Step++;
        OnBeginStep();
    }

    /// <summary>Updates some of the parameters.</summary>
    /// <param name="first">The first parameter's place among all.</param>
    /// <param name="parameters">Updated.</param>
    /// <param name="gradients">Their gradients.</param>
    public void Update(int first, Span<T> parameters, ReadOnlySpan<T> gradients)
    {
        int run = 0;
        for (int start = 0; start < parameters.Length;)
        {
            while (runs[run].End <= first + start)
                run++;
            int length = Math.Min(runs[run].End - first, parameters.Length) - start;
            OptimizerState<T> state = StateOf(run == 0 ? 0 : runs[run - 1].End);
            GroupSize size = state.sizes[runs[run].Group];
            Span<T> w = parameters.Slice(start, length);
            if (size.Shrinkage != T.Zero)
                WeightMean.Shrink(w, size.Shrinkage);
            if (!size.IsLeftOut)
                state.Update(first + start, w, gradients.Slice(start, length), size.Size);
            start += length;
        }

        Follow(first, parameters);
    }

    /// <summary>Goes on from a checkpoint whose tensors have been put back.</summary>
    internal virtual void ReturnTo(int step) => Step = step;

    /// <summary>Finds each parameter's group, and makes room for averages.</summary>
    /// <exception cref="ArgumentException">A group's pattern fits no parameter's name.</exception>
    internal void Attach(Optimizer owner, IReadOnlyList<Parameter<T>> parameters)
    {
        groups = [null, .. owner.Groups];
        sizes = new GroupSize[groups.Length];
        string[] names = [.. parameters.Where(parameter => !parameter.IsState).Select(parameter => parameter.Name)];
        foreach (ParameterGroup group in owner.Groups)
        {
            if (!names.Any(name => NamePattern.Fits(group.Pattern, name)))
                throw new ArgumentException($"expected parameters that fit the group '{group.Pattern}', found none among {string.Join(", ", names)}");
        }

        runs = [.. parameters.Select(parameter => new Run(GroupOf(parameter.Name), parameter.Offset + parameter.Shape.Elements))];
        (movingAverage, lookahead) = (owner.MovingAverage, owner.Lookahead);
        trained = [.. parameters.Where(parameter => parameter.IsTrainable).Select(parameter => (parameter.Offset, parameter.Shape.Elements))];
        int elements = parameters.Sum(parameter => parameter.Shape.Elements);
        OnAttach(parameters);
        (average, slow) = (new T[movingAverage is null ? 0 : elements], new T[lookahead is null ? 0 : elements]);
    }

    /// <summary>Before a step changes weights.</summary>
    /// <param name="weights">All weights, and state.</param>
    internal void BeginUpdate(ReadOnlySpan<T> weights)
    {
        if (lookahead is not null && Step == 1)
            weights.CopyTo(slow);
    }

    /// <summary>After a step has changed weights and state.</summary>
    /// <param name="weights">All weights, and state.</param>
    internal void EndUpdate(Span<T> weights)
    {
        if (lookahead is null || Step % lookahead.Every != 0)
            return;
        WeightMean.Average(slow, weights, lookahead.CheckShare(Step));
        slow.CopyTo(weights);
    }

    /// <summary>At a fit's end: the weights become their averages.</summary>
    /// <param name="weights">All weights, and state.</param>
    internal void Finish(Span<T> weights)
    {
        if (Step == 0)
            return;
        if (lookahead is not null)
            slow.CopyTo(weights);
        if (movingAverage is null)
            return;
        foreach ((int first, int length) in trained)
            average.AsSpan(first, length).CopyTo(weights[first..]);
    }

    /// <summary>Updates parameters that all have one rate and decay; weight decay that is not coupled is done already.</summary>
    /// <param name="first">The first parameter's place among all.</param>
    /// <param name="parameters">Updated.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="size">Rate and decay; a decay other than 0 is to be added to the gradient: see <see cref="Optimizer.IsDecayCoupled"/>.</param>
    protected abstract void Update(int first, Span<T> parameters, ReadOnlySpan<T> gradients, in StepSize<T> size);

    /// <summary>The state that updates a parameter: this one, or one that it keeps for some of them.</summary>
    /// <param name="parameter">The place of its first element among all.</param>
    private protected virtual OptimizerState<T> StateOf(int parameter) => this;

    /// <summary>Learns of the parameters.</summary>
    private protected virtual void OnAttach(IReadOnlyList<Parameter<T>> parameters)
    {
    }

    /// <summary>Gives another state the groups of this one.</summary>
    private protected void ShareGroups(OptimizerState<T> other) => (other.groups, other.sizes) = (groups, new GroupSize[groups.Length]);

    /// <summary>Works out what all parts of a step share.</summary>
    protected virtual void OnBeginStep()
    {
    }

    private int GroupOf(string name)
    {
        int group = 1;
        while (group < groups.Length && !NamePattern.Fits(groups[group]!.Pattern, name))
            group++;
        return group % groups.Length;
    }

    // The moving average follows the weights while they are in the cache.
    private void Follow(int first, Span<T> parameters)
    {
        if (movingAverage is null)
            return;
        Span<T> mean = average.AsSpan(first, parameters.Length);
        WeightMean.Average(mean, parameters, Step == 1 ? 0 : movingAverage.Momentum);
        if (movingAverage.OverwriteFrequency is { } steps && Step % steps == 0)
            mean.CopyTo(parameters);
    }

    /// <summary>Parameters one after another that are of one group, up to an element.</summary>
    private readonly record struct Run(int Group, int End);

    /// <summary>How far a step of a group goes, by what share its weights shrink before, and whether they are left as they are, momentum and all.</summary>
    private readonly record struct GroupSize(StepSize<T> Size, T Shrinkage, bool IsLeftOut);
}
