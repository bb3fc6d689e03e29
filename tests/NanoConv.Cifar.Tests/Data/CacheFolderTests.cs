using NanoConv.Cifar.Data;
using Xunit;

namespace NanoConv.Cifar.Tests.Data;

public sealed class CacheFolderTests
{
    private static readonly string Home = Path.GetFullPath("/home/someone");

    [Fact]
    public void Each_platform_has_its_convention()
    {
        Assert.Equal(Path.Combine(Home, ".cache", "nanoconv"), Resolve(PlatformID.Unix));
        Assert.Equal(Path.Combine(Home, "Library", "Caches", "nanoconv"), Resolve(PlatformID.MacOSX));
        Assert.Equal(Path.Combine(Home, "local", "nanoconv", "cache"), Resolve(PlatformID.Win32NT));
    }

    [Fact]
    public void Xdg_counts_on_Linux_only_and_only_if_it_is_a_full_path()
    {
        string xdg = Path.GetFullPath("/var/somewhere");
        Assert.Equal(Path.Combine(xdg, "nanoconv"), Resolve(PlatformID.Unix, ("XDG_CACHE_HOME", xdg)));
        Assert.Equal(Resolve(PlatformID.MacOSX), Resolve(PlatformID.MacOSX, ("XDG_CACHE_HOME", xdg)));
        Assert.Equal(Resolve(PlatformID.Unix), Resolve(PlatformID.Unix, ("XDG_CACHE_HOME", "relative")));
        Assert.Equal(Resolve(PlatformID.Unix), Resolve(PlatformID.Unix, ("XDG_CACHE_HOME", "")));
    }

    [Theory]
    [InlineData(PlatformID.Unix)]
    [InlineData(PlatformID.MacOSX)]
    [InlineData(PlatformID.Win32NT)]
    public void NanoConvs_own_variable_goes_before_everything(PlatformID platform)
    {
        Assert.Equal(
            Path.GetFullPath("mine"), Resolve(platform, (CacheFolder.Variable, "mine"), ("XDG_CACHE_HOME", Home)));
    }

    [Fact]
    public void Without_a_home_the_error_tells_the_way_out()
    {
        string message = Assert.Throws<DataException>(
            () => CacheFolder.Resolve(_ => null, _ => "", PlatformID.Unix)).Message;
        Assert.Contains("NANOCONV_CACHE", message, StringComparison.Ordinal);
    }

    private static string Resolve(PlatformID platform, params (string Name, string Value)[] environment) =>
        CacheFolder.Resolve(
            name => environment.FirstOrDefault(pair => pair.Name == name).Value,
            folder => folder == Environment.SpecialFolder.LocalApplicationData ? Path.Combine(Home, "local") : Home,
            platform);
}
