using System.Diagnostics;
using Microsoft.Playwright;
using Xunit;

namespace NanoConv.Browser.Tests;

/// <summary>One quick report, made by the program itself, and a browser to look at it.</summary>
public sealed class ReportFixture : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("nanoconv-report-").FullName;
    private IPlaywright? playwright;
    private IBrowser? browser;

    /// <summary>The report's address.</summary>
    public string Address => new Uri(Path.Combine(folder, "index.html")).AbsoluteUri;

    /// <summary>The browser.</summary>
    public IBrowser Browser => browser!;

    public async Task InitializeAsync()
    {
        if (Chromium.Path is null)
            return;
        await MakeReport();
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium.Path,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public async Task DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
        playwright?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task MakeReport()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "nanoconv-cifar.dll");
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                program, "reproduce", "--quick", "--data", "shapes10", "--only", "curves", "l1-few", "deeper", "--output", folder,
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{await output}{await error}");
    }
}
