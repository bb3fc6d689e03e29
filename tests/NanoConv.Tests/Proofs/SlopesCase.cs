namespace NanoConv.Tests;

/// <summary>Examples of a shape, the axes along which they share their slopes, from 1, and the seed of their numbers.</summary>
internal sealed record SlopesCase(Shape Shape, int[] Shared, int Examples, int Seed)
{
    /// <summary>The slopes' shape.</summary>
    public Shape Slopes => new([.. Shape.Axes.ToArray().Select((length, axis) => Shared.Contains(axis + 1) ? 1 : length)]);

    /// <summary>Elements of all examples.</summary>
    public int Elements => Examples * Shape.Elements;

    /// <summary>Which slope an element goes by, axis by axis.</summary>
    public int SlopeOf(int element)
    {
        (int slope, int stride) = (0, 1);
        for (int axis = Shape.Rank - 1; axis >= 0; axis--)
        {
            if (!Shared.Contains(axis + 1))
                (slope, stride) = (slope + (element % Shape[axis] * stride), stride * Shape[axis]);
            element /= Shape[axis];
        }

        return slope;
    }

    public override string ToString() => $"{Examples} × {Shape}, shared [{string.Join(", ", Shared)}], seed {Seed}";
}
