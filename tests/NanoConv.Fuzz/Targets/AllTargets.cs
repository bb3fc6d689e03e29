namespace NanoConv.Fuzz.Targets;

/// <summary>Every reader of files. A new one adds a target and a line here.</summary>
public static class AllTargets
{
    private static readonly OrderedDictionary<string, Func<FuzzTarget>> Targets = new()
    {
        [SafeTensorsTarget.TargetName] = () => new SafeTensorsTarget(),
        [ModelTarget.TargetName] = () => new ModelTarget(),
        [CheckpointTarget.TargetName] = () => new CheckpointTarget(),
        [InfoTarget.TargetName] = () => new InfoTarget(),
        [ImportTarget.TargetName] = () => new ImportTarget(),
        [ClassifierTarget.TargetName] = () => new ClassifierTarget(),
        [RunTarget.TargetName] = () => new RunTarget(),
        [CifarTarget.TargetName] = () => new CifarTarget(),
        [ArchiveTarget.TargetName] = () => new ArchiveTarget(),
        [ImageTarget.TargetName] = () => new ImageTarget(),
    };

    /// <summary>Targets by name, each with what makes it.</summary>
    /// <param name="names">Their names; all targets if there are none.</param>
    /// <exception cref="ArgumentException">There is no such target.</exception>
    public static IEnumerable<KeyValuePair<string, Func<FuzzTarget>>> Named(IReadOnlyList<string> names) => names.Count == 0
        ? Targets
        : [.. names.Select(name => Targets.TryGetValue(name, out Func<FuzzTarget>? create)
            ? KeyValuePair.Create(name, create)
            : throw new ArgumentException($"expected a target of {string.Join(", ", Targets.Keys)}, found '{name}'"))];
}
