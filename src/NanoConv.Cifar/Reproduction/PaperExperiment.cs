namespace NanoConv.Cifar.Reproduction;

/// <summary>An experiment of the paper.</summary>
/// <param name="Name">As <c>--only</c> and addresses in the page spell it: "samples".</param>
/// <param name="Place">Where it stands in the paper: "(b)(iii)".</param>
/// <param name="Title">What it is about.</param>
/// <param name="Claim">What the paper says comes out, in a sentence or two.</param>
/// <param name="Rows">Its settings, in the paper's order.</param>
/// <param name="Main">The row whose report, confusion matrix and pictures are shown first.</param>
/// <param name="Judge">What our runs say of the claim; called only if no run of any row is missing.</param>
public sealed record PaperExperiment(
    string Name,
    string Place,
    string Title,
    string Claim,
    IReadOnlyList<PaperRow> Rows,
    int Main,
    Func<IReadOnlyList<RowResult>, Verdict> Judge);
