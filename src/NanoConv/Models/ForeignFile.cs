using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace NanoConv.Models;

/// <summary>
/// What people take for a safetensors file: told by its first bytes, with what to do instead. Only files that cannot be
/// safetensors are looked up here; docs/import.md has the recipes in full.
/// </summary>
internal static partial class ForeignFile
{
    /// <summary>As many bytes of a file's beginning tell what it is.</summary>
    public const int HeadLength = 512;

    private const int LongestText = 40;
    private const string ImportIt = "and import that";
    private const string Recipe = "save its weights as docs/import.md shows, " + ImportIt;
    private const string Unpack = "unpack it and take the file with the weights that is in it";
    private const string AskAgain = "download the file itself, by a link to its raw content and not to the page about it";

    private const string SaveArrays = "from safetensors.numpy import save_file; save_file(";
    private const string IntoFile = ", \"weights.safetensors\"), " + ImportIt;

    private const string Torch = "in Python: import torch; from safetensors.torch import save_file; save_file(torch.load(\"FILE\", map_location=\"cpu\"), "
        + "\"weights.safetensors\"), of a checkpoint its [\"state_dict\"], of a module its .state_dict(), " + ImportIt;

    private const string Keras = "in Python: import keras; " + SaveArrays + "{f\"{l.name}/{w.name.split('/')[-1]}\": v "
        + "for l in keras.models.load_model(\"FILE\").layers for w, v in zip(l.weights, l.get_weights())}" + IntoFile;

    private const string TensorFlow = "in Python: import tensorflow as tf; " + SaveArrays
        + "{v.name: v.numpy() for v in tf.saved_model.load(\"FOLDER\").variables}" + IntoFile;

    private const string Onnx = "NanoConv writes ONNX and does not read it; in Python: import onnx; " + SaveArrays
        + "{t.name: onnx.numpy_helper.to_array(t) for t in onnx.load(\"FILE\").graph.initializer}" + IntoFile;

    private const string NumPy = "in Python: import numpy; " + SaveArrays + "dict(numpy.load(\"FILE\"))" + IntoFile;

    /// <summary>In this order: of a zip, say, the particular kinds come first.</summary>
    private static readonly Kind[] Kinds =
    [
        new("a PyTorch file", Torch, static head => FirstOfZip(head) is { } name && IsTorchs(name)),
        new("a Keras file (.keras)", Keras, static head => FirstOfZip(head) is "metadata.json" or "config.json" or "model.weights.h5"),
        new("a NumPy archive (.npz)", NumPy, static head => FirstOfZip(head) is { } name && name.EndsWith(".npy", StringComparison.Ordinal)),
        new("a zip archive", Unpack, static head => Begins(head, "PK\x03\x04") || Begins(head, "PK\x05\x06")),
        new("a PyTorch file of before version 1.6", Torch, static head => Begins(head, "\x80\x02\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19")),
        new("a Python pickle", "load it in Python, if you trust it, for it may run anything; " + Recipe, static head => IsPickle(head)),
        new("an HDF5 file, as Keras writes (.h5)", Keras, static head => Begins(head, "\x89HDF\r\n\x1A\n")),
        new("a NumPy array (.npy)", "it is one array without a name; " + Recipe, static head => Begins(head, "\x93NUMPY")),
        new("a GGUF file", "its weights are quantised, as a rule; take the model it was made of, " + Recipe, static head => Begins(head, "GGUF")),
        new("a TensorFlow Lite model", "take the model it was made of, " + Recipe, static head => Begins(head, "TFL3", at: 4)),
        new("a TensorFlow SavedModel", TensorFlow, static head => Begins(head, "\x08\x01\x12")),
        new("an ONNX model", Onnx, static head => IsOnnx(head)),
        new("a frozen TensorFlow graph", "take the model it was made of, " + Recipe, static head => IsFrozenGraph(head)),
        new("a TensorFlow checkpoint's index", "load it into its model (load_weights), " + Recipe, static head => IsCheckpointIndex(head)),
        new("a Git LFS pointer", "it stands for the file, which 'git lfs pull' brings", static head => Begins(head, "version https://git-lfs")),
        new("a web page", AskAgain, static head => BeginsWithTag(head, "<!doctype html", "<html", "<head")),
        new("XML", AskAgain, static head => BeginsWithTag(head, "<?xml", "<error")),
        new("a gzip file", Unpack, static head => Begins(head, "\x1F\x8B")),
        new("an xz file", Unpack, static head => Begins(head, "\u00FD7zXZ")),
        new("a Zstandard file", Unpack, static head => Begins(head, "\x28\xB5\x2F\xFD")),
        new("a bzip2 file", Unpack, static head => Begins(head, "BZh")),
        new("a 7z archive", Unpack, static head => Begins(head, "7z\xBC\xAF\x27\x1C")),
        new("a tar archive", Unpack, static head => Begins(head, "ustar", at: 257)),
        new("a picture", "the model's file comes before the pictures", static head => Begins(head, "\x89PNG") || Begins(head, "\xFF\xD8\xFF")),
        new(
            "a list of the parts of a model (.index.json)",
            "put the parts together: in Python, d.update(load_file(part)) for each, then save_file(d, \"weights.safetensors\")",
            static head => Begins(head, "{") && Encoding.Latin1.GetString(head) is var text && (text.Contains("weight_map") || text.Contains("total_size"))),
        new("a TensorFlow.js model (model.json)", Recipe, static head => Begins(head, "{") && Encoding.Latin1.GetString(head).Contains("modelTopology")),
        new("JSON", "the weights themselves are in another file", static head => Begins(head, "[") || (Begins(head, "{") && IsText(head))),
    ];

    private delegate bool Recognition(ReadOnlySpan<byte> head);

    /// <summary>What content that cannot be safetensors is, and what to do; null if that is not known.</summary>
    /// <param name="content">The file, or at least its first <see cref="HeadLength"/> bytes if it has as many.</param>
    public static string? Describe(ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty)
            return "no bytes at all";
        ReadOnlySpan<byte> head = content[..Math.Min(content.Length, HeadLength)];
        foreach (Kind kind in Kinds)
        {
            if (kind.IsRecognised(head))
                return $"{kind.Name}; {kind.Advice}";
        }

        return IsText(head) ? $"text that begins with '{Line(head)}'" : null;
    }

    /// <summary>The same of a file whose name alone tells, as it has no mark of its own.</summary>
    /// <param name="path">Its path.</param>
    public static string? DescribeName(string path) =>
        CheckpointPart().IsMatch(path) ? $"a part of a TensorFlow checkpoint; load it into its model (load_weights), {Recipe}" : null;

    /// <summary>What a folder is in place of a file.</summary>
    /// <param name="path">The folder.</param>
    public static string DescribeFolder(string path)
    {
        if (File.Exists(Path.Combine(path, "saved_model.pb")))
            return $"the folder of a TensorFlow SavedModel; {TensorFlow}";
        string[] inside = [.. Directory.GetFiles(path, "*.safetensors").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
        string? wanted = inside.Contains("model.safetensors") ? "model.safetensors" : inside.FirstOrDefault();
        return wanted is null ? "a folder" : $"a folder; in it is '{wanted}'";
    }

    private static bool Begins(ReadOnlySpan<byte> head, string mark, int at = 0)
    {
        if (head.Length < at + mark.Length)
            return false;
        for (int i = 0; i < mark.Length; i++)
        {
            if (head[at + i] != mark[i]) // Latin-1: a character is a byte
                return false;
        }

        return true;
    }

    /// <summary>The name of a zip's first file, which tells the writer: they do not vary it; null of all else.</summary>
    private static string? FirstOfZip(ReadOnlySpan<byte> head)
    {
        const int LengthAt = 26, NameAt = 30;
        if (!Begins(head, "PK\x03\x04") || head.Length < NameAt)
            return null;
        int length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(head[LengthAt..]), head.Length - NameAt);
        return Encoding.Latin1.GetString(head.Slice(NameAt, length));
    }

    // torch.save writes the pickle first, torch.jit.save the numbers
    private static bool IsTorchs(string name) =>
        name.EndsWith("/data.pkl", StringComparison.Ordinal) || name.EndsWith("/version", StringComparison.Ordinal)
        || name.Contains("/data/") || name.Contains("/code/");

    // protocols 2 to 5
    private static bool IsPickle(ReadOnlySpan<byte> head) => head.Length > 2 && head[0] == 0x80 && head[1] is >= 2 and <= 5;

    /// <summary>
    /// The protocol buffer has no mark: the first field is the format's version, the next one the producer's name or version
    /// or domain, the model's version, the graph, or the opset.
    /// </summary>
    private static bool IsOnnx(ReadOnlySpan<byte> head)
    {
        if (head.Length < 4 || head[0] != 0x08 || head[1] is 0 or > 0x3F)
            return false;
        int end = 4 + head[3];
        return head[2] switch
        {
            0x12 or 0x1A or 0x22 => head[3] < 0x80 && end <= head.Length && IsText(head[4..end]),
            0x28 or 0x3A or 0x42 => true,
            _ => false,
        };
    }

    // node { name: "…", op: "Placeholder" or "Const" … }
    private static bool IsFrozenGraph(ReadOnlySpan<byte> head) => head.Length > 4 && head[0] == 0x0A
        && (head.IndexOf("\u0012\u000BPlaceholder"u8) > 0 || head.IndexOf("\u0012\u0005Const"u8) > 0);

    // a table whose first entry has the empty key, and as its value: one shard, version 1
    private static bool IsCheckpointIndex(ReadOnlySpan<byte> head) =>
        head.Length > 8 && head[0] == 0 && head[1] == 0 && head[3] == 0x08 && head[5..].StartsWith((ReadOnlySpan<byte>)[0x1A, 0x02, 0x08, 0x01]);

    private static bool BeginsWithTag(ReadOnlySpan<byte> head, params ReadOnlySpan<string> tags)
    {
        string text = Encoding.Latin1.GetString(head).TrimStart('\u00EF', '\u00BB', '\u00BF', ' ', '\t', '\r', '\n'); // a byte order mark, too
        foreach (string tag in tags)
        {
            if (text.StartsWith(tag, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    private static bool IsText(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept(PrintableOrSpace);

    private static readonly System.Buffers.SearchValues<byte> PrintableOrSpace =
        System.Buffers.SearchValues.Create([.. Enumerable.Range(' ', 95).Select(code => (byte)code), (byte)'\t', (byte)'\r', (byte)'\n']);

    private static string Line(ReadOnlySpan<byte> text)
    {
        string line = Encoding.ASCII.GetString(text).Trim().Split('\r', '\n')[0];
        return line.Length <= LongestText ? line : line[..LongestText] + "…";
    }

    [GeneratedRegex("\\.data-[0-9]{5}-of-[0-9]{5}$")]
    private static partial Regex CheckpointPart();

    private sealed record Kind(string Name, string Advice, Recognition IsRecognised);
}
