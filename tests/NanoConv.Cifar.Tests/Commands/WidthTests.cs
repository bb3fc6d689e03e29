using NanoConv.Cifar.Commands;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Reproduction;
using NanoConv.Cifar.Tests.Reproduction;
using Xunit;

namespace NanoConv.Cifar.Tests.Commands;

/// <summary>What goes on is shown in lines that fit the terminal, with the longest values that are likely.</summary>
public class WidthTests
{
    private static readonly EpochRecord Longest = new(1000, 12.345, 0.987, 12.345, 0.987, TrainingSeconds: 12_345.6, ImagesPerSecond: 123_456);

    public static TheoryData<int> Widths => [.. Enumerable.Range(20, 130), 200, 500];

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_finished_epoch_is_one_line_at_any_width(int width)
    {
        var screen = new Screen(width);
        Train(screen, Longest);
        screen.ShouldFit();
        string line = Assert.Single(screen.Lasting);
        Assert.Matches(@"^(epoch )?   1/1000|^val_acc", line);
        Assert.Matches(@" (val_acc|val_accuracy) 0\.987(  12345\.6 s|  3:25 h)?(  123,456 images/s)?$|^val_acc 0\.987$", line); // nothing is cut
        Assert.Contains(width > 79 ? "loss 12.345" : "", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20, "val_acc 0.987")]
    [InlineData(25, "   1/1000  val_acc 0.987")]
    [InlineData(40, "epoch    1/1000  val_acc 0.987")]
    [InlineData(79, "epoch    1/1000  loss 12.345  acc 0.987  val_loss 12.345  val_acc 0.987")]
    [InlineData(80, "epoch    1/1000  loss 12.345  acc 0.987  val_loss 12.345  val_acc 0.987  3:25 h")]
    [InlineData(200, "epoch    1/1000  loss 12.345  accuracy 0.987  val_loss 12.345  val_accuracy 0.987  12345.6 s  123,456 images/s")]
    public void The_longest_epoch_says_as_much_as_there_is_room_for(int width, string expected)
    {
        var screen = new Screen(width);
        Train(screen, Longest);
        Assert.Equal(expected, Assert.Single(screen.Lasting));
    }

    [Theory]
    [InlineData(40, "epoch  1/20  acc 0.456  val_acc 0.432")]
    [InlineData(80, "epoch  1/20  loss 1.234  acc 0.456  val_loss 1.345  val_acc 0.432  12.3 s")]
    [InlineData(100, "epoch  1/20  loss 1.234  accuracy 0.456  val_loss 1.345  val_accuracy 0.432  12.3 s  4,321 images/s")]
    public void The_papers_epochs_say_what_one_looks_for(int width, string expected)
    {
        var screen = new Screen(width);
        Train(screen.Terminal, new EpochRecord(1, 1.234, 0.456, 1.345, 0.432, 12.34, 4321), epochs: 20);
        Assert.Equal(expected, Assert.Single(screen.Lasting));
    }

    [Fact]
    public void Without_validation_and_without_a_terminal_there_are_whole_lines()
    {
        var screen = new Screen(80);
        Train(screen, Longest with { ValidationLoss = null, ValidationAccuracy = null });
        Assert.Equal("epoch    1/1000  loss 12.345  accuracy 0.987  12345.6 s  123,456 images/s", Assert.Single(screen.Lasting));
        var output = new StringWriter();
        Train(new Terminal(output, TextWriter.Null), Longest, 1000);
        Assert.Equal(
            "epoch    1/1000  loss 12.345  accuracy 0.987  val_loss 12.345  val_accuracy 0.987  12345.6 s  123,456 images/s", output.ToString().TrimEnd());
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void What_goes_on_in_an_epoch_fits_and_is_cut_between_words_alone(int width)
    {
        var screen = new Screen(width);
        Train(screen, Longest);
        screen.ShouldFit();
        string line = Assert.Single(screen.Moving);
        Assert.Matches(
            @"^epoch    1/1000( [━─]{4,24})?( loss \d+\.\d{3}(  accuracy [01]\.\d{3}(  [\d,]+ images/s(  [\d:]+ (s|min|h) left)?)?)?)?$", line);
        Assert.EndsWith(width >= 80 ? " left" : "", line, StringComparison.Ordinal);
    }

    /// <summary>The line is as long as it can get: the fourth part is not what has to go at 80 columns.</summary>
    [Fact]
    public void Words_go_before_the_bar_and_the_last_ones_first()
    {
        foreach ((int width, string expected) in (ValueTuple<int, string>[])
        [
            (80, "epoch 1000/1000 loss 12.345  accuracy 0.987  123,456 images/s  59:59 min left"),
            (76, "epoch 1000/1000 ━━━━━━─────── loss 12.345  accuracy 0.987  123,456 images/s"),
            (40, "epoch 1000/1000 ━━━━━────── loss 12.345"),
            (20, "epoch 1000/1000"),
            (10, "epoch 100"),
        ])
        {
            var screen = new Screen(width);
            var line = new StatusLine(screen.Terminal);
            line.Show("epoch 1000/1000", 0.5, LineOf.Shorter("loss 12.345", "accuracy 0.987", "123,456 images/s", "59:59 min left"));
            Assert.Equal(expected, Assert.Single(screen.Moving));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_reproduction_fits_whatever_goes_on(int width)
    {
        foreach (int atATime in (int[])[1, 2, 3, 64])
        {
            var screen = new Screen(width);
            Reproduce(screen, atATime, hours: 20);
            screen.ShouldFit();
            Assert.Matches(
                @"^0 of 64 runs( [━─]{4,24})?( 50 %(, ends( at about)? 2026-01-03 19:04(; \d+ under way|(; [a-z_]+( \d+ epoch)? 1000/1000)*)?)?)?$",
                screen.Moving[^1]);
        }
    }

    [Fact]
    public void A_reproduction_of_two_at_a_time_is_seen_whole_at_80_columns()
    {
        var screen = new Screen(80);
        Reproduce(screen, 2, hours: 3);
        string line = screen.Moving[^1];
        Assert.Matches(@"^0 of 64 runs [━─]{4,} 50 %, ends \d\d:\d\d; thinner_deeper 1000/1000; default 1000/1000$", line);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_finished_run_is_one_line_at_any_width(int width)
    {
        RunRecord record = FakeRuns.Row(seconds: 12_345.6).Runs[0].Record;
        record = record with { Settings = new RunSettings { Network = "thinner_deeper", Samples = 40_000, Epochs = 1000, L1 = 0.0001, Seed = 100 } };
        var screen = new Screen(width);
        ReproductionProgress progress = Reproduce(screen, 1, hours: 20);
        progress.Finished(new FinishedRun("nowhere", record));
        screen.ShouldFit();
        string line = Assert.Single(screen.Lasting);
        Assert.StartsWith(" 1/64", line, StringComparison.Ordinal);
        Assert.Contains("50.0 %", line, StringComparison.Ordinal);
    }

    private static void Train(Screen screen, EpochRecord last, int epochs = 1000) => Train(screen.Terminal, last, epochs);

    /// <summary>Trains one step of one epoch of many, and puts other figures in place of the epoch's.</summary>
    private static void Train(Terminal terminal, EpochRecord last, int epochs)
    {
        Model<float> model = new Sequential(new Dense(2, Activation.Softmax)).Build<float>(2);
        Callback progress = new Forward(new ConsoleProgress(new StatusLine(terminal)), last);
        var options = new FitOptions { Epochs = epochs, Callbacks = [progress], Threads = 1 };
        model.Fit(new Tensor<float>((4, 2)), [0, 1, 0, 1], options);
    }

    /// <summary>A reproduction of 64 runs that is half through after some hours.</summary>
    private static ReproductionProgress Reproduce(Screen screen, int atATime, int hours)
    {
        var clock = new Clock();
        var progress = new ReproductionProgress(screen.Terminal, new RunLibrary(), Groups.Value, 0, clock);
        clock.Now += TimeSpan.FromHours(hours);
        double share = 0.5 * Groups.Value.Sum(group => group.Work) / Groups.Value.Take(atATime).Sum(group => group.Work);
        foreach (RunGroup group in Groups.Value.Take(atATime))
        {
            progress.Clear(); // what is shown next is shown at once
            progress.Report(group, 1000, share);
        }

        return progress;
    }

    private static readonly Lazy<IReadOnlyList<RunGroup>> Groups = new(() =>
    [
        .. RunGroup.Of(Enumerable.Range(0, 64).Select(i => new RunSettings
        {
            Network = ((string[])["thinner_deeper", "default", "maxpooling"])[i % 3], Samples = 40_000, Epochs = 1000, Seed = 1 + i,
        })).OrderBy(group => group.Longest.Seed),
    ]);

    private sealed class Forward(Callback to, EpochRecord last) : Callback
    {
        public override void OnTrainBegin(TrainingState state) => to.OnTrainBegin(state);

        public override void OnStepEnd(TrainingState state) => to.OnStepEnd(state);

        public override void OnEpochEnd(TrainingState state, EpochRecord epoch)
        {
            to.OnEpochEnd(state, last);
            state.StopTraining = true;
        }
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Now;

        public override long GetTimestamp() => Now.Ticks;
    }
}
