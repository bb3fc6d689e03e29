using NanoConv.Descriptions;
using NanoConv.Schedules;

namespace NanoConv.Optimizers;

/// <summary>
/// Slow weights that follow the fast ones (Zhang et al., 2019, "Lookahead Optimizer: k steps forward, 1 step back"): every k steps
/// slow = share·slow + (1 − share)·fast, and fast = slow. At the end of a fit the slow weights are the model's.
/// </summary>
/// <remarks>
/// It is done to weights and to state, such as moving means, alike. The slow weights begin as the weights before the first step. The last
/// epoch's validation sees the fast weights, unless a k-th step was the last. What a callback edits between steps the slow weights follow only in
/// part, and the fit's end takes it back.
/// </remarks>
/// <example><code>new SGD(0.1) { Lookahead = new(5, new PowerGrowth(Math.Pow(0.95, 5), steps, power: 3)) } // Jordan (2024)</code></example>
public sealed class Lookahead : IDescribed<Lookahead>
{
    /// <summary>Specifies when and how far.</summary>
    /// <param name="every">Steps from one time to the next, at least 1: k.</param>
    /// <param name="slowShare">
    /// The share of the slow weights that is kept, in [0, 1], by the number of steps taken then; by default 0.5. The paper's α is what is left of 1.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">There is no step between, or a share above 1.</exception>
    public Lookahead(int every = 5, Schedule? slowShare = null)
    {
        if (every < 1)
            throw new ArgumentOutOfRangeException(nameof(every), every, "Lookahead: expected at least one step from one time to the next");
        (Every, SlowShare) = (every, slowShare ?? 0.5);
        CheckShare(every);
    }

    /// <summary>Steps from one time to the next.</summary>
    public int Every { get; }

    /// <summary>The share of the slow weights that is kept, by the number of steps taken.</summary>
    public Schedule SlowShare { get; }

    /// <inheritdoc/>
    public static Lookahead FromConfig(ConfigReader config) => new(config.Whole("every"), config.Schedule("slow_share"));

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
        config.Add("every", Every);
        config.Add("slow_share", SlowShare);
    }

    /// <summary>As <c>every 5, slow_share 0.5</c>.</summary>
    public override string ToString() => $"every {Every}, slow_share {SlowShare}";

    /// <summary>The share that is kept after so many steps.</summary>
    internal double CheckShare(int steps) => SlowShare.At(steps) is >= 0 and <= 1 and double share
        ? share
        : throw new ArgumentOutOfRangeException("slowShare", $"Lookahead: expected a share in [0, 1] after {steps} steps, received {SlowShare.At(steps)}");
}
