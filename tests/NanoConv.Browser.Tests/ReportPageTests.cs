using Microsoft.Playwright;
using Xunit;

namespace NanoConv.Browser.Tests;

/// <summary>The report as a browser shows it: on a laptop, on a phone, on paper, in light and dark.</summary>
public sealed class ReportPageTests(ReportFixture report) : IClassFixture<ReportFixture>
{
    private const int Laptop = 1280, Phone = 400;

    // The relative luminance and contrast of WCAG 2.
    private const string Contrast = """
        () => {
          const light = c => { c /= 255; return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4); };
          const parse = text => {
            const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
            canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
            return canvas.getImageData(0, 0, 1, 1).data;
          };
          const luminance = c => 0.2126 * light(c[0]) + 0.7152 * light(c[1]) + 0.0722 * light(c[2]);
          const ground = element => {
            for (let e = element; e; e = e.parentElement) {
              const colour = parse(getComputedStyle(e).backgroundColor);
              if (colour[3] > 250) return colour;
            }
            return [255, 255, 255, 255];
          };
          const poor = [];
          for (const element of document.querySelectorAll('body *')) {
            const hasText = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
            if (!hasText || !element.checkVisibility()) continue;
            const a = luminance(parse(getComputedStyle(element).color)), b = luminance(ground(element));
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (ratio < 4.5) poor.push(`${element.tagName}.${element.className} ${ratio.toFixed(2)}: ${element.textContent.trim().slice(0, 40)}`);
          }
          return poor;
        }
        """;

    [BrowserTheory]
    [InlineData(Laptop)]
    [InlineData(Phone)]
    [InlineData(320)]
    public async Task Nothing_reaches_over_the_edge(int width)
    {
        IPage page = await Open(width);
        int content = await page.EvaluateAsync<int>("document.documentElement.scrollWidth");
        Assert.True(content <= width, $"expected at most {width} pixels, found {content}");
    }

    [BrowserTheory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Every_text_stands_out_from_its_ground(ColorScheme scheme)
    {
        IPage page = await Open(Laptop, scheme);
        // Details are opened, so that all text is looked at.
        await page.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
        Assert.Empty(await page.EvaluateAsync<string[]>(Contrast));
    }

    [BrowserFact]
    public async Task Light_is_light_and_dark_is_dark_and_the_plots_follow()
    {
        IPage light = await Open(Laptop), dark = await Open(Laptop, ColorScheme.Dark);
        const string ground = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0)";
        Assert.InRange(await light.EvaluateAsync<int>(ground), 700, 765);
        Assert.InRange(await dark.EvaluateAsync<int>(ground), 0, 150);
        const string plots = "[...document.querySelectorAll('picture img')].map(img => img.currentSrc)";
        string[] ofLight = await light.EvaluateAsync<string[]>(plots), ofDark = await dark.EvaluateAsync<string[]>(plots);
        Assert.NotEmpty(ofLight);
        Assert.Empty(ofLight.Intersect(ofDark));
    }

    [BrowserFact]
    public async Task Every_picture_is_shown_and_described_and_nothing_is_fetched()
    {
        List<string> requests = [], errors = [];
        IPage page = await Open(Laptop, watch: page =>
        {
            page.Request += (_, request) => requests.Add(request.Url);
            page.Console += (_, message) => errors.Add(message.Text);
            page.PageError += (_, error) => errors.Add(error);
        });
        Assert.Empty(errors);
        Assert.Equal([report.Address], requests.Where(url => !url.StartsWith("data:", StringComparison.Ordinal)));
        await page.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
        string[] wrong = await page.EvaluateAsync<string[]>("""
            async () => {
              const images = [...document.images];
              images.forEach(img => img.loading = 'eager');
              await Promise.all(images.map(img => img.decode().catch(() => {})));
              return images.filter(img => !img.complete || !img.naturalWidth || !img.alt.trim()).map(img => img.outerHTML.slice(0, 80));
            }
            """);
        Assert.Empty(wrong);
        Assert.True(await page.EvaluateAsync<int>("document.images.length") >= 10);
    }

    [BrowserFact]
    public async Task It_says_at_the_top_which_data_was_used_and_that_it_was_a_quick_run()
    {
        IPage page = await Open(Laptop);
        string top = await page.EvaluateAsync<string>("document.body.innerText.slice(0, 3000)");
        foreach (string expected in (string[])["Shapes10", "another data set", "uick run"])
            Assert.Contains(expected, top, StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task Every_experiment_can_be_reached_and_headings_are_in_order()
    {
        IPage page = await Open(Laptop);
        const string links = "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.getAttribute('href').slice(1))";
        string[] targets = await page.EvaluateAsync<string[]>(links);
        foreach (string name in (string[])["curves", "l1-few", "deeper"])
            Assert.Contains(name, targets);
        Assert.Empty(await page.EvaluateAsync<string[]>($"{links}.filter(id => !document.getElementById(id))"));
        int[] levels = await page.EvaluateAsync<int[]>("[...document.querySelectorAll('h1, h2, h3, h4')].map(h => +h.tagName[1])");
        Assert.Equal(1, levels.Count(level => level == 1));
        Assert.All(levels.Zip(levels.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 1, string.Join(' ', levels)));
    }

    [BrowserFact]
    public async Task It_can_be_printed()
    {
        IPage page = await Open(Laptop);
        byte[] pdf = await page.PdfAsync(new PagePdfOptions { Format = "A4" });
        Assert.Equal("%PDF"u8.ToArray(), pdf[..4]);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        await page.SetViewportSizeAsync(720, 1000); // A4 between its margins
        int content = await page.EvaluateAsync<int>("document.documentElement.scrollWidth");
        Assert.True(content <= 720, $"expected at most 720 pixels, found {content}");
    }

    private async Task<IPage> Open(int width, ColorScheme scheme = ColorScheme.Light, Action<IPage>? watch = null)
    {
        IPage page = await report.Browser.NewPageAsync(new BrowserNewPageOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            ColorScheme = scheme,
        });
        watch?.Invoke(page);
        await page.GotoAsync(report.Address);
        return page;
    }
}
