namespace NanoConv.Cifar.Data.Shapes;

/// <summary>What can be drawn: the ten classes, in the order of their labels, and what is no class.</summary>
internal enum ShapeKind : byte
{
    /// <summary>A filled disc.</summary>
    Circle,

    /// <summary>A disc with a concentric hole.</summary>
    Ring,

    /// <summary>A disc without what a second, shifted disc covers.</summary>
    Crescent,

    /// <summary>A triangle, equilateral or a little wider or narrower.</summary>
    Triangle,

    /// <summary>A square.</summary>
    Square,

    /// <summary>A regular pentagon.</summary>
    Pentagon,

    /// <summary>A star with five points, the pentagram.</summary>
    Star,

    /// <summary>Two equal bars at right angles.</summary>
    Cross,

    /// <summary>Two half discs on a square that stands on its corner.</summary>
    Heart,

    /// <summary>A triangular head on a shaft.</summary>
    Arrow,

    /// <summary>A long bar, no class: it hides a part of the picture.</summary>
    Bar,
}
