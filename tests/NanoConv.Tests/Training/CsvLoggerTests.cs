using System.Globalization;

namespace NanoConv.Tests.Training;

/// <summary>A file of figures: the columns that there are, each epoch once, whole lines whatever happens.</summary>
public sealed class CsvLoggerTests : IDisposable
{
    private const int Epochs = 4;

    private readonly string folder = Directory.CreateTempSubdirectory("nanoconv-").FullName;

    private string Log => Path.Combine(folder, "log.csv");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(',', true)]
    [InlineData(';', true)]
    [InlineData('\t', false)]
    public void Every_epoch_is_a_line_that_is_read_back_to_the_bit(char separator, bool isValidated)
    {
        History history = Fit(new FitOptions { ValidationSplit = isValidated ? 0.25 : 0, Callbacks = [new CsvLogger(Log, separator)] });
        string[] lines = Lines();
        string[] columns = isValidated ? ["epoch", "accuracy", "loss", "val_accuracy", "val_loss"] : ["epoch", "accuracy", "loss"];
        Assert.Equal(columns, lines[0].Split(separator));
        Assert.Equal(Epochs + 1, lines.Length);
        foreach ((EpochRecord epoch, string line) in history.Epochs.Zip(lines[1..]))
        {
            double[] numbers = [.. line.Split(separator).Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
            double[] expected = [epoch.Epoch, epoch.Accuracy, epoch.Loss];
            Assert.Equal(isValidated ? [.. expected, epoch.ValidationAccuracy!.Value, epoch.ValidationLoss!.Value] : expected, numbers);
        }
    }

    /// <summary>The program may be killed after any epoch: then the file has the lines of those before.</summary>
    [Fact]
    public void The_file_is_whole_after_every_epoch()
    {
        List<string> seen = [];
        OnStep look = new(state => seen.Add(File.ReadAllText(Log)));
        Fit(new FitOptions { BatchSize = 12, Callbacks = [new CsvLogger(Log), look] });
        Assert.Equal(Enumerable.Range(0, Epochs), seen.Select(text => text.Split('\n').Length - 2));
        Assert.All(seen, text => Assert.EndsWith("\n", text, StringComparison.Ordinal));
        Assert.Equal(["log.csv"], Directory.GetFiles(folder).Select(Path.GetFileName));
    }

    [Fact]
    public void Lines_of_before_are_replaced_or_kept()
    {
        File.WriteAllText(Log, "epoch,accuracy,loss\r\n0,0.5,1.5");
        Fit(new FitOptions { Callbacks = [new CsvLogger(Log, append: true)] });
        string[] lines = Lines();
        Assert.Equal(["epoch,accuracy,loss\r", "0,0.5,1.5"], lines[..2]);
        Assert.Equal(["1", "2", "3", "4"], lines[2..].Select(line => line.Split(',')[0]));
        Fit(new FitOptions { Epochs = 2, Callbacks = [new CsvLogger(Log, append: true)] }, epochs: 2);
        Assert.Equal([.. lines, .. lines[2..4]], Lines()); // without a second head
        Fit(new FitOptions { Callbacks = [new CsvLogger(Log)] });
        Assert.Equal(["epoch", "1", "2", "3", "4"], Lines().Select(line => line.Split(',')[0]));

        File.WriteAllText(Log, "");
        Fit(new FitOptions { Callbacks = [new CsvLogger(Log, append: true)] });
        Assert.Equal("epoch,accuracy,loss", Lines()[0]);
    }

    /// <summary>An old file is gone when a new fit begins, not when its first epoch ends.</summary>
    [Fact]
    public void A_fit_that_ends_in_its_first_epoch_leaves_no_lines_of_another()
    {
        Fit(new FitOptions { Callbacks = [new CsvLogger(Log)] });
        Assert.ThrowsAny<OperationCanceledException>(() => Model().Fit(
            Data(), new FitOptions { Callbacks = [new CsvLogger(Log)] }, new CancellationToken(canceled: true)));
        Assert.Equal(["epoch,accuracy,loss"], Lines());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_fit_that_is_resumed_after_any_step_writes_every_epoch_once(bool append)
    {
        const string Before = "epoch,accuracy,loss,val_accuracy,val_loss\n1,0,0,0,0\n2,0,0,0,0\n";
        File.WriteAllText(Log, Before);
        Checkpoints.MemoryStore store = new() { EverySteps = 1 };
        FitOptions options = new() { BatchSize = 4, ValidationSplit = 0.25, Callbacks = [new CsvLogger(Log, append: append)], Checkpoints = store };
        Fit(options);
        string whole = File.ReadAllText(Log);
        Assert.StartsWith(append ? Before : "epoch,accuracy,loss,val_accuracy,val_loss\n1,", whole, StringComparison.Ordinal);
        string[] lines = whole.Split('\n');
        int first = append ? 3 : 1;
        foreach ((int step, byte[] checkpoint) in store.Checkpoints.Where(kept => kept.Key < Epochs * 3))
        {
            // What was there when the program was killed: the lines up to the checkpoint, or one more that was written before the next one.
            foreach (int more in (int[])[0, 1])
            {
                File.WriteAllText(Log, string.Join('\n', lines[..(first + (step / 3) + more)]) + "\n");
                Fit(options with { Callbacks = [new CsvLogger(Log, append: append)], Checkpoints = new Checkpoints.MemoryStore { From = checkpoint } });
                Assert.Equal(whole, File.ReadAllText(Log));
            }
        }
    }

    /// <summary>Two fits may append to one file; the first, resumed, would take the second's lines for its own.</summary>
    [Fact]
    public void Lines_of_another_fit_are_not_lost_by_a_resumed_one()
    {
        Checkpoints.MemoryStore store = new();
        FitOptions options = new() { Callbacks = [new CsvLogger(Log, append: true)], Checkpoints = store };
        Fit(options, epochs: 2);
        Fit(options with { Checkpoints = null }, epochs: 1);
        string both = File.ReadAllText(Log);
        foreach (int step in store.Checkpoints.Keys)
        {
            FitOptions resumed = options with
            {
                Callbacks = [new CsvLogger(Log, append: true)],
                Checkpoints = new Checkpoints.MemoryStore { From = store.Checkpoints[step] },
            };
            Expect.Throws<IOException>(() => Fit(resumed), "expected lines of this fit alone", Log, "epoch 3 next, found '1,");
            Assert.Equal(both, File.ReadAllText(Log));
        }

        FitOptions elsewhere = options with
        {
            Callbacks = [new CsvLogger(Path.Combine(folder, "other.csv"), append: true)],
            Checkpoints = new Checkpoints.MemoryStore { From = store.Checkpoints[0] },
        };
        Expect.Throws<ArgumentException>(() => Fit(elsewhere), "callbacks", "other.csv");
    }

    [Fact]
    public void A_loss_without_accuracy_has_no_column_of_it()
    {
        Model<double> model = new Sequential(new Dense(3)).Build<double>(2);
        FitOptions options = new() { Loss = new MeanSquaredError(), ValidationSplit = 0.25, Callbacks = [new CsvLogger(Log)], Threads = 1 };
        EpochRecord epoch = model.Fit(Data(), options).Epochs[0];
        Assert.Equal(["epoch,loss,val_loss", FormattableString.Invariant($"1,{epoch.Loss:R},{epoch.ValidationLoss:R}")], Lines());
    }

    [Fact]
    public void What_cannot_be_written_is_refused_before_the_first_step()
    {
        foreach (char wrong in (char[])['.', '-', '+', '1', 'e', '_', '\n', '\r', '"', 'é', '\ud83d'])
            Expect.Throws<ArgumentException>(() => _ = new CsvLogger(Log, wrong), "CsvLogger: expected a separator that is no part of numbers");
        Assert.Throws<ArgumentException>(() => new CsvLogger(" "));
        int steps = 0;
        OnStep count = new(_ => steps++);
        Refused<DirectoryNotFoundException>(Path.Combine(folder, "none", "log.csv"), append: false, "'" + Path.Combine(folder, "none") + "' does not exist");
        Refused<IOException>(folder, append: false, "expected the name of a file, found a folder");
        File.WriteAllText(Log, "epoch,loss\n1,2\n");
        Refused<IOException>(Log, append: true, "begins with 'epoch,accuracy,loss' to append to, found 'epoch,loss'", Log);
        if (OperatingSystem.IsLinux())
            Refused<IOException>("/dev/null", append: false, "found a pipe or device");
        Assert.Equal((0, "epoch,loss\n1,2\n"), (steps, File.ReadAllText(Log)));

        void Refused<TException>(string path, bool append, params string[] parts)
            where TException : Exception =>
            Expect.Throws<TException>(() => Fit(new FitOptions { Callbacks = [new CsvLogger(path, append: append), count] }), parts);
    }

    [Fact]
    public void Numbers_are_written_alike_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture, other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (other.NumberFormat.NumberDecimalSeparator, other.NumberFormat.NumberGroupSeparator) = (",", ".");
        CultureInfo.CurrentCulture = other;
        try
        {
            Fit(new FitOptions { Callbacks = [new CsvLogger(Log)] });
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        Assert.All(Lines()[1..], line => Assert.Matches(@"^\d,[0-9.]+,[0-9.]+$", line));
    }

    private static History Fit(FitOptions options, int epochs = Epochs) => Model().Fit(Data(), options with { Epochs = epochs, Threads = 1 });

    private string[] Lines() => File.ReadAllText(Log).TrimEnd('\n').Split('\n');

    private static Model<double> Model() => new Sequential(new Dense(3, Activation.Softmax)).Build<double>(2, seed: 1);

    private static TensorDataset<double> Data() => new(
        new Tensor<double>((12, 2), Numbers.Reals<double>(24, seed: 1)), [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2], 3);
}
