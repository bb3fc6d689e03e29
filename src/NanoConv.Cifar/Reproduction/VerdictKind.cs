namespace NanoConv.Cifar.Reproduction;

/// <summary>A verdict in a word.</summary>
public enum VerdictKind
{
    /// <summary>The claim holds in our runs.</summary>
    Confirmed,

    /// <summary>It does not.</summary>
    NotConfirmed,

    /// <summary>A part holds, or it holds in some runs.</summary>
    Depends,

    /// <summary>A network that had to learn for it is not clearly above the baseline, so nothing can be said.</summary>
    NoVerdict,

    /// <summary>Runs are missing, so nothing can be said.</summary>
    Missing,
}
