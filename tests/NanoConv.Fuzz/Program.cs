using NanoConv.Fuzz;
using NanoConv.Fuzz.Targets;

try
{
    FuzzOptions options = FuzzOptions.Parse(args);
    int findings = 0;
    foreach ((string name, Func<FuzzTarget> create) in AllTargets.Named(options.Targets))
    {
        FuzzReport report = new Fuzzer(create, options).Run();
        report.Write(name, options, Console.Out);
        findings += report.Findings.Count;
    }

    Console.WriteLine(findings == 0 ? "no findings" : $"{findings} findings");
    return findings == 0 ? 0 : 1;
}
catch (ArgumentException mistake)
{
    Console.Error.WriteLine($"error: {mistake.Message}");
    return 2;
}
