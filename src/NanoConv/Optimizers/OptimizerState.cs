using System.Numerics;

namespace NanoConv.Optimizers;

/// <summary>What an optimiser remembers from step to step.</summary>
/// <typeparam name="T">The number type.</typeparam>
public abstract class OptimizerState<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Steps begun.</summary>
    public int Step { get; private set; }

    /// <summary>
    /// All that is remembered besides <see cref="Step"/>, as tensors by name, each as long as the parameters: for Adam
    /// <c>m</c> and <c>v</c>. Checkpoints keep them and write into them.
    /// </summary>
    public abstract IReadOnlyList<(string Name, T[] Values)> Tensors { get; }

    /// <summary>Begins the next step; its parts follow in any order, on any thread.</summary>
    public void BeginStep()
    {
        Step++;
        OnBeginStep();
    }

    /// <summary>Goes on from a checkpoint whose tensors have been put back.</summary>
    internal void ReturnTo(int step) => Step = step;

    /// <summary>Updates some of the parameters.</summary>
    /// <param name="first">The first parameter's place among all.</param>
    /// <param name="parameters">Updated.</param>
    /// <param name="gradients">Their gradients.</param>
    public abstract void Update(int first, Span<T> parameters, ReadOnlySpan<T> gradients);

    /// <summary>Works out what all parts of a step share.</summary>
    protected virtual void OnBeginStep()
    {
    }
}
