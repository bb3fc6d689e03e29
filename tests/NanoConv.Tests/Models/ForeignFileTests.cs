using System.Diagnostics;
using System.IO.Compression;
using System.Text;

namespace NanoConv.Tests.Models;

/// <summary>What people give in place of a safetensors file is named, with what to do instead, by every reader.</summary>
public sealed class ForeignFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    private string FilePath => Path.Combine(folder, "model.file");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    public static TheoryData<string, string, byte[]> Kinds() => new()
    {
        { "a PyTorch file", "torch.load(", Zip("archive/data.pkl", "archive/data/0", "archive/version") },
        { "a PyTorch file", ".state_dict()", Zip("net.v2/data/0", "net.v2/data.pkl", "net.v2/code/__torch__.py") }, // TorchScript
        { "a PyTorch file of before version 1.6", "torch.load(",
            [0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E, 0x80, 2] },
        { "a Keras file (.keras)", "load_model(", Zip("metadata.json", "config.json", "model.weights.h5") },
        { "a Keras file (.keras)", "load_model(", Zip("config.json", "metadata.json") },
        { "an HDF5 file", "load_model(", [0x89, .. "HDF\r\n"u8, 0x1A, 0x0A, 0, 0, 0, 0, 0, 8, 8, 0] },
        { "a NumPy archive (.npz)", "numpy.load(", Zip("conv1/kernel.npy") },
        { "a NumPy array (.npy)", "one array", [0x93, .. "NUMPY"u8, 1, 0, 0x76, 0, .. "{'descr': '<f4'"u8] },
        { "a zip archive", "unpack it", Zip("weights.safetensors") },
        { "a zip archive", "unpack it", Zip() },
        { "a Python pickle", "trust", [0x80, 4, 0x95, 0x10, 0, 0, 0, 0, 0, 0, 0, (byte)'}'] },
        { "a Python pickle", "trust", [0x80, 2, (byte)'}', (byte)'q', 0] },
        { "an ONNX model", "onnx.load(", [0x08, 0x0A, 0x12, 0x07, .. "pytorch"u8, 0x1A, 0x05, .. "2.7.1"u8, 0x3A, 0x9F, 0x89, 7] },
        { "an ONNX model", "onnx.load(", [0x08, 0x03, 0x12, 0x00, 0x3A, 0x9F] }, // an empty producer
        { "an ONNX model", "onnx.load(", [0x08, 0x07, 0x3A, 0x9F, 0x89, 7] }, // none
        { "a GGUF file", "quantised", [.. "GGUF"u8, 3, 0, 0, 0, 1, 0, 0, 0] },
        { "a TensorFlow SavedModel", "tf.saved_model.load(", [0x08, 0x01, 0x12, 0xF4, 0x1A, 0x0A, 0x2E] },
        { "a frozen TensorFlow graph", "made of", [0x0A, 0x14, 0x0A, 0x05, .. "input"u8, 0x12, 0x0B, .. "Placeholder"u8] },
        { "a TensorFlow checkpoint's index", "load_weights", [0, 0, 6, 0x08, 0x01, 0x1A, 0x02, 0x08, 0x01, 0, 6, 0x15] },
        { "a TensorFlow Lite model", "made of", [0x1C, 0, 0, 0, .. "TFL3"u8, 0x14, 0] },
        { "a TensorFlow.js model", "docs/import.md", [.. "{\"format\":\"layers-model\",\"modelTopology\":{}}"u8] },
        { "a list of the parts of a model", "load_file(", [.. "{\n  \"metadata\": {\"total_size\": 9},\n \"weight_map\": {}}"u8] },
        { "JSON", "another file", [.. "{\"a\": [1, 2, 3]}"u8] },
        { "a gzip file", "unpack it", Gzip() },
        { "an xz file", "unpack it", [0xFD, .. "7zXZ"u8, 0, 0, 4] },
        { "a Zstandard file", "unpack it", [0x28, 0xB5, 0x2F, 0xFD, 4, 0x58] },
        { "a bzip2 file", "unpack it", [.. "BZh91AY&SY"u8, 0xFF] },
        { "a 7z archive", "unpack it", [.. "7z"u8, 0xBC, 0xAF, 0x27, 0x1C, 0, 4] },
        { "a tar archive", "unpack it", [.. "weights"u8, .. new byte[250], .. "ustar"u8, .. new byte[300]] },
        { "a Git LFS pointer", "git lfs pull", [.. "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"u8] },
        { "a web page", "raw", [.. "\n\n<!DOCTYPE html>\n<html lang=\"en\">"u8] },
        { "a web page", "raw", [0xEF, 0xBB, 0xBF, .. "<HTML>"u8] },
        { "XML", "raw", [.. "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>"u8] },
        { "a picture", "before the pictures", [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, 0, 0, 0, 13] },
        { "a picture", "before the pictures", [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, .. "JFIF"u8] },
        { "text that begins with 'Entry not found'", "expected", [.. "Entry not found"u8] },
        { "text that begins with 'Invalid username or password. Please con…'", "expected",
            [.. "Invalid username or password. Please consult the documentation\n"u8] },
        { "no bytes at all", "expected", [] },
        { "a header of at most 100000000 bytes", "another kind of file", [1, 2, 3, 4, 5, 6, 7, 8, 9] },
        { "at least 8 bytes, found 3", "expected", [1, 2, 3] },
        { "starts with '{', found byte 32", "expected", [2, 0, 0, 0, 0, 0, 0, 0, .. " {}"u8] },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_reader_says_what_it_is_and_what_to_do(string kind, string advice, byte[] content)
    {
        File.WriteAllBytes(FilePath, content);
        Model<float> model = new Sequential(new Dense(2)).Build<float>(2);
        foreach (Action read in (Action[])[
            () => SafeTensorsFile.Read(FilePath),
            () => Model.Load<float>(FilePath),
            () => ModelInfo.Read(FilePath),
            () => model.LoadWeights(FilePath),
            () => model.ImportWeights(FilePath, WeightLayout.PyTorch)])
        {
            InvalidDataException mistake = Expect.Throws<InvalidDataException>(read, $"'{FilePath}' is not a valid safetensors file: expected", kind, advice);
            Assert.InRange(mistake.Message.Length, 1, 420);
            Assert.DoesNotContain('\n', mistake.Message);
        }

        Expect.Throws<InvalidDataException>(() => SafeTensorsFile.Parse(content), kind, advice);
    }

    /// <summary>Content that begins as a safetensors file does is judged as one, whatever its length's bytes look like.</summary>
    [Fact]
    public void What_may_be_safetensors_is_not_taken_for_anything_else()
    {
        byte[] gzip = [0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, (byte)'{', .. new byte[100]];
        Expect.Throws<InvalidDataException>(() => SafeTensorsFile.Parse(gzip), "expected a header of 559903 bytes, found 101");
        string header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}".PadRight(0x4250);
        byte[] bzip = [(byte)'P', (byte)'B', 0, 0, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(header)];
        Assert.Equal(["a"], SafeTensorsFile.Parse(bzip).Tensors.Keys);
    }

    [Fact]
    public void A_folder_is_named_with_the_model_that_is_in_it()
    {
        Refused(folder, $"'{folder}' is not a valid safetensors file: expected a file, found a folder");
        File.WriteAllBytes(Path.Combine(folder, "b.safetensors"), []);
        Refused(folder, "found a folder; in it is 'b.safetensors'");
        File.WriteAllBytes(Path.Combine(folder, "model.safetensors"), []);
        File.WriteAllBytes(Path.Combine(folder, "a.safetensors"), []);
        Refused(folder, "found a folder; in it is 'model.safetensors'");
        File.WriteAllBytes(Path.Combine(folder, "saved_model.pb"), []);
        Refused(folder, "the folder of a TensorFlow SavedModel", "tf.saved_model.load(");
        string part = Path.Combine(folder, "model.ckpt.data-00000-of-00001");
        File.WriteAllBytes(part, new byte[100]);
        Refused(part, part, "a part of a TensorFlow checkpoint", "load_weights");
    }

    [Fact]
    public async Task A_pipe_is_read_to_its_end()
    {
        if (!OperatingSystem.IsLinux())
            return;
        Model<float> model = new Sequential(new Dense(300)).Build<float>(300, seed: 4);
        model.Save(FilePath);
        byte[] whole = File.ReadAllBytes(FilePath);
        string pipe = Path.Combine(folder, "pipe");
        using (Process mkfifo = Process.Start("mkfifo", pipe))
            await mkfifo.WaitForExitAsync();
        foreach (int length in new[] { whole.Length, whole.Length - 1, 100, 0 })
        {
            Task writing = Task.Run(() => File.WriteAllBytes(pipe, whole[..length]));
            if (length == whole.Length)
                Expect.SameBits<float>("weights", model.Weights, Model.Load<float>(pipe).Weights);
            else
                Refused(pipe, pipe, length == 0 ? "no bytes at all" : "expected");
            await writing;
        }

        Refused("/dev/null", "/dev/null", "no bytes at all");
        Refused("/dev/zero", "/dev/zero", "starts with '{', found none"); // and is not read to its end, which it has not
    }

    /// <summary>Of another kind, however large, only the beginning is read.</summary>
    [Fact]
    public void A_large_file_of_another_kind_is_named_at_once()
    {
        using (FileStream stream = File.Create(FilePath))
        {
            stream.Write("GGUF"u8);
            stream.SetLength(1L << 32); // without taking as much on the disk
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Refused(FilePath, "a GGUF file");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        using (FileStream stream = File.OpenWrite(FilePath))
            stream.Write([100, 0, 0, 0, 0, 0, 0, 0, (byte)'{']);
        Refused(FilePath, "expected at most 2 GiB, found 4294967296 bytes");
    }

    [Fact]
    public void A_model_is_told_from_weights_and_checkpoints()
    {
        Dictionary<string, SafeTensor> weights = new() { ["conv1.weight"] = SafeTensor.From<float>(1, [1]) };
        new SafeTensorsFile(weights, new Dictionary<string, string> { ["format"] = "pt" }).Write(FilePath);
        Refused(FilePath, FilePath, "expected a model that NanoConv saved", "another program's tensors, as 'conv1.weight'", "ImportWeights");
        new SafeTensorsFile(weights, new Dictionary<string, string> { ["format"] = "nanoconv-checkpoint" }).Write(FilePath);
        Refused(FilePath, FilePath, "expected a model, found a checkpoint of its training", "CheckpointFolder");
        new SafeTensorsFile(weights, new Dictionary<string, string> { ["format"] = "nanoconv" }).Write(FilePath);
        Refused(FilePath, FilePath, "description", "found none", "LoadWeights");
    }

    private static void Refused(string path, params string[] parts) => Expect.Throws<InvalidDataException>(() => Model.Load<float>(path), parts);

    private static byte[] Zip(params string[] names)
    {
        using MemoryStream stream = new();
        using (ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (string name in names)
            {
                using Stream entry = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
                entry.WriteByte(1);
            }
        }

        return stream.ToArray();
    }

    private static byte[] Gzip()
    {
        using MemoryStream stream = new();
        using (GZipStream gzip = new(stream, CompressionLevel.Fastest, leaveOpen: true))
            gzip.WriteByte(1);
        return stream.ToArray();
    }
}
