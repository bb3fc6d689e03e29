namespace NanoConv.Cifar.Data;

/// <summary>The two disjoint parts of <see cref="Shapes10"/>.</summary>
public enum Shapes10Split
{
    /// <summary>The 50,000 pictures to train on (a validation set is taken from these).</summary>
    Train,

    /// <summary>The 10,000 pictures that only measure.</summary>
    Test,
}
