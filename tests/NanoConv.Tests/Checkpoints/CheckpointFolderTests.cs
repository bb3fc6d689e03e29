namespace NanoConv.Tests.Checkpoints;

/// <summary>What is in the folder before, during and after a fit, and what becomes of damaged files.</summary>
public sealed class CheckpointFolderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;
    private readonly List<string> notices = [];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_last_two_are_kept_and_other_files_left_alone()
    {
        string[] others = ["checkpoint.safetensors", "checkpoint-1.safetensors", "checkpoint-000000001.safetensors.bak", ".a.tmp", "notes.txt"];
        foreach (string name in others)
            File.WriteAllText(Path.Combine(folder, name), name);
        Fit(steps: 7);
        Assert.Equal([Name(7), Name(6)], Names(new CheckpointFolder(folder).Files));
        Assert.Equal([.. others.Append(".lock").Append(Name(6)).Append(Name(7)).Order()], Names(Directory.GetFiles(folder)).Order());
    }

    [Fact]
    public void A_folder_is_made_if_need_be()
    {
        Fit(steps: 1, path: Path.Combine(folder, "a", "b"));
        Assert.Equal(2, new CheckpointFolder(Path.Combine(folder, "a", "b")).Files.Count);
    }

    [Fact]
    public void What_a_killed_program_left_half_written_is_removed()
    {
        Fit(steps: 3);
        string left = Path.Combine(folder, $".{Name(4)}.{Guid.NewGuid():N}.tmp"), foreign = Path.Combine(folder, $".notes.txt.{Guid.NewGuid():N}.tmp");
        File.WriteAllText(left, "half");
        File.WriteAllText(foreign, "half");
        Fit(steps: 4, CheckpointStart.Resume);
        Assert.False(File.Exists(left));
        Assert.True(File.Exists(foreign));
    }

    [Fact]
    public void To_begin_anew_where_checkpoints_are_is_refused()
    {
        Fit(steps: 3);
        byte[] before = File.ReadAllBytes(Path.Combine(folder, Name(3)));
        Expect.Throws<IOException>(() => Fit(steps: 5), folder, "expected a folder without checkpoints", Name(3));
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(folder, Name(3))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("none")]
    public void To_resume_where_there_are_none_is_refused(string name)
    {
        string path = Path.Combine(folder, name);
        Expect.Throws<FileNotFoundException>(() => Fit(1, CheckpointStart.Resume, path), path, "expected a folder with checkpoints to resume from, found none");
        Assert.Equal(name.Length == 0, Directory.Exists(path));
        Fit(steps: 1, CheckpointStart.ResumeOrNew, path);
        Fit(steps: 2, CheckpointStart.ResumeOrNew, path);
        Assert.Equal(Name(2), Names(new CheckpointFolder(path).Files)[0]);
        Assert.Throws<ArgumentException>(() => new CheckpointFolder(" "));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(8 * 500)]
    public void A_damaged_one_is_named_and_the_one_before_it_used(int flippedBit)
    {
        float[] whole = Fit(steps: 9, path: Path.Combine(folder, "whole"));
        Fit(steps: 6);
        string newest = Path.Combine(folder, Name(6));
        byte[] content = File.ReadAllBytes(newest);
        if (flippedBit < 0)
            content = content[..^1];
        else
            content[flippedBit / 8] ^= (byte)(1 << (flippedBit % 8));
        File.WriteAllBytes(newest, content);
        Expect.SameBits<float>("weights", whole, Fit(steps: 9, CheckpointStart.Resume));
        string notice = Assert.Single(notices);
        Assert.Contains($"'{newest}' cannot be used: its {content.Length} bytes do not agree with its SHA-256", notice, StringComparison.Ordinal);
        Assert.Contains($"going on from the one before it, '{Path.Combine(folder, Name(5))}'", notice, StringComparison.Ordinal);
        Assert.Equal([Name(9), Name(8)], Names(new CheckpointFolder(folder).Files));
    }

    /// <summary>A damaged one is in nobody's way: the two that are kept are whole.</summary>
    [Fact]
    public void The_two_that_are_kept_are_never_the_damaged_one()
    {
        Fit(steps: 6);
        File.WriteAllText(Path.Combine(folder, Name(9)), "damaged");
        Fit(steps: 7, CheckpointStart.Resume);
        Assert.Equal([Name(7), Name(6)], Names(new CheckpointFolder(folder).Files));
    }

    [Fact]
    public void Where_both_are_damaged_both_are_named()
    {
        Fit(steps: 6);
        foreach (string file in Directory.GetFiles(folder))
            File.WriteAllBytes(file, []);
        Expect.Throws<InvalidDataException>(() => Fit(7, CheckpointStart.Resume), folder, "found none", Name(5), Name(6), "its 0 bytes");
        Expect.Throws<InvalidDataException>(() => Fit(7, CheckpointStart.ResumeOrNew), "found none"); // nothing is lost in silence
    }

    [Fact]
    public void A_network_that_differs_in_a_number_alone_is_refused()
    {
        Fit(steps: 2);
        Expect.Throws<ArgumentException>(
            () => Fit(steps: 3, CheckpointStart.Resume, dropout: 0.75), Name(2), "network …", "\"rate\":0.5}", "\"rate\":0.75}");
    }

    [Fact]
    public void A_file_that_cannot_be_deleted_is_told_of_once_and_training_goes_on()
    {
        Fit(steps: 1);
        string left = Path.Combine(folder, $".{Name(4)}.{Guid.NewGuid():N}.tmp");
        File.WriteAllText(left, "half");
        int refusals = 0;
        FitOptions options = Options(5, CheckpointStart.Resume, folder) with
        {
            Checkpoints = new CheckpointFolder(folder)
            {
                Start = CheckpointStart.Resume,
                Notice = notices.Add,
                Delete = file => throw (++refusals % 2 > 0 ? new IOException($"'{file}' is held") : new UnauthorizedAccessException("no")),
            },
        };
        Assert.Equal(5, Network(0.5).Fit(new RecordingDataset<float>(4), options).Epochs.Count);
        Assert.Equal(1 + 1 + 2 + 3 + 4, refusals); // the temporary file, and all but two after each step, again and again
        Assert.Equal([5, 4, 3, 2, 1, 0], Names(new CheckpointFolder(folder).Files).Select(name => name[^13] - '0'));
        Assert.Contains($"'{left}' cannot be deleted: '{left}' is held; going on", Assert.Single(notices), StringComparison.Ordinal);
        Fit(steps: 6, CheckpointStart.Resume); // nobody holds them any more
        Assert.Equal([Name(6), Name(5)], Names(new CheckpointFolder(folder).Files));
        Assert.False(File.Exists(left));
    }

    [Fact]
    public void A_folder_in_use_is_refused_and_free_again_after_each_end_of_a_fit()
    {
        CheckpointFolder first = new(folder);
        Assert.Null(first.Begin());
        first.Write(new SavedState(), 0);
        foreach (CheckpointStart start in Enum.GetValues<CheckpointStart>())
            Expect.Throws<IOException>(() => Fit(steps: 1, start), $"expected a folder that no other process uses, found '{folder}' in use");
        Assert.Equal([Name(0)], Names(first.Files));
        Assert.Throws<IOException>(() => first.Begin()); // which leaves the lock with its holder
        Expect.Throws<IOException>(() => Fit(steps: 1), "in use");
        first.End();
        Expect.Throws<IOException>(() => Fit(steps: 1), "expected a folder without checkpoints");
        Expect.Throws<ArgumentException>(() => Fit(steps: 1, CheckpointStart.Resume), "expected the settings");
        File.Delete(first.Files[0]);
        Fit(steps: 1);
        Fit(steps: 2, CheckpointStart.Resume);
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_kept_names_the_folder_and_the_cause()
    {
        IOException cause = new("no space");
        CheckpointFolder full = new(folder) { Reached = stage => _ = stage == WriteStage.PartWritten ? throw cause : 0 };
        CheckpointException mistake = Assert.Throws<CheckpointException>(
            () => Network(0.5).Fit(new RecordingDataset<float>(4), new FitOptions { Checkpoints = full }));
        Assert.Equal($"cannot keep a checkpoint in '{folder}': no space", mistake.Message);
        Assert.Same(cause, mistake.InnerException);
        Assert.Equal([".lock"], Names(Directory.GetFiles(folder)));
        Fit(steps: 1);
    }

    [Theory]
    [InlineData("format")]
    [InlineData("nanoconv.version")]
    [InlineData("setting.seed")]
    [InlineData("state.epoch")]
    [InlineData("weights.dense.kernel")]
    [InlineData("optimizer.m")]
    [InlineData("callback12.wait")]
    public void Metadata_that_collides_with_the_checkpoints_own_is_refused(string key)
    {
        Expect.Throws<ArgumentException>(() => new CheckpointFolder(folder) { Metadata = new Dictionary<string, string> { [key] = "" } }, $"found '{key}'");
        string[] allowed = [$"my.{key}", "formats", "state", "callback.wait"];
        Assert.Equal(allowed, new CheckpointFolder(folder) { Metadata = allowed.ToDictionary(name => name, _ => "") }.Metadata.Keys);
    }

    [Fact]
    public void Metadata_can_be_read_before_a_fit()
    {
        Fit(steps: 2);
        Assert.Equal("me", new CheckpointFolder(folder).ReadNewest().Text("author"));
    }

    [Fact]
    public void A_file_without_the_right_content_leaves_the_model_alone()
    {
        Fit(steps: 2);
        SavedState whole = new CheckpointFolder(folder).ReadNewest();
        Model<float> model = Network(0.5);
        float[] before = model.Weights.ToArray();
        foreach (string name in whole.Texts.Keys.Where(name => name.StartsWith("state.", StringComparison.Ordinal) && name != "state.stop_training"))
        {
            foreach (string? text in (string?[])[null, "", "x", "-1", "99", "1e9", "99999999999"])
                Refuse(text, name, null);
        }

        foreach (string name in whole.Arrays.Keys)
        {
            Refuse(null, null, name);
            Refuse("", null, name);
        }

        void Refuse(string? text, string? textName, string? arrayName)
        {
            if (textName is "state.training_seconds" or "state.loss_sum" && double.TryParse(text, out _))
                return;
            SavedState changed = Without(whole, textName, arrayName);
            if (textName is not null && text is not null)
                changed.Set(textName, text);
            if (arrayName is not null && text is not null)
                changed.Set<float>(arrayName, [1]);
            foreach (string file in Directory.GetFiles(folder))
                File.WriteAllBytes(file, CheckpointFile.Write(changed).Span);
            try
            {
                model.Fit(new RecordingDataset<float>(4), Options(3, CheckpointStart.Resume, folder));
                Assert.Fail($"{textName}{arrayName} '{text}' was not refused");
            }
            catch (InvalidDataException mistake)
            {
                Assert.Contains(folder, mistake.Message, StringComparison.Ordinal);
            }

            Expect.SameBits<float>("weights", before, model.Weights);
        }
    }

    private static SavedState Without(SavedState whole, string? text, string? array)
    {
        string[] reserved = ["format", "nanoconv.checkpoint", "nanoconv.version"];
        OrderedDictionary<string, string> texts = new(whole.Texts.Where(entry => entry.Key != text && !reserved.Contains(entry.Key)));
        OrderedDictionary<string, SavedArray> arrays = new(whole.Arrays.Where(entry => entry.Key != array));
        return new SavedState(null, texts, arrays, "");
    }

    private float[] Fit(int steps, CheckpointStart start = CheckpointStart.New, string? path = null, double dropout = 0.5)
    {
        Model<float> model = Network(dropout);
        model.Fit(new RecordingDataset<float>(4), Options(steps, start, path ?? folder));
        return model.Weights.ToArray();
    }

    private static Model<float> Network(double dropout) =>
        new Sequential(new Flatten(), new Dense(9), new Dropout(dropout), new Dense(3, Activation.Softmax)).Build<float>((4, 6, 2), seed: 3);

    /// <summary>An epoch is a step.</summary>
    private FitOptions Options(int steps, CheckpointStart start, string path) => new()
    {
        Epochs = steps,
        Checkpoints = new CheckpointFolder(path)
        {
            Start = start,
            Notice = notices.Add,
            Metadata = new Dictionary<string, string> { ["author"] = "me" },
        },
    };

    private static string Name(int step) => $"checkpoint-{step:D9}.safetensors";

    private static string[] Names(IEnumerable<string> paths) => [.. paths.Select(path => Path.GetFileName(path)!)];
}
