using NanoConv.Cifar.Commands;
using NanoConv.Cifar.Experiments;
using Xunit;

namespace NanoConv.Cifar.Tests.Experiments;

/// <summary>The application's callbacks, too, start afresh with every fit.</summary>
public sealed class CallbackReuseTests
{
    [Fact]
    public void There_are_no_others()
    {
        string[] names = ["EpochLog", "Listener", "RunClock"]; // Listener remembers nothing
        Assert.Equal(names, typeof(RunClock).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Callback))).Select(type => type.Name).Order());
    }

    [Fact]
    public void The_log_has_the_epochs_of_the_last_fit()
    {
        var log = new EpochLog();
        Fit(3, log);
        History second = Fit(2, log);
        Assert.Equal(second.Epochs, log.Epochs);
    }

    [Fact]
    public void The_clock_counts_the_last_fit()
    {
        var clock = new RunClock();
        var memory = new SavedState();
        memory.Set("started_at", "2001-02-03T04:05:06.0000000Z");
        memory.Set("fit_seconds", 1e6);
        memory.Set("resumed", 3);
        clock.Restore(memory);
        Assert.Equal((4, 2001), (clock.Resumed, clock.StartedAt.Year));
        Fit(1, clock);
        clock.Stop();
        Assert.Equal(0, clock.Resumed);
        Assert.InRange(clock.FitSeconds, 1e-9, 1e5);
        Assert.NotEqual(2001, clock.StartedAt.Year);
    }

    [Fact]
    public void The_progress_has_a_line_for_each_epoch()
    {
        using var first = new StringWriter();
        var progress = new ConsoleProgress(new StatusLine(new Terminal(first, TextWriter.Null)));
        Fit(2, progress);
        string[] lines = Lines();
        Fit(2, progress);
        Assert.Equal([.. lines, .. lines], Lines());

        string[] Lines() => [.. first.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split("  loss")[0])];
    }

    private static History Fit(int epochs, Callback callback)
    {
        Model<float> model = new Sequential(new Dense(2, Activation.Softmax)).Build<float>(3);
        return model.Fit(new Tensor<float>((4, 3)), new int[4], new FitOptions { Epochs = epochs, Threads = 1, Callbacks = [callback] });
    }
}
