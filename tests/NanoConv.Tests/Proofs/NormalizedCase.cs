using System.Numerics;

namespace NanoConv.Tests;

/// <summary>Inputs to normalise, and the seed of their numbers.</summary>
internal sealed record NormalizedCase(Shape InputShape, int Examples, bool Center, bool Scale, int Seed)
{
    public const double Epsilon = 0.05;

    /// <summary>The last axes, as many as the seed says.</summary>
    public LayerNormalization OverLastAxes => new([.. Enumerable.Range(-Axes, Axes)], Epsilon, Center, Scale);

    /// <summary>As many groups as the seed says, out of all that divide the channels.</summary>
    public GroupNormalization InGroups => new(IsInstance ? -1 : Groups, Epsilon, Center, Scale);

    /// <summary>Numbers that are no more around 0 in one example than in another.</summary>
    public T[] Inputs<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] numbers = Numbers.Reals<T>(Examples * InputShape.Elements, Seed);
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] += T.CreateChecked(i / InputShape.Elements);
        return numbers;
    }

    /// <summary>A model of the layer alone, γ and β moved from where they begin.</summary>
    public Model<T> Build<T>(Layer layer)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Model<T> model = new Sequential(layer).Build<T>(InputShape, Seed);
        T[] moves = Numbers.Reals<T>(model.ParameterCount, Seed + 1, limit: 0.5);
        model.Edit(weights =>
        {
            for (int i = 0; i < moves.Length; i++)
                weights[i] += moves[i];
        });
        return model;
    }

    public override string ToString() =>
        $"{Examples} × {InputShape}, over {Axes} axes or in {Groups} groups{(IsInstance ? " (-1)" : "")}{(Center ? "" : ", no β")}"
        + $"{(Scale ? "" : ", no γ")}, seed {Seed}";

    private int Axes => 1 + (Seed % InputShape.Rank);

    private int Groups
    {
        get
        {
            int[] divisors = [.. Enumerable.Range(1, InputShape[^1]).Where(groups => InputShape[^1] % groups == 0)];
            return IsInstance ? InputShape[^1] : divisors[Seed / 7 % divisors.Length];
        }
    }

    private bool IsInstance => Seed % 5 == 0;
}
