using System.Globalization;
using System.Text;

namespace NanoConv.Tests.Training;

/// <summary>What a terminal shows of training at any width, and what a file gets.</summary>
public sealed class ConsoleProgressTests
{
    private static readonly EpochRecord Longest = new(1000, 12.345, 0.987, 12.345, 0.987, TrainingSeconds: 12_345.6, ImagesPerSecond: 123_456);

    public static TheoryData<int> Widths => [.. Enumerable.Range(1, 140), 200, 500];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Nothing_is_as_wide_as_the_terminal(int width)
    {
        Screen screen = Train(Longest, width);
        Assert.All(screen.Shown, line => Assert.InRange(line.Length, 0, width - 1));
        Assert.Single(screen.Lasting);
        Assert.All(screen.Moving, line => Assert.Matches("^[^━─]*( [━─]{4,24})?[^━─]*$", line)); // a bar of less says nothing
        Assert.DoesNotContain('\x1b', screen.Text);
        if (width > 30)
            Assert.Matches("^epoch    1/1000  ", screen.Lasting[0]);
    }

    [Theory]
    [InlineData(20, "val_acc 0.987")]
    [InlineData(25, "   1/1000  val_acc 0.987")]
    [InlineData(40, "epoch    1/1000  val_acc 0.987")]
    [InlineData(80, "epoch    1/1000  loss 12.345  acc 0.987  val_loss 12.345  val_acc 0.987  3:25 h")]
    [InlineData(200, "epoch    1/1000  loss 12.345  accuracy 0.987  val_loss 12.345  val_accuracy 0.987  12345.6 s  123,456 images/s")]
    public void An_epoch_says_as_much_as_there_is_room_for(int width, string expected) => Assert.Equal(expected, Assert.Single(Train(Longest, width).Lasting));

    [Theory]
    [InlineData(13, "val_loss 12.")]
    [InlineData(40, "epoch    1/1000  val_loss 12.345")]
    [InlineData(50, "epoch    1/1000  loss 12.345  val_loss 12.345")]
    [InlineData(80, "epoch    1/1000  loss 12.345  val_loss 12.345  12345.6 s  123,456 images/s")]
    public void Where_nothing_is_right_or_wrong_nothing_is_said_of_it(int width, string expected)
    {
        EpochRecord epoch = Longest with { Accuracy = double.NaN, ValidationAccuracy = null };
        string line = Assert.Single(Train(epoch, width, new MeanSquaredError()).Lasting);
        Assert.Equal(expected, line);
        Assert.DoesNotContain("acc", Train(epoch, 120, new MeanSquaredError()).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", Train(epoch, columns: null, new MeanSquaredError()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_validation_the_training_is_told()
    {
        EpochRecord epoch = Longest with { ValidationLoss = null, ValidationAccuracy = null };
        Assert.Equal("epoch    1/1000  loss 12.345  accuracy 0.987  12345.6 s  123,456 images/s", Assert.Single(Train(epoch, 80).Lasting));
        Assert.Equal("epoch    1/1000  acc 0.987", Assert.Single(Train(epoch, 28).Lasting));
    }

    /// <summary>Whole lines, and no sign that only a terminal understands.</summary>
    [Fact]
    public void A_file_gets_whole_lines_and_no_control_characters()
    {
        string text = Train(Longest, columns: null).Text;
        Assert.Equal(
            "epoch    1/1000  loss 12.345  accuracy 0.987  val_loss 12.345  val_accuracy 0.987  12345.6 s  123,456 images/s", text.TrimEnd('\r', '\n'));
        Assert.DoesNotContain(text.Replace(Environment.NewLine, "", StringComparison.Ordinal), char.IsControl);
    }

    /// <summary>Tests' standard output is no terminal.</summary>
    [Fact]
    public void Standard_output_is_asked_what_it_is()
    {
        TextWriter before = Console.Out;
        using StringWriter output = new();
        Console.SetOut(output);
        try
        {
            Fit(new ConsoleProgress());
        }
        finally
        {
            Console.SetOut(before);
        }

        if (Console.IsOutputRedirected)
            Assert.DoesNotContain(output.ToString().Replace(Environment.NewLine, "", StringComparison.Ordinal), char.IsControl);
        Assert.Matches("^epoch 1/2  loss ", output.ToString().TrimStart('\r', ' '));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(40)]
    public void A_moving_line_has_a_bar_and_leaves_nothing_behind(int width)
    {
        Screen screen = Train(Longest, width);
        string moving = Assert.Single(screen.Moving);
        Assert.Matches(@"^epoch    1/1000 ━{4,24} loss \d+\.\d{3}", moving);
        Assert.Equal(screen.Lasting[0], screen.Rows[0]);
        Assert.Equal(2, screen.Rows.Count); // the cursor is in the next one
    }

    /// <summary>What is drawn over a longer line removes the rest of it.</summary>
    [Fact]
    public void A_shorter_line_covers_a_longer_one()
    {
        using StringWriter output = new();
        int? width = 60;
        ConsoleLine line = new(output, () => width);
        line.Show("a long beginning", 0.5, "and a long end");
        line.Clear();
        line.Show("short", 1, "end");
        Assert.Equal("short ━━━━━━━━━━━━━━━━━━━━━━━━ end", new Screen(output.ToString()).Rows[0].TrimEnd());
        width = 8; // the terminal has become narrower
        line.Clear();
        Assert.Equal("\r       \r", output.ToString()[^9..]);
        width = null;
        int length = output.ToString().Length;
        line.Show("nothing", 0.5, "of it");
        Assert.Equal(length, output.ToString().Length);
    }

    [Fact]
    public void An_output_without_such_signs_gets_others()
    {
        using Ascii output = new();
        new ConsoleLine(output, () => 40).Show("go", 0.5, "on");
        Assert.Equal("\rgo ############------------ on", output.ToString());
    }

    [Fact]
    public void The_bar_is_as_long_as_what_is_done()
    {
        foreach ((double share, int full) in ((double, int)[])[(0, 0), (0.49, 11), (0.5, 12), (1, 24), (7, 24), (-1, 0)])
        {
            using StringWriter output = new();
            new ConsoleLine(output, () => 80).Show("go", share, "on");
            Assert.Equal((full, 24 - full), (output.ToString().Count(sign => sign == '━'), output.ToString().Count(sign => sign == '─')));
        }
    }

    [Fact]
    public void Words_are_left_out_from_the_end_and_never_cut_but_the_first()
    {
        IReadOnlyList<string> wordings = LineOf.Shorter("one", null, "two", "three");
        Assert.Equal(["one  two  three", "one  two", "one"], wordings);
        int?[] rooms = [null, 15, 14, 3, 2, 0];
        Assert.Equal(["one  two  three", "one  two  three", "one  two", "one", "on", ""], rooms.Select(room => LineOf.Fitting(room, wordings)));
        Assert.Equal("", LineOf.Fitting(-3, wordings));
    }

    [Fact]
    public void Numbers_are_written_alike_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture, other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (other.NumberFormat.NumberDecimalSeparator, other.NumberFormat.NumberGroupSeparator) = (",", ".");
        CultureInfo.CurrentCulture = other;
        try
        {
            Assert.Contains("loss 12.345  accuracy 0.987", Train(Longest, columns: null).Text, StringComparison.Ordinal);
            Assert.Contains("12345.6 s  123,456 images/s", Train(Longest, columns: null).Text, StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Every_fit_has_a_line_for_each_epoch()
    {
        using StringWriter output = new();
        ConsoleProgress progress = new(output);
        Fit(progress);
        Fit(progress);
        Assert.Equal(
            ["epoch 1/2", "epoch 2/2", "epoch 1/2", "epoch 2/2"],
            output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split("  ")[0]));
        Expect.Throws<ArgumentOutOfRangeException>(() => _ = new ConsoleProgress(output, 0), "ConsoleProgress: expected at least 1 column, received 0");
    }

    /// <summary>As one asks for who ends a fit otherwise; no time left is told then.</summary>
    [Fact]
    public void Any_number_of_epochs_may_be_asked_for()
    {
        using StringWriter output = new();
        OnStep slow = new(_ => Thread.Sleep(2));
        Model<float> model = new Sequential(new Dense(2, Activation.Softmax)).Build<float>(2);
        TensorDataset<float> data = new(new Tensor<float>((4, 2)), [0, 1, 0, 1], 2);
        OnStep end = new(state => state.StopTraining = true);
        model.Fit(data, new FitOptions { Epochs = int.MaxValue, Callbacks = [slow, new ConsoleProgress(output, 80), end], BatchSize = 2, Threads = 1 });
        Assert.Contains("epoch          1/2147483647", output.ToString(), StringComparison.Ordinal);
    }

    private static void Fit(Callback callback, int epochs = 2, Loss? loss = null)
    {
        Model<float> model = new Sequential(new Dense(2, loss is null ? Activation.Softmax : Activation.Linear)).Build<float>(2);
        TensorDataset<float> data = new(new Tensor<float>((4, 2)), [0, 1, 0, 1], 2);
        model.Fit(data, new FitOptions { Epochs = epochs, Callbacks = [callback], Threads = 1, Loss = loss ?? new CategoricalCrossentropy() });
    }

    /// <summary>Trains one step of one epoch of many, and puts other figures in place of the epoch's.</summary>
    private static Screen Train(EpochRecord last, int? columns, Loss? loss = null)
    {
        using StringWriter output = new();
        Fit(new Instead(new ConsoleProgress(output, columns), last), 1000, loss);
        return new Screen(output.ToString());
    }

    /// <summary>Ends a fit after its first epoch, of which other figures are told.</summary>
    private sealed class Instead(Callback inner, EpochRecord told) : Callback
    {
        public override void OnTrainBegin(TrainingState state) => inner.OnTrainBegin(state);

        public override void OnStepEnd(TrainingState state) => inner.OnStepEnd(state);

        public override void OnEpochEnd(TrainingState state, EpochRecord epoch)
        {
            inner.OnEpochEnd(state, told);
            state.StopTraining = true;
        }
    }

    private sealed class Ascii : StringWriter
    {
        public override Encoding Encoding => Encoding.ASCII;
    }

    /// <summary>A terminal that knows line feeds and carriage returns.</summary>
    private sealed class Screen
    {
        public Screen(string text)
        {
            string[] lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
            Text = text;
            Shown = [.. lines.SelectMany(line => line.Split('\r'))];
            Lasting = [.. lines[..^1].Select(line => line.Split('\r')[^1])];
            Moving = [.. lines.SelectMany(line => line.Split('\r')[..^1]).Where(part => part.Trim().Length > 0)];
            List<StringBuilder> rows = [new()];
            int at = 0;
            foreach (char sign in string.Join('\n', lines))
            {
                if (sign == '\n')
                    rows.Add(new());
                if (sign is '\r' or '\n')
                    at = 0;
                else if (at < rows[^1].Length)
                    rows[^1][at++] = sign;
                else
                    rows[^1].Insert(at++, sign);
            }

            Rows = [.. rows.Select(row => row.ToString().TrimEnd())];
        }

        public string Text { get; }

        public string[] Shown { get; }

        public string[] Lasting { get; }

        public string[] Moving { get; }

        public List<string> Rows { get; }
    }
}
