using Xunit;

namespace NanoConv.Browser.Tests;

/// <summary>A test that is skipped, with the reason, where there is no Chromium.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = Chromium.Path is null ? Chromium.Missing : null;
}
