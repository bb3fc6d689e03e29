using NanoConv.Layers;

namespace NanoConv.Graphs;

/// <content>What is done to weights by hand: changing them, and keeping them as they are.</content>
public sealed partial class Model<T>
{
    /// <summary>Changes weights by hand. When it returns, or throws, predictions and training go by whatever was written.</summary>
    /// <remarks>
    /// It waits until Evaluate and Predict on other threads are done. While Fit runs it falls between two steps; so does a call in a
    /// callback. What the optimiser remembers stays.
    /// </remarks>
    /// <param name="edit">Given all parameters, one after another; each begins at its <see cref="Parameter{T}.Offset"/>.</param>
    /// <exception cref="InvalidOperationException">It is called from within an edit, a step, Evaluate or Predict.</exception>
    public void Edit(Action<Span<T>> edit)
    {
        ArgumentNullException.ThrowIfNull(edit);
        Access.Edit(weights, edit, layers);
    }

    /// <summary>Changes one parameter by hand.</summary>
    /// <inheritdoc cref="Edit(Action{Span{T}})"/>
    /// <param name="parameter">One of <see cref="Parameters"/>.</param>
    /// <param name="edit">Given its elements, row-major.</param>
    /// <exception cref="ArgumentException">The parameter is another model's.</exception>
    public void Edit(Parameter<T> parameter, Action<Span<T>> edit)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        ArgumentNullException.ThrowIfNull(edit);
        BuiltLayer<T> owner = Array.Find(layers, layer => layer.Parameters.Contains(parameter))
            ?? throw new ArgumentException($"expected a parameter of this model, received '{parameter.Name}' of another one", nameof(parameter));
        Access.Edit(parameter.Writable, edit, [owner]);
    }

    /// <summary>Changes one parameter by hand.</summary>
    /// <inheritdoc cref="Edit(Parameter{T}, Action{Span{T}})"/>
    /// <param name="name">The parameter's name, as <c>conv2d_1/kernel</c>.</param>
    /// <param name="edit">Given its elements, row-major.</param>
    /// <exception cref="ArgumentException">The model has no such parameter.</exception>
    public void Edit(string name, Action<Span<T>> edit) =>
        Edit(
            Parameters.FirstOrDefault(parameter => parameter.Name == name) ?? throw new ArgumentException(
                $"expected a parameter out of {string.Join(", ", Parameters.Select(parameter => parameter.Name))}, received '{name}'", nameof(name)),
            edit);

    /// <summary>
    /// Keeps layers as they are in training: their weights, and the state of those that have one, which then go by it. From the next fit on;
    /// model files do not keep it.
    /// </summary>
    /// <param name="layers">Their names; none for all layers.</param>
    /// <exception cref="ArgumentException">There is no such layer; nothing is changed.</exception>
    public void Freeze(params ReadOnlySpan<string> layers) => SetTrainable(layers, isTrainable: false);

    /// <summary>Undoes <see cref="Freeze"/>.</summary>
    /// <param name="layers">The layers' names; none for all layers.</param>
    /// <exception cref="ArgumentException">There is no such layer; nothing is changed.</exception>
    public void Unfreeze(params ReadOnlySpan<string> layers) => SetTrainable(layers, isTrainable: true);

    /// <summary>Of each value, whether its gradient is needed for that of any parameter that is trained.</summary>
    internal bool[] TrainedValues()
    {
        bool[] wanted = new bool[layers.Length + 1];
        for (int index = 0; index < layers.Length; index++)
        {
            wanted[index + 1] = layers[index].Parameters.Any(parameter => parameter.IsTrainable);
            foreach (int value in Topology.Inputs(index))
                wanted[index + 1] |= wanted[value];
        }

        return wanted;
    }

    private void SetTrainable(ReadOnlySpan<string> names, bool isTrainable)
    {
        BuiltLayer<T>[] chosen = names.IsEmpty ? layers : [.. names.ToArray().Select(name => layers[ValueOf(name) - 1])];
        foreach (BuiltLayer<T> layer in chosen)
        {
            layer.IsTrainable = isTrainable;
            foreach (Parameter<T> parameter in layer.Parameters)
                parameter.IsFrozen = !isTrainable;
        }
    }
}
