using NanoConv.Descriptions;

namespace NanoConv.Optimizers;

/// <content>What works with every optimizer, and no optimizer knows of.</content>
public abstract partial class Optimizer
{
    private IReadOnlyList<ParameterGroup> groups = [];
    private double? clipValue;
    private double? clipNorm;
    private double? globalClipNorm;
    private MovingAverage? movingAverage;
    private Lookahead? lookahead;

    /// <summary>The optimizers that model files may name.</summary>
    internal static Registry<Optimizer> Registry { get; } = new Registry<Optimizer>("an optimizer", static own => own.GetType().Name)
        .With<Adam>(nameof(Adam))
        .With<AdamW>(nameof(AdamW))
        .With<Muon>(nameof(Muon))
        .With<RMSprop>(nameof(RMSprop))
        .With<SGD>(nameof(SGD));

    /// <summary>Parameters with another rate or decay. The first group whose pattern fits a name has it; the others have the optimizer's own.</summary>
    public IReadOnlyList<ParameterGroup> Groups
    {
        get => groups;
        init => groups = value ?? throw new ArgumentNullException(nameof(Groups));
    }

    /// <summary>Keras's <c>clipvalue</c>: every element of the gradient is cut to ± so much. Null for no limit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
    /// <exception cref="ArgumentException">There is another kind of clipping.</exception>
    public double? ClipValue
    {
        get => clipValue;
        init
        {
            clipValue = CheckLimit(value, nameof(ClipValue));
            Check();
        }
    }

    /// <summary>Keras's <c>clipnorm</c>: each parameter's gradient is scaled down where its norm √Σg² is more. Null for no limit.</summary>
    /// <inheritdoc cref="ClipValue" path="/exception"/>
    public double? ClipNorm
    {
        get => clipNorm;
        init
        {
            clipNorm = CheckLimit(value, nameof(ClipNorm));
            Check();
        }
    }

    /// <summary>
    /// Keras's <c>global_clipnorm</c>: all gradients together are scaled down where their norm is more, g·limit / max(norm, limit).
    /// PyTorch's <c>clip_grad_norm_</c> divides by norm + 10⁻⁶. Null for no limit.
    /// </summary>
    /// <inheritdoc cref="ClipValue" path="/exception"/>
    public double? GlobalClipNorm
    {
        get => globalClipNorm;
        init
        {
            globalClipNorm = CheckLimit(value, nameof(GlobalClipNorm));
            Check();
        }
    }

    /// <summary>A moving average of the weights, which becomes the model's; null for none.</summary>
    /// <exception cref="ArgumentException">There is Lookahead.</exception>
    public MovingAverage? MovingAverage
    {
        get => movingAverage;
        init
        {
            movingAverage = value;
            Check();
        }
    }

    /// <summary>Slow weights that follow the fast ones; null for none.</summary>
    /// <exception cref="ArgumentException">There is a moving average.</exception>
    public Lookahead? Lookahead
    {
        get => lookahead;
        init
        {
            lookahead = value;
            Check();
        }
    }

    /// <summary>Arrays as long as the parameters that are kept besides <see cref="OptimizerState{T}.Tensors"/>.</summary>
    internal int Averages => (MovingAverage is null ? 0 : 1) + (Lookahead is null ? 0 : 1);

    /// <summary>Whether anything is set that works with every optimizer.</summary>
    internal bool HasCommonSettings =>
        Groups.Count > 0 || ClipValue is not null || ClipNorm is not null || GlobalClipNorm is not null || Averages > 0;

    private string CommonSettings
    {
        get
        {
            (string Name, object? Value)[] settings =
            [
                ("weight_decay", WeightDecay == 0 ? null : WeightDecay),
                ("groups", Groups.Count == 0 ? null : $"[{string.Join("; ", Groups)}]"),
                ("clipvalue", ClipValue),
                ("clipnorm", ClipNorm),
                ("global_clipnorm", GlobalClipNorm),
                ("ema", MovingAverage is null ? null : $"[{MovingAverage}]"),
                ("lookahead", Lookahead is null ? null : $"[{Lookahead}]"),
            ];
            return string.Concat(settings.Where(setting => setting.Value is not null)
                .Select(setting => FormattableString.Invariant($", {setting.Name} {setting.Value}")));
        }
    }

    /// <summary>Makes a class of one's own known, so that model files tell of it; on any thread, as often as one likes.</summary>
    /// <param name="name">What model files call it; by default the class's name.</param>
    /// <typeparam name="TOptimizer">The class.</typeparam>
    /// <exception cref="ArgumentException">Another class has the name.</exception>
    public static void Register<TOptimizer>(string? name = null)
        where TOptimizer : Optimizer, IDescribed<TOptimizer> => Registry.Register<TOptimizer>(name ?? typeof(TOptimizer).Name);

    /// <summary>An optimizer that a model file names.</summary>
    /// <exception cref="FormatException">A setting is missing or malformed.</exception>
    internal static Optimizer Read(string word, ConfigReader config)
    {
        Optimizer optimizer = Registry.Read(word, config);
        optimizer.groups = config.Parts<ParameterGroup>("groups");
        optimizer.clipValue = CheckLimit(config.RealOrNull("clipvalue"), "clipvalue");
        optimizer.clipNorm = CheckLimit(config.RealOrNull("clipnorm"), "clipnorm");
        optimizer.globalClipNorm = CheckLimit(config.RealOrNull("global_clipnorm"), "global_clipnorm");
        optimizer.movingAverage = config.PartOrNull<MovingAverage>("ema");
        optimizer.lookahead = config.PartOrNull<Lookahead>("lookahead");
        optimizer.Check();
        return optimizer;
    }

    private void DescribeCommon(ConfigWriter config)
    {
        if (WeightDecay != 0)
            config.Add("weight_decay", WeightDecay);
        if (Groups.Count > 0)
            config.AddParts("groups", Groups);
        foreach ((string key, double? limit) in ((string, double?)[])[("clipvalue", ClipValue), ("clipnorm", ClipNorm), ("global_clipnorm", GlobalClipNorm)])
        {
            if (limit is { } number)
                config.Add(key, number);
        }

        if (MovingAverage is not null)
            config.AddPart("ema", MovingAverage);
        if (Lookahead is not null)
            config.AddPart("lookahead", Lookahead);
    }

    // Settings that exclude one another.
    private void Check()
    {
        if (((double?[])[ClipValue, ClipNorm, GlobalClipNorm]).Count(limit => limit is not null) > 1)
            throw new ArgumentException($"expected one of {nameof(ClipValue)}, {nameof(ClipNorm)} and {nameof(GlobalClipNorm)}, received several: {this}");
        if (MovingAverage is not null && Lookahead is not null)
            throw new ArgumentException($"expected a moving average or Lookahead, received both: {this}");
    }

    private static double? CheckLimit(double? limit, string name) => limit is null || (limit > 0 && double.IsFinite(limit.Value))
        ? limit
        : throw new ArgumentOutOfRangeException(name, $"{name}: expected a limit above 0, received {limit}");
}
